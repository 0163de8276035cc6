// Joins what the sources say with the catalogue that is there. Prices get a further dated entry, so that the past stays;
// nothing is deleted that the owner has not named, and nothing is taken that moves too far.
import type { CatalogFile } from "../model.js";
import { decide } from "./decide.js";
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
  Vanished,
} from "./difference.js";
import { createDraft } from "./draft.js";
import { gather } from "./gather.js";
import type { MergeOptions } from "./merge-options.js";
import { addNames } from "./new-names.js";
import { placeKey, placesIn } from "./place.js";
import { countsOf, isShrunk, shrunkIn, withoutShrunk } from "./screen.js";

/** A provider speaks for itself first, then the catalogues of all in this order. */
const precedence = ["models.dev", "genai-prices"];

/** A name that was added can give a home to further facts; rarely more than once. */
const mostRounds = 5;

/**
 * @param sources in any order. Of two that contradict, a provider's own list wins (OpenRouter's for its endpoints), then
 *   models.dev, then genai-prices. The same sources again change nothing.
 */
export function merge(old: CatalogFile, sources: readonly SourceFacts[], options: MergeOptions): Merged {
  const shrunk = sources.flatMap((source) => shrunkIn(old, source, options));
  let merged = mergeOnce(old, sources, shrunk, options);
  const changes = [...merged.changes];
  for (let round = 1; round < mostRounds && merged.changes.length > 0; round += 1) {
    merged = mergeOnce(merged.next, sources, shrunk, options);
    changes.push(...merged.changes);
  }
  return { ...merged, changes: changes.sort(byName) };
}

function mergeOnce(
  old: CatalogFile,
  sources: readonly SourceFacts[],
  shrunk: readonly ShrunkSource[],
  options: MergeOptions,
): Merged {
  const rank = ({ standing, source }: SourceFacts) => (standing === "own" ? -1 : precedence.indexOf(source));
  const inOrder = [...sources].sort((a, b) => rank(a) - rank(b));
  const usable = withoutShrunk(inOrder, shrunk);
  const heard = heardIn(usable);
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
    const settled = settledFor(name, heard, options.previous);
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
    next: draft.file(
      usable.filter(({ facts }) => facts.length > 0),
      options.day,
    ),
    record: recordOf(inOrder, heard, options, { conflicts, vanished: left, shrunk }),
    changes,
    conflicts,
    refused,
    shrunk,
    vanished: left,
    unplaced,
  };
}

const byName = (a: Change, b: Change) => (a.model < b.model ? -1 : a.model > b.model ? 1 : 0);

/** Source and provider of all that is said now. */
function heardIn(sources: readonly SourceFacts[]): ReadonlySet<string> {
  return new Set(sources.flatMap(({ source, facts }) => facts.map(({ provider }) => `${source} ${provider}`)));
}

/** Subjects on which a source that is silent now was believed against others the last time. */
function settledFor(
  name: EndpointName,
  heard: ReadonlySet<string>,
  previous: SyncRecord | undefined,
): ReadonlySet<Subject> {
  const settled = (previous?.conflicts ?? []).filter(
    (one) => one.provider === name.provider && one.name === name.name && !heard.has(`${one.taken} ${one.provider}`),
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
  heard: ReadonlySet<string>,
  { day, previous }: MergeOptions,
  found: Pick<Merged, "conflicts" | "vanished" | "shrunk">,
): SyncRecord {
  const here = new Set(sources.map(({ source }) => source));
  // A list that was not believed is no measure for the next one.
  const countsIn = (source: SourceFacts) => {
    const counts = countsOf(source);
    for (const one of found.shrunk) if (one.source === source.source) counts[one.provider] = one.known;
    return counts;
  };
  return {
    day,
    sources: [
      ...(previous?.sources ?? []).filter(({ name }) => !here.has(name)),
      ...sources.map((one) => ({ name: one.source, url: one.url, day, models: countsIn(one) })),
    ],
    conflicts: [
      ...(previous?.conflicts ?? []).filter(({ taken, provider }) => !heard.has(`${taken} ${provider}`)),
      ...found.conflicts,
    ],
    vanished: [...(previous?.vanished ?? []).filter(({ source }) => !here.has(source)), ...found.vanished],
  };
}
