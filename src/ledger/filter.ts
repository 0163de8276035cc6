// What every list of generations obeys, in the ledger and in each store.
import type { Generation } from "./generation.js";
import type { GenerationFilter } from "./ports.js";

/** Whether a row is one that the filter asks for; the limit apart. */
export function matches(row: Generation, filter: GenerationFilter): boolean {
  if (filter.beforeMs !== undefined && row.createdMs >= filter.beforeMs) return false;
  if (filter.model !== undefined && (row.model ?? row.modelAsked) !== filter.model) return false;
  return filter.ending === undefined || row.ending === filter.ending;
}

/** The order of every list: newest first, ids deciding within a millisecond. */
export function newestFirst(a: Generation, b: Generation): number {
  if (a.createdMs !== b.createdMs) return b.createdMs - a.createdMs;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
