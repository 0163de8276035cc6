// Sources that are not believed: a list that lost more than half of its models since the last time is a broken one.
import type { CatalogFile } from "../model.js";
import type { ShrunkSource, SourceFacts } from "./difference.js";
import type { MergeOptions } from "./merge-options.js";

/** Models listed by provider. */
export function countsOf({ facts }: SourceFacts): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { provider } of facts) counts.set(provider, (counts.get(provider) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** Half a list is a broken list: measured by what the source listed last, else by what the catalogue has. */
export function shrunkIn(
  old: CatalogFile,
  source: SourceFacts,
  { accept, previous }: MergeOptions,
): readonly ShrunkSource[] {
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

export const isShrunk = (shrunk: readonly ShrunkSource[], source: string, provider: string) =>
  shrunk.some((one) => one.source === source && one.provider === provider);

export function withoutShrunk(
  sources: readonly SourceFacts[],
  shrunk: readonly ShrunkSource[],
): readonly SourceFacts[] {
  return sources.map((source) => ({
    ...source,
    facts: source.facts.filter(({ provider }) => !isShrunk(shrunk, source.source, provider)),
  }));
}
