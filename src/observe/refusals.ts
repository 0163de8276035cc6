// Requests that were refused before they were admitted: counters, and the last thousand, without bodies.
import type { Observer } from "../canonical/observer.js";

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly path: string;
}

export interface Refusals {
  readonly observe: Observer;
  readonly counts: ReadonlyMap<string, number>;
  /** Newest last. */
  readonly last: readonly Refusal[];
}

const mostKept = 1_000;

export function createRefusals(): Refusals {
  const counts = new Map<string, number>();
  const last: Refusal[] = [];
  return {
    counts,
    last,
    observe(observation) {
      if (observation.type !== "refused") return;
      const { status, code, path } = observation;
      counts.set(code, (counts.get(code) ?? 0) + 1);
      if (last.length === mostKept) last.shift();
      last.push({ status, code, path });
    },
  };
}
