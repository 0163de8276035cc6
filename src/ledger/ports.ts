// What the ledger needs of a store and of a journal. `store/` implements both.
import type { Generation, HoldEntry } from "./generation.js";

export interface GenerationFilter {
  /** At most this many, newest first. */
  readonly limit: number;
  /** Only rows created before this instant, milliseconds since 1970. */
  readonly beforeMs?: number;
  /** The model that served or, where none did, the one that was asked for. */
  readonly model?: string;
  readonly ending?: string;
}

/** Rows by id. A second `put` of the same id changes nothing: the first settling is the truth. */
export interface GenerationStore {
  put(rows: readonly Generation[]): void;
  get(id: string): Generation | undefined;
  list(filter: GenerationFilter): readonly Generation[];
  close(): void;
}

export type JournalEntry =
  | { readonly kind: "hold"; readonly hold: HoldEntry }
  | { readonly kind: "settle"; readonly generation: Generation };

/** An append-only file. `append` returns once the operating system has the line; it does not wait for the disk. */
export interface Journal {
  append(entry: JournalEntry): void;
  /**
   * Every whole line of earlier runs and this one up to now, oldest first, read from the file as it is asked for.
   * Damaged lines are set aside and counted in passing, and never fatal.
   */
  replay(): Iterable<JournalEntry>;
  /** Lines that replaying has set aside since the journal was opened. */
  readonly damagedLines: number;
  /** The store has everything up to now except these: starts afresh with them alone. On failure the old file stays. */
  restart(open: readonly HoldEntry[], unstored?: readonly Generation[]): void;
  /** Bytes in the file: what was written since the last restart. */
  readonly sizeBytes: number;
  close(): void;
}
