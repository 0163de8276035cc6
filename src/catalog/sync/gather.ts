// Collects, endpoint by endpoint, what all the sources say of it; and which names are new, snapshots of known ones, or homeless.
import type { ModelEndpoint } from "../model.js";
import type { Said } from "./decide.js";
import type { Change, EndpointName, SourceFacts, Unplaced } from "./difference.js";
import type { ModelFact } from "./facts.js";
import { type Places, placeKey, undatedName } from "./place.js";
import { samePrice } from "./prices.js";

export interface Statement {
  readonly name: EndpointName;
  /** Undefined: the catalogue has no such endpoint. */
  readonly old: ModelEndpoint | undefined;
  readonly said: Said[];
}

export interface Gathering {
  readonly statements: ReadonlyMap<string, Statement>;
  /** Model id → the first fact that says what goes in and out of a new model. */
  readonly kinds: ReadonlyMap<string, Said>;
  /** Source and endpoint, for what the source has named. */
  readonly mentioned: ReadonlySet<string>;
  readonly aliases: readonly Extract<Change, { kind: "alias" }>[];
  readonly unplaced: readonly Unplaced[];
}

/** @param sources the most trusted first. */
export function gather(places: Places, sources: readonly SourceFacts[]): Gathering {
  const statements = new Map<string, Statement>();
  const kinds = new Map<string, Said>();
  const mentioned = new Set<string>();
  const aliases: Extract<Change, { kind: "alias" }>[] = [];
  const unplaced: Unplaced[] = [];
  const state = (name: EndpointName, old: ModelEndpoint | undefined, said: Said) => {
    const key = placeKey(name.provider, name.name);
    const statement = statements.get(key) ?? { name, old, said: [] };
    statements.set(key, statement);
    mentioned.add(`${said.source} ${key}`);
    // The first that a source says of an endpoint counts: names that are exact come first.
    if (!statement.said.some(({ source }) => source === said.source)) statement.said.push(said);
    if (!kinds.has(name.model) && isTextModel(said.fact)) kinds.set(name.model, said);
  };
  for (const { source, standing, facts } of sources) {
    const own = standing === "own";
    const exactFirst = [...facts].sort(
      (a, b) => Number(isExact(places, b)) - Number(isExact(places, a)) || a.model.length - b.model.length,
    );
    for (const fact of exactFirst) {
      const { provider, model: name } = fact;
      const known = places.find(provider, name, fact.otherNames);
      if (known !== undefined) {
        state({ model: known.model.id, provider, name: known.endpoint.model }, known.endpoint, { source, own, fact });
        continue;
      }
      const base = undatedName(name);
      const snapshotOf = base === undefined ? undefined : endpointOf(places, statements, provider, base);
      if (snapshotOf !== undefined && isSameAs(snapshotOf, fact)) {
        mentioned.add(`${source} ${placeKey(provider, snapshotOf.name.name)}`);
        // Only a price that is the same shows that a dated name is the same model.
        const isFree = !places.isTaken(name) && !aliases.some(({ alias }) => alias === name);
        if (fact.prices?.at(-1) !== undefined && isFree)
          aliases.push({ kind: "alias", model: snapshotOf.name.model, source, alias: name });
        continue;
      }
      const id = places.newId(provider, name);
      // A moving name that is known already, and points to another model by now.
      if (places.isAlias(name) || (id !== undefined && places.isAlias(id))) continue;
      if (id !== undefined) state({ model: id, provider, name }, undefined, { source, own, fact });
      else if (isTextModel(fact)) unplaced.push({ provider, name, source, why: "its author is not known" });
    }
  }
  return { statements, kinds, mentioned, aliases, unplaced };
}

const isExact = (places: Places, fact: ModelFact) => places.at(fact.provider, fact.model) !== undefined;

/** Text goes in, and text or embeddings come out. */
export const isTextModel = ({ input, output }: ModelFact) =>
  input?.includes("text") === true && (output?.includes("text") === true || output?.includes("embeddings") === true);

function endpointOf(places: Places, statements: ReadonlyMap<string, Statement>, provider: string, name: string) {
  const known = places.at(provider, name);
  if (known !== undefined)
    return { name: { model: known.model.id, provider, name }, price: known.endpoint.prices.at(-1) };
  const statement = statements.get(placeKey(provider, name));
  const price = statement?.said.find(({ fact }) => fact.prices !== undefined)?.fact.prices?.at(-1);
  return statement && { name: statement.name, price };
}

function isSameAs(base: NonNullable<ReturnType<typeof endpointOf>>, { prices }: ModelFact): boolean {
  const price = prices?.at(-1);
  if (price === undefined) return true;
  return base.price !== undefined && samePrice(bare(base.price), bare(price));
}

/** Only what every source says. */
const bare = ({ inputPicoUsd, outputPicoUsd }: { readonly inputPicoUsd: number; readonly outputPicoUsd: number }) => ({
  inputPicoUsd,
  outputPicoUsd,
});
