// Every model that a client may ask for, with the providers that would serve it now: for /models and `trunkline models`.
import { TrunklineError } from "../canonical/error.js";
import type { CatalogModel, ModelEndpoint } from "../catalog/model.js";
import { type RoutingParts, resolveModel } from "./resolve.js";

export interface ListedModel {
  readonly model: CatalogModel;
  /** Provider ids in the order in which they are tried; empty: none is set up. */
  readonly servedBy: readonly string[];
  /** Providers that could serve it, were they set up. */
  readonly missing: readonly string[];
}

/** The owner's names first, then the catalogue's. */
export function listModels(parts: RoutingParts, day: string): readonly ListedModel[] {
  const listed: ListedModel[] = [];
  for (const name of parts.models.keys())
    if (parts.catalog.find(name) === undefined) listed.push(ownName(parts, name, day));
  for (const model of parts.catalog.models) {
    const servedBy: string[] = [];
    const missing: string[] = [];
    for (const { provider: id } of model.endpoints) {
      const provider = parts.providers.get(id);
      if (provider !== undefined) (parts.usable(provider) ? servedBy : missing).push(id);
    }
    listed.push({ model, servedBy, missing });
  }
  return listed;
}

/** A name from trunkline.yaml, as a row: the facts of the first endpoint that it leads to. */
function ownName(parts: RoutingParts, name: string, day: string): ListedModel {
  const bare: CatalogModel = {
    id: name,
    name,
    aliases: [],
    input: ["text"],
    output: ["text"],
    reasoning: false,
    tools: true,
    endpoints: [],
  };
  try {
    const { endpoints } = resolveModel(parts, name, day);
    const [first] = endpoints;
    const model: CatalogModel = {
      ...bare,
      ...(first?.windowTokens === undefined ? {} : { windowTokens: first.windowTokens }),
      ...(first?.maxOutputTokens === undefined ? {} : { maxOutputTokens: first.maxOutputTokens }),
      endpoints: endpoints.map(
        ({ provider, upstreamModel, price }): ModelEndpoint => ({
          provider: provider.id,
          model: upstreamModel,
          prices: price === undefined ? [] : [price],
        }),
      ),
    };
    return { model, servedBy: endpoints.map((endpoint) => endpoint.provider.id), missing: [] };
  } catch (error) {
    if (!TrunklineError.is(error)) throw error;
    return { model: bare, servedBy: [], missing: [] };
  }
}
