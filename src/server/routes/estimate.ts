// POST /v1/estimate and /api/v1/estimate: what a request would cost, for its model or for several. Nothing is sent.
import { quoteCosts } from "../../gateway/quote/cheapest.js";
import { pricedRequest } from "../../gateway/quote/quote-cost.js";
import type { QuoteParts } from "../../gateway/quote/quote-tokens.js";
import { readBody } from "../body.js";
import { type Call, type Route, sendJson } from "../route.js";
import { checkName, noModel, readerOf, readNumber, readObject, readSwitch } from "./read-quoted.js";

export interface EstimateRouteParts {
  readonly quote: QuoteParts;
  readonly bodyBytes: number;
}

export function estimateRoutes(parts: EstimateRouteParts): readonly Route[] {
  const serve = (call: Call) => serveEstimate(parts, call);
  return [
    { method: "POST", path: "/v1/estimate", access: "key", serve },
    { method: "POST", path: "/api/v1/estimate", access: "key", serve },
  ];
}

const mostTokens = 1_000_000_000;

async function serveEstimate({ quote, bodyBytes }: EstimateRouteParts, call: Call): Promise<void> {
  const query = call.query();
  const read = readerOf(query);
  const options = {
    batch: readSwitch(query, "batch"),
    cachedPercent: readNumber(query, "cached", 100),
    outputTokens: readNumber(query, "outputTokens", mostTokens),
  };
  const named = query
    .get("models")
    ?.split(",")
    .map((name) => checkName(name.trim(), "models"));
  const { model, request } = read(readObject(await readBody(call.request, call.response, bodyBytes)));
  const models = named ?? (model === undefined ? [] : [model]);
  if (models.length === 0) throw noModel();
  const { quotes, notes } = await quoteCosts(quote, pricedRequest(quote.counter, request), models, options);
  sendJson(call.response, 200, { data: quotes, notes });
}
