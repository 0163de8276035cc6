// OpenRouter's public list of models becomes facts about its own endpoints. https://openrouter.ai/docs/api-reference/list-available-models
import { isArray, isObject, type Json, type JsonObject, text } from "../../canonical/json.js";
import type { DatedPrice } from "../model.js";
import { discounted, picoUsdFrom } from "./decimal.js";
import {
  known,
  type ModelFact,
  modalitiesOf,
  nameOf,
  type Reading,
  RowFault,
  readRows,
  titleOf,
  tokensOf,
} from "./facts.js";
import { type PriceKey, priceOf, type Step } from "./prices.js";

const keys: readonly (readonly [PriceKey, string])[] = [
  ["inputPicoUsd", "prompt"],
  ["outputPicoUsd", "completion"],
  ["cacheReadPicoUsd", "input_cache_read"],
  ["cacheWritePicoUsd", "input_cache_write"],
  ["cacheWrite1hPicoUsd", "input_cache_write_1h"],
];

/** Names that no ordinary chat call reaches. */
const elsewhere = /:batch$|^auto$/;

/** Reads `{"data": [model, …]}`. */
export function readOpenRouter(document: Json | undefined): Reading {
  const rows = isObject(document) && isArray(document.data) ? document.data : undefined;
  if (rows === undefined) return { ok: false, sentence: "It is no list of models in OpenRouter's form." };
  return readRows(
    rows.map((row) => [labelOf(row), row]),
    readModel,
  );
}

const labelOf = (row: Json) => (isObject(row) ? (text(row.id) ?? "a row without an id") : "a row that is no object");

function readModel(row: Json | undefined): ModelFact | undefined {
  if (!isObject(row)) throw new RowFault("form is not that of a model");
  const model = nameOf(row.id);
  if (elsewhere.test(model)) return undefined;
  const architecture = isObject(row.architecture) ? row.architecture : {};
  const top = isObject(row.top_provider) ? row.top_provider : {};
  const parameters = isArray(row.supported_parameters) ? row.supported_parameters : [];
  const price = priceIn(row.pricing);
  return {
    provider: "openrouter",
    model,
    otherNames: [],
    ...known({
      name: titleOf(row.name),
      windowTokens: tokensOf(row, "context_length"),
      maxOutputTokens: tokensOf(top, "max_completion_tokens"),
      input: modalitiesOf(architecture.input_modalities),
      output: modalitiesOf(architecture.output_modalities),
      prices: price && [price],
    }),
    reasoning: parameters.includes("reasoning"),
    tools: parameters.includes("tools"),
  };
}

/** Undefined where the price is not known in advance ("-1"), or depends on the hour of the day. */
function priceIn(pricing: Json | undefined): DatedPrice | undefined {
  if (!isObject(pricing)) return undefined;
  if (isUnknown(pricing.prompt) || isUnknown(pricing.completion)) return undefined;
  const overrides = isArray(pricing.overrides) ? pricing.overrides.filter(isObject) : [];
  if (overrides.some((override) => "utc_start" in override || "utc_end" in override)) return undefined;
  const steps = overrides.flatMap((override): Step[] => {
    const inputTokens = tokensOf(override, "min_prompt_tokens");
    return inputTokens === undefined ? [] : [{ inputTokens, prices: pricesIn(override, pricing.discount) }];
  });
  return priceOf(pricesIn(pricing, pricing.discount), steps);
}

const isUnknown = (value: Json | undefined) => value === undefined || value === "-1" || value === -1;

function pricesIn(row: JsonObject, discount: Json | undefined): Partial<Record<PriceKey, number>> {
  const prices: Partial<Record<PriceKey, number>> = {};
  for (const [key, name] of keys) {
    const value = row[name];
    if (isUnknown(value) || value === null) continue;
    const full = picoUsdFrom(value, "token");
    const picoUsd = full === undefined ? undefined : discounted(full, discount);
    if (picoUsd === undefined) throw new RowFault(`price ${name} is not from 0 to 10,000 dollars per million tokens`);
    prices[key] = picoUsd;
  }
  return prices;
}
