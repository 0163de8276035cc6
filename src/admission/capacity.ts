// Step 2, admit: is there room? So many exchanges in flight, so many waiting for so long, and a clear 503 beyond that.
import type { Timers } from "../canonical/clock.js";
import { TrunklineError } from "../canonical/error.js";

export interface CapacityLimits {
  /** Exchanges in flight. */
  readonly inFlight: number;
  /** Exchanges waiting for a place. */
  readonly waiting: number;
  /** Milliseconds that one waits at most. */
  readonly waitMs: number;
}

export const defaultCapacity: CapacityLimits = { inFlight: 4_096, waiting: 1_000, waitMs: 10_000 };

export interface Capacity {
  /** Takes a place, or throws `gateway_overloaded`. A place that is free at once is given without waiting. */
  enter(): Promise<void> | undefined;
  /** Gives the place back. */
  leave(): void;
  readonly inFlight: number;
}

export function createCapacity(limits: CapacityLimits, timers: Timers): Capacity {
  let inFlight = 0;
  const queue: { admit: () => void }[] = [];
  const overloaded = () =>
    new TrunklineError("gateway_overloaded", "The gateway is serving as many requests as it may.", {
      retryAfterMs: 1_000,
      whatToDo: "Try again shortly.",
    });
  return {
    get inFlight() {
      return inFlight;
    },
    enter() {
      if (inFlight < limits.inFlight) {
        inFlight++;
        return undefined;
      }
      if (queue.length >= limits.waiting) throw overloaded();
      return new Promise((resolve, reject) => {
        const timer = timers.after(limits.waitMs, () => {
          queue.splice(queue.indexOf(waiter), 1);
          reject(overloaded());
        });
        const waiter = {
          admit: () => {
            timer.cancel();
            resolve();
          },
        };
        queue.push(waiter);
      });
    },
    leave() {
      const next = queue.shift();
      if (next === undefined) inFlight--;
      else next.admit();
    },
  };
}
