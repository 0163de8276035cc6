// Pydantic's genai-prices, a dated price list, becomes facts. https://github.com/pydantic/genai-prices, MIT licence.
// It says what tokens cost and since when; of what exists now and how much fits it says too little to be taken.
import { isArray, isObject, type Json, type JsonObject, text } from "../../canonical/json.js";
import type { DatedPrice } from "../model.js";
import { picoUsdFrom } from "./decimal.js";
import {
  factBounds,
  isName,
  type ModelFact,
  nameOf,
  type ProviderIds,
  type Reading,
  RowFault,
  readRows,
} from "./facts.js";
import { type PriceKey, priceOf, type Step } from "./prices.js";

const keys: readonly (readonly [PriceKey, string])[] = [
  ["inputPicoUsd", "input_mtok"],
  ["outputPicoUsd", "output_mtok"],
  ["cacheReadPicoUsd", "cache_read_mtok"],
  ["cacheWritePicoUsd", "cache_write_mtok"],
  ["cacheWrite1hPicoUsd", "cache_write_1h_mtok"],
];

/** Reads `[{id, models: [{id, match, prices}, …]}, …]`; only the providers of `ids`. */
export function readGenaiPrices(document: Json | undefined, ids: ProviderIds): Reading {
  if (!isArray(document)) return { ok: false, sentence: "It is no price list in the form of genai-prices." };
  const rows: [label: string, { readonly provider: string; readonly row: Json }][] = [];
  for (const entry of document.slice(0, 1_000)) {
    const provider = isObject(entry) ? text(entry.id) : undefined;
    if (!isObject(entry) || provider === undefined || !ids.has(provider) || !isArray(entry.models)) continue;
    for (const row of entry.models)
      rows.push([`${provider} ${isObject(row) ? (text(row.id) ?? "") : ""}`, { provider, row }]);
  }
  return readRows(rows, ({ provider, row }) => readModel(provider, row));
}

function readModel(provider: string, row: Json | undefined): ModelFact | undefined {
  if (!isObject(row)) throw new RowFault("form is not that of a model");
  const prices = historyIn(row.prices);
  if (prices === undefined) return undefined;
  const model = nameOf(row.id);
  return { provider, model, otherNames: exactNames(row.match).filter((name) => name !== model), prices };
}

/** Names that the rule means letter for letter; `starts_with` and the like are too loose to take a price from. */
function exactNames(match: Json | undefined): readonly string[] {
  if (!isObject(match)) return [];
  const rules = isArray(match.or) ? match.or : [match];
  return rules
    .slice(0, factBounds.otherNames)
    .map((rule) => (isObject(rule) ? (text(rule.equals) ?? "") : ""))
    .filter(isName);
}

/** Oldest first. Undefined where a price depends on the hour, or is not one per token. */
function historyIn(prices: Json | undefined): readonly DatedPrice[] | undefined {
  const steps: readonly Json[] = isArray(prices) ? prices : [{ prices: prices ?? null }];
  if (steps.length > factBounds.prices) throw new RowFault(`history has more than ${factBounds.prices} prices`);
  const history: DatedPrice[] = [];
  for (const step of steps) {
    if (!isObject(step) || !isObject(step.prices)) throw new RowFault("price has not the form of one");
    if (step.prices.input_mtok === undefined) return undefined;
    const price = priceIn(step.prices);
    if (step.constraint === undefined || step.constraint === null) history.push(price);
    else {
      const from = isObject(step.constraint) ? text(step.constraint.start_date) : undefined;
      if (from === undefined) return undefined;
      if (!/^\d{4}-\d\d-\d\d$/.test(from)) throw new RowFault("price has a date that is none");
      history.push({ from, ...price });
    }
  }
  const sorted = history.sort((a, b) => (a.from ?? "").localeCompare(b.from ?? ""));
  // Of two for one day the later in the list holds.
  return sorted.filter((price, index) => price.from !== sorted[index + 1]?.from || index === sorted.length - 1);
}

function priceIn(row: JsonObject): DatedPrice {
  const base: Partial<Record<PriceKey, number>> = {};
  const steps: Step[] = [];
  for (const [key, name] of keys) {
    const value = row[name];
    if (value === undefined || value === null) continue;
    base[key] = picoUsd(isObject(value) ? value.base : value, name);
    for (const tier of isObject(value) && isArray(value.tiers) ? value.tiers : []) {
      const start = isObject(tier) ? tier.start : undefined;
      if (!isObject(tier) || typeof start !== "number" || !(start >= 1 && start <= factBounds.tokens))
        throw new RowFault(`price ${name} has a step without a start`);
      steps.push({ inputTokens: start, prices: { [key]: picoUsd(tier.price, name) } });
    }
  }
  // Embeddings have no output to pay for.
  return priceOf({ outputPicoUsd: 0, ...base }, inBounds(steps));
}

/** Steps of several keys at one bound are one step. */
function inBounds(steps: readonly Step[]): readonly Step[] {
  const byBound = new Map<number, Partial<Record<PriceKey, number>>>();
  for (const { inputTokens, prices } of steps) byBound.set(inputTokens, { ...byBound.get(inputTokens), ...prices });
  return [...byBound].sort(([a], [b]) => a - b).map(([inputTokens, prices]) => ({ inputTokens, prices }));
}

function picoUsd(value: Json | undefined, name: string): number {
  const found = picoUsdFrom(value, "million tokens");
  if (found === undefined) throw new RowFault(`price ${name} is not from 0 to 10,000 dollars per million tokens`);
  return found;
}
