// What is wrong inside a catalogue, without asking anybody: names that mean two things, prices and limits that cannot be.
import { priceOn } from "../catalog.js";
import type { CatalogFile, CatalogModel, ModelEndpoint } from "../model.js";
import { placeKey } from "./place.js";

export interface Problem {
  readonly model: string;
  /** Undefined where it is the model itself. */
  readonly provider: string | undefined;
  readonly kind: "name" | "endpoint" | "no-price" | "price-order" | "step-order" | "output-over-window" | "cache-price";
  /** What it is, for people. */
  readonly sentence: string;
}

/** @param day YYYY-MM-DD in UTC, on which a price should be known. */
export function problemsIn({ models }: CatalogFile, day: string): readonly Problem[] {
  return [
    ...namesTwice(models),
    ...endpointsTwice(models),
    ...models.flatMap((model) => model.endpoints.flatMap((endpoint) => endpointProblems(model, endpoint, day))),
  ];
}

function namesTwice(models: readonly CatalogModel[]): readonly Problem[] {
  const owners = new Map<string, string>();
  const found: Problem[] = [];
  for (const { id } of models) owners.set(id, id);
  for (const { id, aliases } of models)
    for (const alias of aliases) {
      const owner = owners.get(alias);
      owners.set(alias, owner ?? id);
      if (owner !== undefined)
        found.push({ model: id, provider: undefined, kind: "name", sentence: `its alias ${alias} means ${owner} too` });
    }
  return found;
}

function endpointsTwice(models: readonly CatalogModel[]): readonly Problem[] {
  const owners = new Map<string, string>();
  const found: Problem[] = [];
  for (const { id, endpoints } of models)
    for (const { provider, model } of endpoints) {
      const key = placeKey(provider, model);
      const owner = owners.get(key);
      owners.set(key, owner ?? id);
      if (owner !== undefined)
        found.push({ model: id, provider, kind: "endpoint", sentence: `${model} there is ${owner} too` });
    }
  return found;
}

function endpointProblems({ id }: CatalogModel, endpoint: ModelEndpoint, day: string): readonly Problem[] {
  const { provider, prices, windowTokens, maxOutputTokens } = endpoint;
  const problem = (kind: Problem["kind"], sentence: string): Problem => ({ model: id, provider, kind, sentence });
  const found: Problem[] = [];
  const price = priceOn(endpoint, day);
  if (price === undefined) found.push(problem("no-price", "its price is not known"));
  const days = prices.map(({ from }) => from ?? "");
  if (days.some((one, index) => index > 0 && one <= (days[index - 1] ?? "")))
    found.push(problem("price-order", "the days of its prices are out of order"));
  const bounds = price?.above?.map(({ inputTokens }) => inputTokens) ?? [];
  if (bounds.some((bound, index) => index > 0 && bound <= (bounds[index - 1] ?? 0)))
    found.push(problem("step-order", "the steps of its price are out of order"));
  if ((windowTokens ?? Number.POSITIVE_INFINITY) < (maxOutputTokens ?? 0))
    found.push(
      problem("output-over-window", `its output limit of ${maxOutputTokens} is over its window of ${windowTokens}`),
    );
  if (price !== undefined && (price.cacheReadPicoUsd ?? 0) > price.inputPicoUsd)
    found.push(problem("cache-price", "reading from its cache costs more than plain input"));
  return found;
}
