// How many answers are generated at a time, and how many may wait. Slots are made when first needed.

export interface Lease<T> {
  readonly kind: "lease";
  readonly slot: T;
  release(): void;
}

export type Acquired<T> = Lease<T> | { readonly kind: "full" } | { readonly kind: "gone" };

export interface SlotOptions<T> {
  readonly slots: number;
  readonly waiting: number;
  readonly create: () => Promise<T>;
}

export interface Slots<T> {
  /** Waits for a slot. `full`: the queue is; `gone`: the signal fired while waiting. */
  acquire(signal: AbortSignal): Promise<Acquired<T>>;
}

export function createSlots<T>({ slots, waiting, create }: SlotOptions<T>): Slots<T> {
  const free: T[] = [];
  const queue: ((slot: T) => void)[] = [];
  let made = 0;

  function lease(slot: T): Lease<T> {
    let held = true;
    return {
      kind: "lease",
      slot,
      release() {
        if (!held) return;
        held = false;
        const next = queue.shift();
        if (next) next(slot);
        else free.push(slot);
      },
    };
  }

  function wait(signal: AbortSignal): Promise<Acquired<T>> {
    return new Promise((resolve) => {
      const take = (slot: T) => {
        signal.removeEventListener("abort", leave);
        resolve(lease(slot));
      };
      const leave = () => {
        queue.splice(queue.indexOf(take), 1);
        resolve({ kind: "gone" });
      };
      queue.push(take);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  return {
    async acquire(signal) {
      if (signal.aborted) return { kind: "gone" };
      // The slot used last comes first: it may still hold the beginning of the same conversation.
      const slot = free.pop();
      if (slot !== undefined) return lease(slot);
      if (made < slots) {
        made++;
        try {
          return lease(await create());
        } catch (error) {
          made--;
          throw error;
        }
      }
      return queue.length < waiting ? wait(signal) : { kind: "full" };
    },
  };
}
