// models.dev's catalogue of providers and their models becomes facts. https://models.dev/api.json, MIT licence.
import { isArray, isObject, type Json, text } from "../../canonical/json.js";
import type { DatedPrice, Modality } from "../model.js";
import { picoUsdFrom } from "./decimal.js";
import {
  known,
  type ModelFact,
  modalitiesOf,
  nameOf,
  type ProviderIds,
  type Reading,
  RowFault,
  readRows,
  titleOf,
  tokensOf,
} from "./facts.js";
import { type PriceKey, priceOf, type Step } from "./prices.js";

const keys: readonly (readonly [PriceKey, string])[] = [
  ["inputPicoUsd", "input"],
  ["outputPicoUsd", "output"],
  ["cacheReadPicoUsd", "cache_read"],
  ["cacheWritePicoUsd", "cache_write"],
];

const isEmbedding = /embed/;

/** Names that no ordinary chat call reaches. */
const elsewhere = /^deep-research-|-live-|realtime|-tts\b/;

/** Reads `{provider: {models: {name: model, …}}, …}`; only the providers of `ids`. */
export function readModelsDev(document: Json | undefined, ids: ProviderIds): Reading {
  if (!isObject(document)) return { ok: false, sentence: "It is no catalogue in models.dev's form." };
  const rows = [...ids].flatMap((provider) => {
    const entry = Object.hasOwn(document, provider) ? document[provider] : undefined;
    const models = isObject(entry) && isObject(entry.models) ? Object.entries(entry.models) : [];
    return models.map(([name, row]) => [`${provider} ${name}`, { provider, row }] as const);
  });
  return readRows(rows, ({ provider, row }) => readModel(provider, row));
}

function readModel(provider: string, row: Json | undefined): ModelFact | undefined {
  if (!isObject(row)) throw new RowFault("form is not that of a model");
  const model = nameOf(row.id);
  if (elsewhere.test(model)) return undefined;
  const limit = isObject(row.limit) ? row.limit : {};
  const modalities = isObject(row.modalities) ? row.modalities : {};
  const price = priceIn(row.cost);
  // A retired model keeps its facts where it is known, and is nothing new where it is not: without kinds it is not added.
  const retired = row.status === "deprecated";
  return {
    provider,
    model,
    otherNames: [],
    ...known({
      name: titleOf(row.name),
      windowTokens: tokensOf(limit, "context"),
      // Of embeddings it gives their length here.
      maxOutputTokens: isEmbedding.test(model) ? undefined : tokensOf(limit, "output"),
      input: retired ? undefined : modalitiesOf(modalities.input),
      output: retired ? undefined : outputOf(model, modalitiesOf(modalities.output)),
      prices: price && [price],
      reasoning: typeof row.reasoning === "boolean" ? row.reasoning : undefined,
      tools: typeof row.tool_call === "boolean" ? row.tool_call : undefined,
      released: /^\d{4}-\d\d(-\d\d)?$/.exec(text(row.release_date) ?? "")?.[0],
    }),
  };
}

/** It has no word for embeddings and writes text instead. */
function outputOf(model: string, output: readonly Modality[] | undefined): readonly Modality[] | undefined {
  return isEmbedding.test(model) ? ["embeddings"] : output;
}

/** US dollars per million tokens. Undefined where nothing or only zeros are given: it writes those for "not known" too. */
function priceIn(cost: Json | undefined): DatedPrice | undefined {
  if (!isObject(cost) || (cost.input === 0 && cost.output === 0)) return undefined;
  return priceOf(pricesIn(cost), stepsIn(cost.tiers, cost.context_over_200k));
}

/** `tiers` where they are given, else the older field for one step. */
function stepsIn(tiers: Json | undefined, over200k: Json | undefined): readonly Step[] {
  if (isArray(tiers))
    return tiers.flatMap((entry): Step[] => {
      const tier = isObject(entry) && isObject(entry.tier) ? entry.tier : undefined;
      const inputTokens = tier?.type === "context" ? tokensOf(tier, "size") : undefined;
      return !isObject(entry) || inputTokens === undefined ? [] : [{ inputTokens, prices: pricesIn(entry) }];
    });
  return isObject(over200k) ? [{ inputTokens: 200_000, prices: pricesIn(over200k) }] : [];
}

function pricesIn(row: { readonly [key: string]: Json | undefined }): Partial<Record<PriceKey, number>> {
  const prices: Partial<Record<PriceKey, number>> = {};
  for (const [key, name] of keys) {
    if (row[name] === undefined || row[name] === null) continue;
    const picoUsd = picoUsdFrom(row[name], "million tokens");
    if (picoUsd === undefined) throw new RowFault(`price ${name} is not from 0 to 10,000 dollars per million tokens`);
    prices[key] = picoUsd;
  }
  return prices;
}
