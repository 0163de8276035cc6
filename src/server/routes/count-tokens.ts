// POST /v1/messages/count_tokens and /api/v1/messages/count_tokens: the gateway's own count, in Anthropic's shape. Nothing is sent.
// Source: https://docs.claude.com/en/api/messages-count-tokens
import { readRequest } from "../../dialects/anthropic-messages/read-request.js";
import { readModel } from "../../dialects/openai-chat/request.js";
import { type QuoteParts, quoteRequest } from "../../gateway/quote/quote-tokens.js";
import { readBody } from "../body.js";
import { type Call, type Route, sendJson } from "../route.js";
import { noModel, readObject } from "./read-quoted.js";

export interface CountRouteParts {
  readonly quote: QuoteParts;
  readonly bodyBytes: number;
}

export function countRoutes(parts: CountRouteParts): readonly Route[] {
  const serve = (call: Call) => serveCount(parts, call);
  return [
    { method: "POST", path: "/v1/messages/count_tokens", access: "key", serve },
    { method: "POST", path: "/api/v1/messages/count_tokens", access: "key", serve },
  ];
}

async function serveCount(parts: CountRouteParts, { request, response }: Call): Promise<void> {
  const body = readObject(await readBody(request, response, parts.bodyBytes));
  if (body.model === undefined || body.model === null) throw noModel();
  const model = readModel(body.model, "model");
  const { tokens } = await quoteRequest(parts.quote, readRequest(body), model);
  if (!response.destroyed) sendJson(response, 200, { input_tokens: tokens });
}
