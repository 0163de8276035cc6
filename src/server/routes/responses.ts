// Beside POST /v1/responses: the count of a request's tokens, and what is not there because nothing is kept.
import { TrunklineError } from "../../canonical/error.js";
import { readRequest } from "../../dialects/openai-responses/request.js";
import { type QuoteParts, quoteRequest } from "../../gateway/quote/quote-tokens.js";
import { readBody } from "../body.js";
import { type Call, type Route, sendJson } from "../route.js";

export interface ResponsesRouteParts {
  readonly quote: QuoteParts;
  readonly bodyBytes: number;
}

export function responsesRoutes(parts: ResponsesRouteParts): readonly Route[] {
  const count = (call: Call) => serveCount(parts, call);
  return [
    { method: "POST", path: "/v1/responses/input_tokens", access: "key", serve: count },
    { method: "POST", path: "/v1/responses/compact", access: "key", serve: refuseCompaction },
    { method: "GET", path: "/v1/responses/", access: "key", serve: refuseStored },
  ];
}

async function serveCount({ quote, bodyBytes }: ResponsesRouteParts, call: Call): Promise<void> {
  const request = readRequest(await readBody(call.request, call.response, bodyBytes), call.profile);
  const { tokens } = await quoteRequest(quote, request.canonical(), request.outline.model);
  if (!call.response.destroyed) sendJson(call.response, 200, { object: "response.input_tokens", input_tokens: tokens });
}

function refuseCompaction(): never {
  throw new TrunklineError("not_found", "Trunkline does not compact responses.", {
    whatToDo: "Leave earlier items out of 'input', or ask a model to sum them up.",
  });
}

function refuseStored(): never {
  throw new TrunklineError("not_found", "Trunkline keeps no responses.", {
    whatToDo: "Keep the answer that POST /v1/responses gives; its record is at GET /api/v1/generation?id=….",
  });
}
