// Joins what the sources say with the catalogue that is there. Prices get a further dated entry, so that the past stays;
// nothing is deleted that the owner has not named, and nothing is taken that moves too far.
import type { CatalogFile } from "../model.js";
import { decide, type Said } from "./decide.js";
import type {
  Change,
  Conflict,
  EndpointName,
  Merged,
  Refusal,
  ShrunkSource,
  SourceFacts,
  Subject,
  SyncRecord,
  Unplaced,
  Vanished,
} from "./difference.js";
import { createDraft, type Draft } from "./draft.js";
import { gather, isTextModel } from "./gather.js";
import { placeKey, placesIn } from "./place.js";

export interface MergeOptions {
  /** YYYY-MM-DD in UTC: the day from which changed prices hold. */
  readonly day: string;
  /** Ids of models whose moves are taken however far, and names of sources that are believed though they shrank. */
  readonly accept?: ReadonlySet<string>;
  /** Ids of models whose vanished endpoints are removed. */
  readonly remove?: ReadonlySet<string>;
  /** What the last sync left. */
  readonly previous?: SyncRecord | undefined;
}

/** A provider speaks for itself first, then the catalogues of all in this order. */
const precedence = ["models.dev", "genai-prices"];

/**
 * @param sources in any order. Of two that contradict, a provider's own list wins (OpenRouter's for its endpoints), then
 *   models.dev, then genai-prices.
 */
export function merge(old: CatalogFile, sources: readonly SourceFacts[], options: MergeOptions): Merged {
  const rank = ({ standing, source }: SourceFacts) => (standing === "own" ? -1 : precedence.indexOf(source));
  const inOrder = [...sources].sort((a, b) => rank(a) - rank(b));
  const shrunk = inOrder.flatMap((source) => shrunkIn(old, source, options));
  const usable = withoutShrunk(inOrder, shrunk);
  const wholeLists = new Set(
    inOrder.flatMap(({ source, wholeListOf }) =>
      wholeListOf === undefined || isShrunk(shrunk, source, wholeListOf) ? [] : [wholeListOf],
    ),
  );
  // First the new names, then all facts: so that a second sync, which knows the names, finds the facts in the same places.
  const draft = createDraft(old);
  const { added, aliases, unplaced } = addNames(old, draft, usable, { day: options.day, wholeLists });
  const gathering = gather(placesIn(draft.models()), usable);
  const changes: Change[] = [...aliases];
  const conflicts: Conflict[] = [];
  const refused: Refusal[] = [];
  for (const [key, { name, old: now, said }] of gathering.statements) {
    if (now === undefined) continue;
    const newly = added.get(key);
    const accepted = options.accept?.has(name.model) === true;
    const settled = settledFor(name, sources, options.previous);
    const before = newly === undefined ? now : undefined;
    const decision = decide({ name, old: before, said, day: options.day, accepted, settled });
    conflicts.push(...decision.conflicts);
    refused.push(...decision.refused);
    const { endpoint } = decision;
    if (newly !== undefined) {
      const facts = { price: endpoint.prices.at(-1), windowTokens: endpoint.windowTokens };
      changes.push({ kind: newly, ...name, source: said[0]?.source ?? "", ...facts });
    }
    if (newly !== undefined || decision.changes.length > 0) draft.replace(name, endpoint);
    changes.push(...decision.changes);
  }
  for (const [model, { fact, source }] of gathering.kinds) changes.push(...draft.grow(model, fact, source));
  const vanished = inOrder.flatMap((source) => vanishedFrom(old, source, shrunk, gathering.mentioned));
  const left = vanished.filter((gone) => options.remove?.has(gone.model) !== true);
  for (const gone of vanished) if (!left.includes(gone)) changes.push(draft.remove(gone));
  return {
    next: draft.file(inOrder, options.day),
    record: recordOf(inOrder, options, { conflicts, vanished: left }),
    changes: changes.sort(byName),
    conflicts,
    refused,
    shrunk,
    vanished: left,
    unplaced,
  };
}

