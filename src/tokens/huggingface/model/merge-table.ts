// Which two tokens become which, and how soon: a hash table in one flat array, as vocabularies have half a million pairs.
import type { FileFaults } from "../tokenizer-fault.js";

/** Longest search for a free place. Honest tables stay below 60; a table made to collide is refused. */
const longestProbe = 1_000;

/** A slot is four numbers: left, right, rank, result. */
const width = 4;

export class MergeTable {
  /** Ranks are below this. */
  readonly rankLimit: number;
  private readonly slots: Int32Array;
  private readonly mask: number;
  private readonly faults: FileFaults;

  /** @param pairs how many will be set, at most. */
  constructor(pairs: number, faults: FileFaults, rankLimit = pairs) {
    let size = 16;
    while (size < pairs * 2) size *= 2;
    this.rankLimit = rankLimit;
    this.mask = size - 1;
    this.slots = new Int32Array(size * width).fill(-1);
    this.faults = faults;
  }

  /** The pair's slot; -1 where it does not merge. */
  find(left: number, right: number): number {
    const { slots, mask } = this;
    for (let place = hash(left, right) & mask; ; place = (place + 1) & mask) {
      const slot = place * width;
      const found = slots[slot];
      if (found === left && slots[slot + 1] === right) return slot;
      if (found === -1) return -1;
    }
  }

  /** A lower rank merges first. */
  rankAt(slot: number): number {
    return this.slots[slot + 2] ?? 0;
  }

  resultAt(slot: number): number {
    return this.slots[slot + 3] ?? 0;
  }

  /** A pair that is set already is set anew, unless `replace` is false. */
  set(left: number, right: number, rank: number, result: number, replace = true): void {
    const { slots, mask } = this;
    let place = hash(left, right) & mask;
    for (let probe = 0; slots[place * width] !== -1; probe++) {
      if (slots[place * width] === left && slots[place * width + 1] === right) {
        if (!replace) return;
        break;
      }
      if (probe > longestProbe) throw this.faults.damaged("its merges are made to collide");
      place = (place + 1) & mask;
    }
    slots[place * width] = left;
    slots[place * width + 1] = right;
    slots[place * width + 2] = rank;
    slots[place * width + 3] = result;
  }
}

function hash(left: number, right: number): number {
  const mixed = Math.imul(left ^ (left >>> 15), 0x2c1b3c6d) ^ Math.imul(right + 0x5bd1e995, 0x297a2d39);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 7;
}
