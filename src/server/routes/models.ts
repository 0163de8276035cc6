// GET /v1/models: what can be served now, as OpenAI lists models, or as Anthropic does for a client that sends its header.
// GET /api/v1/models: the whole catalogue, as OpenRouter does.
import type { Clock } from "../../canonical/clock.js";
import { TrunklineError } from "../../canonical/error.js";
import { anthropicModel } from "../../catalog/anthropic-shape.js";
import type { CatalogModel } from "../../catalog/model.js";
import { openAiModel, openRouterModel } from "../../catalog/openrouter-shape.js";
import { dayOf } from "../../gateway/plan.js";
import { type ListedModel, listModels } from "../../routing/list.js";
import type { RoutingParts } from "../../routing/resolve.js";
import { type Call, type Route, sendJson } from "../route.js";

export interface ModelRouteParts {
  readonly routing: RoutingParts;
  readonly clock: Clock;
  /** Unix seconds of the catalogue's day. */
  readonly createdSeconds: number;
}

export function modelRoutes(parts: ModelRouteParts): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v1/models",
      access: "key",
      serve: (call) => (isAnthropic(call) ? listAnthropic(parts, call) : listOpenAi(parts, call)),
    },
    { method: "GET", path: "/v1/models/", access: "key", serve: (call) => oneModel(parts, call) },
    { method: "GET", path: "/api/v1/models", access: "none", serve: (call) => listOpenRouter(parts, call) },
  ];
}

function today(parts: ModelRouteParts): string {
  return dayOf(parts.clock.wallMs());
}

function readyModels(parts: ModelRouteParts): readonly CatalogModel[] {
  return listModels(parts.routing, today(parts))
    .filter((row) => row.servedBy.length > 0)
    .map(({ model }) => model);
}

function listOpenAi(parts: ModelRouteParts, call: Call): void {
  const day = today(parts);
  sendJson(call.response, 200, {
    object: "list",
    data: readyModels(parts).map((model) => openAiModel(model, parts.createdSeconds, day)),
  });
}

function oneModel(parts: ModelRouteParts, call: Call): void {
  const model = parts.routing.catalog.find(call.rest);
  if (model === undefined) {
    throw new TrunklineError("model_not_found", `${call.rest.slice(0, 200)} is not a valid model ID.`, {
      param: "model",
    });
  }
  const { createdSeconds } = parts;
  const shown = isAnthropic(call)
    ? anthropicModel(model, createdSeconds)
    : openAiModel(model, createdSeconds, today(parts));
  sendJson(call.response, 200, shown);
}

/** Anthropic's clients say which version of its API they speak, and no other's do. */
const isAnthropic = ({ request }: Call) => request.headers["anthropic-version"] !== undefined;

const usualAnthropicPage = 20;

/** A page, as Anthropic pages: behind one model, or before one. Source: https://docs.claude.com/en/api/models-list */
function listAnthropic(parts: ModelRouteParts, call: Call): void {
  const query = call.query();
  const limit = wholeNumber(query, "limit", 1, mostPerPage) ?? usualAnthropicPage;
  const models = readyModels(parts);
  const place = (name: string): number | undefined => {
    const id = query.get(name);
    if (id === null) return undefined;
    const found = models.findIndex((model) => model.id === id);
    if (found !== -1) return found;
    throw new TrunklineError("invalid_request", `"${name}" names no model of the list.`, { param: name });
  };
  const before = place("before_id");
  const start = before === undefined ? (place("after_id") ?? -1) + 1 : Math.max(0, before - limit);
  const end = Math.min(start + limit, before ?? models.length);
  const page = models.slice(start, end);
  sendJson(call.response, 200, {
    data: page.map((model) => anthropicModel(model, parts.createdSeconds)),
    has_more: before === undefined ? end < models.length : start > 0,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  });
}

const mostPerPage = 1_000;
const usualPerPage = 500;

function listOpenRouter(parts: ModelRouteParts, call: Call): void {
  const day = today(parts);
  const query = call.query();
  const rows = listModels(parts.routing, day).filter((row) => matches(row, query));
  const paged = query.has("limit") || query.has("offset");
  const offset = wholeNumber(query, "offset", 0, Number.MAX_SAFE_INTEGER) ?? 0;
  const limit = paged ? (wholeNumber(query, "limit", 1, mostPerPage) ?? usualPerPage) : rows.length;
  const more = offset + limit < rows.length;
  sendJson(call.response, 200, {
    data: rows.slice(offset, offset + limit).map((row) => openRouterModel(row.model, parts.createdSeconds, day)),
    total_count: rows.length,
    links: { next: more ? `/api/v1/models?offset=${offset + limit}&limit=${limit}` : null },
  });
}

/** The filters that a thin catalogue can answer; the others are ignored, as unknown ones are. */
function matches({ model }: ListedModel, query: URLSearchParams): boolean {
  const outputs = query.get("output_modalities") ?? "text";
  if (outputs !== "all" && !outputs.split(",").some((modality) => model.output.some((own) => own === modality)))
    return false;
  const inputs = query.get("input_modalities");
  if (inputs !== null && !inputs.split(",").every((modality) => model.input.some((own) => own === modality)))
    return false;
  const words = query.get("q")?.toLowerCase();
  return words === undefined || model.id.toLowerCase().includes(words) || model.name.toLowerCase().includes(words);
}

function wholeNumber(query: URLSearchParams, name: string, least: number, most: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new TrunklineError("invalid_request", `"${name}" must be a whole number from ${least} to ${most}.`, {
    param: name,
  });
}
