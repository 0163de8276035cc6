// The journal in memory: what a gateway without a data folder, tests and simulations use. It lives as long as its object.
import type { Journal, JournalEntry } from "../../ledger/ports.js";

export function memoryJournal(): Journal {
  let entries: JournalEntry[] = [];
  let sizeBytes = 0;

  function append(entry: JournalEntry): void {
    entries.push(entry);
    sizeBytes += JSON.stringify(entry).length;
  }

  return {
    append,
    *replay() {
      yield* [...entries];
    },
    damagedLines: 0,
    restart(open, unstored = []) {
      entries = [];
      sizeBytes = 0;
      for (const hold of open) append({ kind: "hold", hold });
      for (const generation of unstored) append({ kind: "settle", generation });
    },
    get sizeBytes() {
      return sizeBytes;
    },
    close() {},
  };
}
