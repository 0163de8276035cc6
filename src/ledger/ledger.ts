// The ledger: a hold before the first upstream byte, a settling exactly once, rows that can be read at once.
import type { Clock, Timers } from "../canonical/clock.js";
import { TrunklineError } from "../canonical/error.js";
import type { Observer } from "../canonical/observer.js";
import { createBacklog } from "./backlog.js";
import { because } from "./because.js";
import { matches, newestFirst } from "./filter.js";
import type { Generation, HoldEntry } from "./generation.js";
import type { GenerationFilter, GenerationStore, Journal, JournalEntry } from "./ports.js";

const defaultMaxJournalBytes = 8 * 1024 * 1024;
const defaultMaxUnstoredRows = 20_000;
/** A journal is not restarted while it would take more rows along than this. */
const maxRowsCarriedOver = 500;

export interface LedgerOptions {
  readonly store: GenerationStore;
  readonly journal: Journal;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly observer?: Observer;
  /** The journal starts afresh when it is larger, bytes. */
  readonly maxJournalBytes?: number;
  /** Rows kept in memory while the store fails; the rest waits in the journal. */
  readonly maxUnstoredRows?: number;
}

export interface LedgerState {
  readonly openHolds: number;
  readonly unstoredRows: number;
  /** How long the store has been failing, milliseconds; undefined: it is well. */
  readonly storeFailingForMs: number | undefined;
  /** False: no paid call may be sent, as its hold could not be written. */
  readonly journalWell: boolean;
}

export interface Ledger {
  /**
   * Notes in the journal that a call is about to be sent. A second hold of the same id (a fallback) replaces the first.
   * Throws TrunklineError with status 503 where the journal cannot be written: nothing may be sent then.
   */
  hold(entry: HoldEntry): void;
  /** Books the generation. False where its id was settled before: the first settling stays. Never throws. */
  settle(generation: Generation): boolean;
  /** One row, stored or not yet. Throws what the store throws. */
  get(id: string): Generation | undefined;
  /** Newest first, rows that are not stored yet included. Throws what the store throws. */
  list(filter: GenerationFilter): readonly Generation[];
  /** For readiness. */
  state(): LedgerState;
  /** Ships every row now; false where the store failed and rows are left. */
  flush(): boolean;
  /** Flushes, restarts the journal with what is left (nothing, on a planned stop), closes the journal and the store. */
  close(): void;
}

export function createLedger(options: LedgerOptions): Ledger {
  const { store, journal } = options;
  const maxJournalBytes = options.maxJournalBytes ?? defaultMaxJournalBytes;
  const open = new Map<string, HoldEntry>();
  let journalWell = true;
  let closed = false;

  function trouble(sentence: string): void {
    options.observer?.({ type: "trouble", where: "ledger", sentence });
  }

  const backlog = createBacklog({
    store,
    journal,
    timers: options.timers,
    clock: options.clock,
    maxRows: options.maxUnstoredRows ?? defaultMaxUnstoredRows,
    trouble,
    onShipped() {
      if (journal.sizeBytes > maxJournalBytes && backlog.rows.size <= maxRowsCarriedOver) restartJournal();
    },
  });

  function restartJournal(): void {
    if (!backlog.complete) return;
    try {
      journal.restart([...open.values()], [...backlog.rows.values()]);
    } catch (error) {
      trouble(`The journal could not be restarted and grows on: ${because(error)}.`);
    }
  }

  /** The reason for a failure, said once until the journal takes a line again. */
  function append(entry: JournalEntry): string | undefined {
    try {
      journal.append(entry);
      journalWell = true;
      return undefined;
    } catch (error) {
      const reason = because(error);
      if (journalWell) trouble(`The journal cannot be written: ${reason}.`);
      journalWell = false;
      return reason;
    }
  }

  function isSettled(id: string): boolean {
    if (backlog.rows.has(id)) return true;
    if (open.has(id)) return false;
    // No hold: refused before anything was sent, or settled and shipped before. Only the store knows.
    try {
      return store.get(id) !== undefined;
    } catch {
      return false; // The store keeps the first row of an id: at worst this one is shipped and changes nothing.
    }
  }

  return {
    hold(entry) {
      const reason = append({ kind: "hold", hold: entry });
      if (reason !== undefined)
        throw new TrunklineError("internal", `The gateway cannot write its journal: ${reason}.`, {
          status: 503,
          whatToDo: "Free space in its data folder, or make the folder writable; nothing was sent to a provider.",
        });
      open.set(entry.id, entry);
    },
    settle(generation) {
      if (isSettled(generation.id)) return false;
      const journaled = append({ kind: "settle", generation }) === undefined;
      open.delete(generation.id);
      backlog.add(generation, journaled);
      return true;
    },
    get(id) {
      return backlog.rows.get(id) ?? store.get(id);
    },
    list(filter) {
      const fresh = [...backlog.rows.values()].filter((row) => matches(row, filter));
      if (fresh.length === 0) return store.list(filter);
      const ids = new Set(fresh.map((row) => row.id));
      const stored = store.list(filter).filter((row) => !ids.has(row.id));
      return [...fresh, ...stored].sort(newestFirst).slice(0, filter.limit);
    },
    state() {
      return {
        openHolds: open.size,
        unstoredRows: backlog.rows.size,
        storeFailingForMs: backlog.failingForMs,
        journalWell,
      };
    },
    flush() {
      return backlog.flush();
    },
    close() {
      if (closed) return;
      closed = true;
      backlog.flush();
      backlog.stop();
      restartJournal();
      journal.close();
      store.close();
    },
  };
}
