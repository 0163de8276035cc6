// Gemini's own API: /v1beta/models, and the methods of a model: `/v1beta/models/{model}:generateContent` and its like.
// Source: https://ai.google.dev/api/all-methods
import { TrunklineError } from "../../canonical/error.js";
import { geminiModel } from "../../catalog/gemini-shape.js";
import type { CatalogModel } from "../../catalog/model.js";
import { geminiClient } from "../../dialects/gemini/client.js";
import { readRequest } from "../../dialects/gemini/read-request.js";
import { readModel } from "../../dialects/openai-chat/request.js";
import { dayOf } from "../../gateway/plan.js";
import { type QuoteParts, quoteRequest } from "../../gateway/quote/quote-tokens.js";
import { listModels } from "../../routing/list.js";
import { readBody } from "../body.js";
import { type Call, type Route, sendJson } from "../route.js";
import { type InferenceRouteParts, serveInference } from "./inference.js";
import { readObject } from "./read-quoted.js";

export interface GeminiRouteParts extends Omit<InferenceRouteParts, "dialects"> {
  readonly quote: QuoteParts;
}

export function geminiRoutes(parts: GeminiRouteParts): readonly Route[] {
  return [
    { method: "GET", path: "/v1beta/models", access: "key", serve: (call) => list(parts, call) },
    { method: "GET", path: "/v1beta/models/", access: "key", serve: (call) => one(parts, call) },
    { method: "POST", path: "/v1beta/models/", access: "key", serve: (call) => serveMethod(parts, call) },
  ];
}

/** A model's name may hold colons of its own: `author/slug:free:generateContent`. */
async function serveMethod(parts: GeminiRouteParts, call: Call): Promise<void> {
  const colon = call.rest.lastIndexOf(":");
  const method = call.rest.slice(colon + 1);
  const model = call.rest.slice(0, Math.max(0, colon));
  switch (method) {
    case "generateContent":
      return serveInference(parts, geminiClient({ model, stream: false, sse: false }), call);
    case "streamGenerateContent": {
      const sse = call.query().get("alt") === "sse";
      return serveInference(parts, geminiClient({ model, stream: true, sse }), call);
    }
    case "countTokens":
      return count(parts, readModel(model, "model"), call);
    default:
      throw new TrunklineError("not_found", "This gateway has no such method of a model.", {
        whatToDo: "It has generateContent, streamGenerateContent and countTokens.",
      });
  }
}

/** The gateway's own count. Source: https://ai.google.dev/api/tokens */
async function count(parts: GeminiRouteParts, model: string, { request, response }: Call): Promise<void> {
  const body = readObject(await readBody(request, response, parts.bodyBytes));
  const { tokens, parts: split } = await quoteRequest(parts.quote, readRequest(body), model);
  const isTextOnly = split === undefined || split.media === 0;
  const details = isTextOnly ? { promptTokensDetails: [{ modality: "TEXT", tokenCount: tokens }] } : {};
  if (!response.destroyed) sendJson(response, 200, { totalTokens: tokens, ...details });
}

const usualPage = 50;
const mostPerPage = 1_000;

function list({ quote }: GeminiRouteParts, { query, response }: Call): void {
  const asked = query();
  const size = wholeNumber(asked, "pageSize", mostPerPage) ?? usualPage;
  const from = wholeNumber(asked, "pageToken", Number.MAX_SAFE_INTEGER) ?? 0;
  const models: CatalogModel[] = [];
  for (const { model, servedBy } of listModels(quote.planning, dayOf(quote.clock.wallMs())))
    if (servedBy.length > 0) models.push(model);
  const until = from + size;
  sendJson(response, 200, {
    models: models.slice(from, until).map(geminiModel),
    ...(until < models.length && { nextPageToken: String(until) }),
  });
}

/** What is more than `most` is `most`, as Google has it; nothing and zero are not set. */
function wholeNumber(query: URLSearchParams, name: string, most: number): number | undefined {
  const text = query.get(name) ?? "";
  if (text === "" || text === "0") return undefined;
  if (/^\d{1,15}$/.test(text)) return Math.min(Number(text), most);
  throw new TrunklineError("invalid_request", `"${name}" must be a whole number.`, { param: name });
}

function one({ quote }: GeminiRouteParts, { rest, response }: Call): void {
  const model = quote.planning.catalog.find(rest);
  if (model === undefined)
    throw new TrunklineError("model_not_found", `${rest.slice(0, 200)} is not a valid model ID.`, { param: "model" });
  sendJson(response, 200, geminiModel(model));
}
