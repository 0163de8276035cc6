// What the owner decides about a sync, and what the last one left.
import type { SyncRecord } from "./difference.js";

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
