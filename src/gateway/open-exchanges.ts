// The exchanges in flight, so that a stop can wait for them, and end those that outlast its patience.
import type { Interrupt } from "./interrupt.js";

export interface OpenExchanges {
  readonly count: number;
  /** Serves one exchange and keeps it on the list meanwhile. */
  track(interrupt: Interrupt, served: Promise<void>): Promise<void>;
  /** Resolves when none is open. */
  idle(): Promise<void>;
  /** Ends all that are open, with a word to their clients. */
  cut(): void;
}

export function createOpenExchanges(): OpenExchanges {
  const open = new Set<Interrupt>();
  let waiting: (() => void)[] = [];
  return {
    get count() {
      return open.size;
    },
    async track(interrupt, served) {
      open.add(interrupt);
      try {
        await served;
      } finally {
        open.delete(interrupt);
        if (open.size === 0) {
          for (const resume of waiting) resume();
          waiting = [];
        }
      }
    },
    idle: () => (open.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    cut() {
      for (const interrupt of open) interrupt.raise("draining");
    },
  };
}
