// How many answers are generated at a time, how many may wait, and for how long. Slots are made when first needed; who
// came first is served first.
import type { Clock, Timers } from "../../canonical/clock.js";

export interface SlotLimits {
  /** Answers generated at a time. Each has a context of its own in memory. */
  readonly slots: number;
  /** Requests that may wait for a slot. */
  readonly waiting: number;
  /** Milliseconds that one may wait. */
  readonly waitMs: number;
}

/** The wait is shorter than the gateway's timer for the first token: a client hears that the model is busy, not that it is slow. */
export const defaultSlotLimits: SlotLimits = { slots: 2, waiting: 16, waitMs: 20_000 };

export interface Lease<T> {
  readonly kind: "lease";
  readonly slot: T;
  release(): void;
}

export type Acquired<T> =
  | Lease<T>
  /** The queue is full, or it was waited for too long: another try may do better after so many milliseconds. */
  | { readonly kind: "full" | "late"; readonly retryAfterMs: number }
  /** The signal fired. */
  | { readonly kind: "gone" };

export interface SlotOptions<T> extends SlotLimits {
  readonly create: () => Promise<T>;
  readonly timers: Timers;
  readonly clock: Pick<Clock, "monotonicMs">;
}

export interface Slots<T> {
  /** Waits for a slot, in the order of the calls. Rejects where a slot can't be made. */
  acquire(signal: AbortSignal): Promise<Acquired<T>>;
  readonly waiting: number;
}

/** Assumed of an answer until one has ended. */
const firstGuessMs = 1_000;
/** The weight of the last answer in the average. */
const lastCounts = 0.2;

export function createSlots<T>({ slots, waiting, waitMs, create, timers, clock }: SlotOptions<T>): Slots<T> {
  const free: T[] = [];
  /** A Set keeps the order in which its members came, and lets them leave from the middle. */
  const queue = new Set<Waiter<T>>();
  let made = 0;
  let answerMs = firstGuessMs;

  function lease(slot: T): Lease<T> {
    const sinceMs = clock.monotonicMs();
    let held = true;
    return {
      kind: "lease",
      slot,
      release() {
        if (!held) return;
        held = false;
        answerMs += (clock.monotonicMs() - sinceMs - answerMs) * lastCounts;
        const next = first();
        if (next) next.take(slot);
        else free.push(slot);
      },
    };
  }

  async function make(): Promise<Lease<T>> {
    made++;
    try {
      return lease(await create());
    } catch (error) {
      made--;
      // Whoever waits was counting on this one: the next of them tries.
      const next = first();
      if (next) make().then(next.settle, next.fail);
      throw error;
    }
  }

  /** Takes the one who waits longest out of the queue. */
  function first(): Waiter<T> | undefined {
    const [next] = queue;
    next?.leave();
    return next;
  }

  function wait(signal: AbortSignal): Promise<Acquired<T>> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        queue.delete(waiter);
        limit.cancel();
        signal.removeEventListener("abort", gone);
      };
      const gone = () => {
        leave();
        resolve({ kind: "gone" });
      };
      const limit = timers.after(waitMs, () => {
        leave();
        resolve({ kind: "late", retryAfterMs: (answerMs * (queue.size + 1)) / slots });
      });
      const waiter: Waiter<T> = { leave, settle: resolve, fail: reject, take: (slot) => resolve(lease(slot)) };
      queue.add(waiter);
      signal.addEventListener("abort", gone, { once: true });
    });
  }

  return {
    get waiting() {
      return queue.size;
    },
    async acquire(signal) {
      if (signal.aborted) return { kind: "gone" };
      // The slot used last comes first: it may still hold the beginning of the same conversation.
      const slot = free.pop();
      if (slot !== undefined) return lease(slot);
      if (made < slots) return make();
      return queue.size < waiting ? wait(signal) : { kind: "full", retryAfterMs: answerMs / slots };
    },
  };
}

interface Waiter<T> {
  leave(): void;
  take(slot: T): void;
  settle(acquired: Acquired<T>): void;
  fail(error: unknown): void;
}
