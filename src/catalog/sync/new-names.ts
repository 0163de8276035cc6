// Which names that the sources list become new models, endpoints and aliases; and why the others do not.
import type { CatalogFile } from "../model.js";
import type { Said } from "./decide.js";
import type { Change, EndpointName, SourceFacts, Unplaced } from "./difference.js";
import type { Draft } from "./draft.js";
import { gather, isTextModel } from "./gather.js";
import { placesIn } from "./place.js";

export interface NewNames {
  /** By provider and name: whether the model is new with it. */
  readonly added: ReadonlyMap<string, "model" | "endpoint">;
  readonly aliases: readonly Change[];
  readonly unplaced: readonly Unplaced[];
}

/** Adds them to the draft, without facts. */
export function addNames(
  old: CatalogFile,
  draft: Draft,
  sources: readonly SourceFacts[],
  known: { readonly day: string; readonly wholeLists: ReadonlySet<string> },
): NewNames {
  const { statements, kinds, aliases, unplaced } = gather(placesIn(old.models), sources);
  const added = new Map<string, "model" | "endpoint">();
  const homeless = [...unplaced];
  for (const [key, { name, old: before, said }] of statements) {
    if (before !== undefined) continue;
    const kind = kinds.get(name.model);
    const why = whyNotNew(draft, name, said, kind, known);
    // A price list names many spellings that are no models of their own.
    const listed = said.find(({ own, fact }) => own || isTextModel(fact));
    if (why === undefined) added.set(key, draft.add(name, kind));
    else if (listed !== undefined)
      homeless.push({ provider: name.provider, name: name.name, source: listed.source, why });
  }
  const given = aliases.filter(({ model, alias }) => draft.alias(model, alias));
  return { added, aliases: given, unplaced: homeless };
}

/** A catalogue keeps models that were retired long ago: what is older than this only the provider itself can add. */
const newDays = 365;

/** @param name of an endpoint that the catalogue does not have. Undefined: it is added. */
function whyNotNew(
  draft: Draft,
  name: EndpointName,
  said: readonly Said[],
  kind: Said | undefined,
  { day, wholeLists }: { readonly day: string; readonly wholeLists: ReadonlySet<string> },
): string | undefined {
  if (!draft.has(name.model) && kind === undefined) return "what goes in and out of it is not known";
  if (said.some(({ own }) => own)) {
    const isKnown = said.some(({ fact }) => isTextModel(fact) || fact.prices !== undefined);
    return isKnown ? undefined : "no price is known";
  }
  if (!said.some(({ fact }) => isTextModel(fact))) return "no source says that it is served there";
  if (!said.some(({ fact }) => fact.prices !== undefined)) return "no price is known";
  if (wholeLists.has(name.provider)) return "the provider's own list does not have it";
  const oldest = new Date(Date.parse(day) - newDays * 86_400_000).toISOString().slice(0, 10);
  const released = said.map(({ fact }) => fact.released ?? "").find((date) => date !== "");
  return released !== undefined && released < oldest ? "it is older than a year, and may be retired" : undefined;
}
