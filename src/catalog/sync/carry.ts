// A newer catalogue comes with a new version of Trunkline; what the older, synced one had beyond it is carried over.
import type { CatalogFile, CatalogModel, DatedPrice, ModelEndpoint } from "../model.js";
import { placeKey } from "./place.js";
import { samePrice, withPrice } from "./prices.js";

/**
 * The newer catalogue with the older one's price history, and with its models and endpoints that the newer lacks. Names,
 * aliases and limits are the newer one's.
 */
export function carryPast(newer: CatalogFile, older: CatalogFile): CatalogFile {
  const past = new Map<string, ModelEndpoint>();
  for (const { endpoints } of older.models)
    for (const endpoint of endpoints) past.set(placeKey(endpoint.provider, endpoint.model), endpoint);
  const models = new Map<string, CatalogModel>();
  const taken = new Set<string>();
  for (const model of newer.models) {
    const endpoints = model.endpoints.map((endpoint): ModelEndpoint => {
      const key = placeKey(endpoint.provider, endpoint.model);
      const before = past.get(key);
      past.delete(key);
      return before === undefined
        ? endpoint
        : { ...endpoint, prices: joinHistories(before.prices, endpoint.prices, newer.generated) };
    });
    models.set(model.id, { ...model, endpoints });
    for (const name of [model.id, ...model.aliases]) taken.add(name);
  }
  for (const model of older.models) {
    const only = model.endpoints.filter(({ provider, model: name }) => past.has(placeKey(provider, name)));
    const known = models.get(model.id);
    if (only.length === 0 || (known === undefined && taken.has(model.id))) continue;
    const aliases = model.aliases.filter((alias) => !taken.has(alias));
    if (known === undefined) for (const name of [model.id, ...aliases]) taken.add(name);
    models.set(
      model.id,
      known === undefined
        ? { ...model, aliases, endpoints: only }
        : { ...known, endpoints: [...known.endpoints, ...only] },
    );
  }
  return { ...newer, models: [...models.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

/** @param day on which the newer one was made: until then the older one's prices are what is known. */
function joinHistories(older: readonly DatedPrice[], newer: readonly DatedPrice[], day: string): readonly DatedPrice[] {
  const on = (prices: readonly DatedPrice[]) => prices.findLast(({ from }) => from === undefined || from <= day);
  const [before, now] = [on(older), on(newer)];
  if (now === undefined) return older;
  if (before === undefined) return newer;
  if (samePrice(before, now)) return older.length >= newer.length ? older : newer;
  const isDated = now.from !== undefined && now.from > (before.from ?? "");
  return withPrice(older, now, isDated && now.from !== undefined ? now.from : day);
}
