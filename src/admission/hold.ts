// Step 4, hold: money set aside for a request in flight. An upper bound, taken before the call and given back at settling.
import type { NanoUsd } from "../canonical/money.js";

export interface Holds {
  /** @param amount undefined where the price is not known. */
  take(keyHash: string | undefined, amount: NanoUsd | undefined): void;
  release(keyHash: string | undefined, amount: NanoUsd | undefined): void;
  /** Nano-dollars held now for a key. */
  held(keyHash: string | undefined): NanoUsd;
}

export function createHolds(): Holds {
  const byKey = new Map<string | undefined, NanoUsd>();
  const move = (keyHash: string | undefined, amount: NanoUsd) => {
    const now = (byKey.get(keyHash) ?? 0) + amount;
    if (now === 0) byKey.delete(keyHash);
    else byKey.set(keyHash, now);
  };
  return {
    take(keyHash, amount) {
      if (amount !== undefined) move(keyHash, amount);
    },
    release(keyHash, amount) {
      if (amount !== undefined) move(keyHash, -amount);
    },
    held: (keyHash) => byKey.get(keyHash) ?? 0,
  };
}
