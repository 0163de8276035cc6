// Rows that are settled and journaled but not yet in the store: shipped in batches, kept and tried again while the store fails.
import type { Clock, Timer, Timers } from "../canonical/clock.js";
import { because } from "./because.js";
import type { Generation } from "./generation.js";
import type { GenerationStore, Journal, JournalEntry } from "./ports.js";

/** A batch leaves after this pause, milliseconds, or at once when it is full. */
const lingerMs = 50;
const fullBatchRows = 500;
const longestBackoffMs = 5_000;

export interface Backlog {
  /** A journaled row that is too many to keep in memory is read back from the journal once the store answers. */
  add(row: Generation, journaled: boolean): void;
  readonly rows: ReadonlyMap<string, Generation>;
  /** False while rows are in the journal alone, so that it must not be restarted. */
  readonly complete: boolean;
  /** How long the store has been failing, milliseconds. */
  readonly failingForMs: number | undefined;
  /** Ships everything now; false where the store failed. */
  flush(): boolean;
  stop(): void;
}

export interface BacklogOptions {
  readonly store: GenerationStore;
  readonly journal: Journal;
  readonly timers: Timers;
  readonly clock: Clock;
  /** Rows kept in memory while the store fails. */
  readonly maxRows: number;
  readonly trouble: (sentence: string) => void;
  /** Called after each batch that the store took on its own time. */
  readonly onShipped: () => void;
}

export function createBacklog(options: BacklogOptions): Backlog {
  const { store, journal, timers, clock } = options;
  const rows = new Map<string, Generation>();
  let batchRows = fullBatchRows;
  let failures = 0;
  let failingSinceMs: number | undefined;
  let timer: Timer | undefined;
  let urgent = false;
  let spilled = false;
  let refill: Iterator<JournalEntry> | undefined;
  let stopped = false;

  /** One put; false where the store failed. */
  function put(batch: readonly Generation[]): boolean {
    try {
      store.put(batch);
    } catch (error) {
      failures += 1;
      failingSinceMs ??= clock.monotonicMs();
      options.trouble(`The store refused ${batch.length} rows, they stay in the journal: ${because(error)}.`);
      return false;
    }
    failures = 0;
    failingSinceMs = undefined;
    return true;
  }

  function shipBatch(): boolean {
    const batch: Generation[] = [];
    for (const row of rows.values()) if (batch.push(row) === batchRows) break;
    if (batch.length === 0) return true;
    const stored = put(batch);
    // Smaller and smaller batches after failures, and a single row goes to the back: one bad row never blocks the others.
    batchRows = stored ? Math.min(fullBatchRows, batchRows * 2) : Math.max(1, batchRows >> 1);
    if (stored || batch.length === 1) for (const row of batch) rows.delete(row.id);
    if (!stored && batch.length === 1) for (const row of batch) rows.set(row.id, row);
    return stored;
  }

  /** The next batch of the rows that are in the journal alone; undefined where the journal cannot be read. */
  function readBack(): readonly Generation[] | undefined {
    const batch: Generation[] = [];
    try {
      if (refill === undefined) {
        spilled = false;
        refill = journal.replay()[Symbol.iterator]();
      }
      while (batch.length < fullBatchRows) {
        const next = refill.next();
        if (next.done === true) {
          refill = undefined;
          break;
        }
        if (next.value.kind === "settle") batch.push(next.value.generation);
      }
      return batch;
    } catch (error) {
      failures += 1;
      options.trouble(`Rows could not be read back from the journal: ${because(error)}.`);
      return undefined;
    }
  }

  /** Ships what the journal alone has, a batch at a time; false where that failed and starts again later. */
  function refillBatch(): boolean {
    const batch = readBack();
    if (batch !== undefined && (batch.length === 0 || put(batch))) return true;
    endRefill();
    return false;
  }

  function endRefill(): void {
    refill?.return?.();
    refill = undefined;
    spilled = true;
  }

  function run(): void {
    timer = undefined;
    urgent = false;
    let stored = shipBatch();
    if (stored && rows.size < fullBatchRows && !complete()) stored = refillBatch();
    if (stored) options.onShipped();
    if (rows.size > 0 || !complete()) schedule();
  }

  function schedule(): void {
    if (stopped) return;
    if (failures > 0) {
      timer ??= timers.after(Math.min(longestBackoffMs, lingerMs * 2 ** Math.min(failures, 10)), run);
    } else if (rows.size >= batchRows || !complete()) {
      if (urgent) return;
      timer?.cancel();
      urgent = true;
      timer = timers.after(0, run);
    } else {
      timer ??= timers.after(lingerMs, run);
    }
  }

  function complete(): boolean {
    return !spilled && refill === undefined;
  }

  return {
    rows,
    get complete() {
      return complete();
    },
    get failingForMs() {
      return failingSinceMs === undefined ? undefined : clock.monotonicMs() - failingSinceMs;
    },
    add(row, journaled) {
      if (journaled && rows.size >= options.maxRows) {
        spilled = true;
        return;
      }
      rows.set(row.id, row);
      schedule();
    },
    flush() {
      while (rows.size > 0) if (!shipBatch()) return false;
      while (!complete()) if (!refillBatch()) return false;
      return true;
    },
    stop() {
      stopped = true;
      timer?.cancel();
      timer = undefined;
      if (refill !== undefined) endRefill();
    },
  };
}
