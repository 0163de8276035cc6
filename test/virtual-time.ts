// Time that passes when a test says so. Several timers due at the same instant run in the order in which they were set.
import type { Clock, Timers } from "../src/canonical/clock.js";

export interface VirtualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Timers that are set and have neither run nor been cancelled. */
  pending(): number;
  /** Lets time pass, running what falls due; between two timers everything that was promised is settled first. */
  advance(ms: number): Promise<void>;
}

/** 2026-07-01T12:00:00Z: a wall clock that no test confuses with the monotonic one. */
const startWallMs = Date.UTC(2026, 6, 1, 12);

export function createVirtualTime(): VirtualTime {
  let nowMs = 0;
  const due = new Map<object, { readonly atMs: number; readonly run: () => void }>();
  const next = (untilMs: number) => {
    let first: [object, { readonly atMs: number; readonly run: () => void }] | undefined;
    for (const entry of due)
      if (entry[1].atMs <= untilMs && (first === undefined || entry[1].atMs < first[1].atMs)) first = entry;
    return first;
  };
  return {
    clock: { wallMs: () => startWallMs + nowMs, monotonicMs: () => nowMs },
    timers: {
      after(ms, run) {
        const timer = { cancel: () => void due.delete(timer) };
        due.set(timer, { atMs: nowMs + ms, run });
        return timer;
      },
    },
    pending: () => due.size,
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settled();
      for (let task = next(untilMs); task !== undefined; task = next(untilMs)) {
        due.delete(task[0]);
        nowMs = Math.max(nowMs, task[1].atMs);
        task[1].run();
        await settled();
      }
      nowMs = untilMs;
    },
  };
}

/** Resolves when every promise that can go on now has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
