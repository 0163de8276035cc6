// The catalogue in memory: which model a name means, which names come close, and what an endpoint costs on a day.
import type { CatalogFile, CatalogModel, DatedPrice, ModelEndpoint } from "./model.js";
import { nearestIds } from "./nearest.js";

export interface Served {
  readonly model: CatalogModel;
  readonly endpoint: ModelEndpoint;
}

export interface Catalog {
  /** YYYY-MM-DD on which the generated part was made. */
  readonly generated: string;
  /** In order of their ids. */
  readonly models: readonly CatalogModel[];
  /** The model with exactly this id or alias. */
  find(name: string): CatalogModel | undefined;
  /** The model and its endpoint at one provider, by the provider's own name for it or by an id or alias. */
  findAt(provider: string, name: string): Served | undefined;
  /** True where at least one model's id begins with `author/`. */
  hasAuthor(author: string): boolean;
  /** At most `count` ids close to a mistyped name, the closest first; empty where none is. */
  nearest(name: string, count: number): string[];
  /** See `priceOn`. */
  priceOn(endpoint: ModelEndpoint, day: string): DatedPrice | undefined;
}

export function createCatalog(file: CatalogFile): Catalog {
  const { models } = file;
  let byName: Map<string, CatalogModel> | undefined;
  let byEndpoint: Map<string, Served> | undefined;
  let authors: Set<string> | undefined;
  const find = (name: string) => {
    byName ??= indexByName(models);
    return byName.get(name);
  };
  return {
    generated: file.generated,
    models,
    find,
    findAt(provider, name) {
      byEndpoint ??= indexByEndpoint(models);
      const served = byEndpoint.get(endpointKey(provider, name));
      if (served !== undefined) return served;
      const model = find(name);
      const endpoint = model?.endpoints.find((one) => one.provider === provider);
      return model && endpoint && { model, endpoint };
    },
    hasAuthor(author) {
      authors ??= new Set(models.map(({ id }) => id.slice(0, id.indexOf("/"))));
      return authors.has(author);
    },
    nearest: (name, count) => nearestIds(models, name, count),
    priceOn,
  };
}

/** The price that holds at an endpoint on a day (YYYY-MM-DD, UTC); undefined where none is known for that day. */
export function priceOn(endpoint: ModelEndpoint, day: string): DatedPrice | undefined {
  return endpoint.prices.findLast((price) => price.from === undefined || price.from <= day);
}

/** Ids win over aliases. */
function indexByName(models: readonly CatalogModel[]): Map<string, CatalogModel> {
  const byName = new Map<string, CatalogModel>();
  for (const model of models) for (const alias of model.aliases) byName.set(alias, model);
  for (const model of models) byName.set(model.id, model);
  return byName;
}

function indexByEndpoint(models: readonly CatalogModel[]): Map<string, Served> {
  const byEndpoint = new Map<string, Served>();
  for (const model of models)
    for (const endpoint of model.endpoints)
      byEndpoint.set(endpointKey(endpoint.provider, endpoint.model), { model, endpoint });
  return byEndpoint;
}

/** No provider's id has a blank in it, so that the parts can't run together. */
function endpointKey(provider: string, name: string): string {
  return `${provider} ${name}`;
}