const byName = (a: Change, b: Change) => (a.model < b.model ? -1 : a.model > b.model ? 1 : 0);

/** Models listed by provider. */
function countsOf({ facts }: SourceFacts): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { provider } of facts) counts.set(provider, (counts.get(provider) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** Half a list is a broken list: measured by what the source listed last, else by what the catalogue has. */
function shrunkIn(old: CatalogFile, source: SourceFacts, { accept, previous }: MergeOptions): readonly ShrunkSource[] {
  if (accept?.has(source.source) === true) return [];
  const counts = countsOf(source);
  const last = previous?.sources.find((one) => one.name === source.source)?.models;
  const providers = new Set([...Object.keys(counts), ...Object.keys(last ?? {})]);
  if (source.wholeListOf !== undefined) providers.add(source.wholeListOf);
  return [...providers].flatMap((provider) => {
    const inCatalog = old.models.flatMap((model) => model.endpoints.filter((one) => one.provider === provider)).length;
    const known = last?.[provider] ?? inCatalog;
    const listed = counts[provider] ?? 0;
    return listed * 2 < known ? [{ source: source.source, provider, known, listed }] : [];
  });
}

const isShrunk = (shrunk: readonly ShrunkSource[], source: string, provider: string) =>
  shrunk.some((one) => one.source === source && one.provider === provider);

function withoutShrunk(sources: readonly SourceFacts[], shrunk: readonly ShrunkSource[]): readonly SourceFacts[] {
  return sources.map((source) => ({
    ...source,
    facts: source.facts.filter(({ provider }) => !isShrunk(shrunk, source.source, provider)),
  }));
}

interface NewNames {
  /** By provider and name: whether the model is new with it. */
  readonly added: ReadonlyMap<string, "model" | "endpoint">;
  readonly aliases: readonly Change[];
  readonly unplaced: readonly Unplaced[];
}

function addNames(
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
  for (const { alias, model } of aliases) draft.alias(model, alias);
  return { added, aliases, unplaced: homeless };
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

/** Subjects on which a source that is absent now was believed against others the last time. */
function settledFor(
  name: EndpointName,
  sources: readonly SourceFacts[],
  previous: SyncRecord | undefined,
): ReadonlySet<Subject> {
  const settled = (previous?.conflicts ?? []).filter(
    (one) =>
      one.provider === name.provider && one.name === name.name && !sources.some(({ source }) => source === one.taken),
  );
  return new Set(settled.map(({ subject }) => subject));
}

function vanishedFrom(
  old: CatalogFile,
  { source, wholeListOf }: SourceFacts,
  shrunk: readonly ShrunkSource[],
  mentioned: ReadonlySet<string>,
): readonly Vanished[] {
  if (wholeListOf === undefined) return [];
  if (isShrunk(shrunk, source, wholeListOf)) return [];
  return old.models.flatMap(({ id, output, endpoints }) =>
    endpoints.flatMap(({ provider, model }) => {
      // Lists of models that chat leave embeddings out.
      const isGone =
        provider === wholeListOf && output.includes("text") && !mentioned.has(`${source} ${placeKey(provider, model)}`);
      return isGone ? [{ model: id, provider, name: model, source }] : [];
    }),
  );
}

function recordOf(
  sources: readonly SourceFacts[],
  { day, previous }: MergeOptions,
  found: Pick<SyncRecord, "conflicts" | "vanished">,
): SyncRecord {
  const here = new Set(sources.map(({ source }) => source));
  return {
    day,
    sources: [
      ...(previous?.sources ?? []).filter(({ name }) => !here.has(name)),
      ...sources.map((one) => ({ name: one.source, url: one.url, day, models: countsOf(one) })),
    ],
    conflicts: [...(previous?.conflicts ?? []).filter(({ taken }) => !here.has(taken)), ...found.conflicts],
    vanished: [...(previous?.vanished ?? []).filter(({ source }) => !here.has(source)), ...found.vanished],
  };
}
