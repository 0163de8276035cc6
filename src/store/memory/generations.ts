// The generation store in memory: for the library in process, tests and simulations. Bounded: the oldest rows go first.
import { matches, newestFirst } from "../../ledger/filter.js";
import type { Generation } from "../../ledger/generation.js";
import type { GenerationStore } from "../../ledger/ports.js";

/** @param maxRows rows kept; the ones put first make room. */
export function memoryGenerations(maxRows = 10_000): GenerationStore {
  const rows = new Map<string, Generation>();
  return {
    put(batch) {
      for (const row of batch) if (!rows.has(row.id)) rows.set(row.id, row);
      for (const id of rows.keys()) {
        if (rows.size <= maxRows) break;
        rows.delete(id);
      }
    },
    get(id) {
      return rows.get(id);
    },
    list(filter) {
      return [...rows.values()]
        .filter((row) => matches(row, filter))
        .sort(newestFirst)
        .slice(0, filter.limit);
    },
    close() {},
  };
}
