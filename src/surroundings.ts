// The real clock, timers, chance and names. `build.ts` hands them to the core, which knows no others.
import { randomFillSync } from "node:crypto";
import type { Clock, NewId, Random, Timers } from "./canonical/clock.js";

export interface Surroundings {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly newId: NewId;
  /** Lets whatever waits have the thread. */
  readonly pause: () => Promise<void>;
}

export const realClock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

export const realTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

export const realPause = () => new Promise<void>((resolve) => void setImmediate(resolve));

export function realSurroundings(): Surroundings {
  return { clock: realClock, timers: realTimers, random: Math.random, newId: createNewId(realClock), pause: realPause };
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const idLength = 20;
/** Bytes at or above this would make the first letters likelier. */
const fairBelow = 256 - (256 % alphabet.length);

/** Ids that cannot be guessed: the random bytes come from a pool, refilled a few hundred ids at a time. */
export function createNewId(clock: Clock): NewId {
  const pool = Buffer.alloc(8_192);
  let at = pool.length;
  return () => {
    let letters = "";
    while (letters.length < idLength) {
      if (at === pool.length) {
        randomFillSync(pool);
        at = 0;
      }
      const byte = pool[at++] ?? 255;
      if (byte < fairBelow) letters += alphabet[byte % alphabet.length];
    }
    return `gen-${Math.floor(clock.wallMs() / 1_000)}-${letters}`;
  };
}
