// Which two tokens become which, and how soon: a hash table over flat arrays, as vocabularies have half a million pairs.
import type { FileFaults } from "../tokenizer-fault.js";

/** Longest search for a free place. Honest tables stay below 60; a table made to collide is refused. */
const longestProbe = 1_000;

export class MergeTable {
  /** By slot. A lower rank merges first. */
  readonly ranks: Int32Array;
  readonly results: Int32Array;
  private readonly lefts: Int32Array;
  private readonly rights: Int32Array;
  private readonly mask: number;
  private readonly faults: FileFaults;

  /** @param pairs how many will be set, at most. */
  constructor(pairs: number, faults: FileFaults) {
    let size = 16;
    while (size < pairs * 2) size *= 2;
    this.mask = size - 1;
    this.lefts = new Int32Array(size).fill(-1);
    this.rights = new Int32Array(size);
    this.ranks = new Int32Array(size);
    this.results = new Int32Array(size);
    this.faults = faults;
  }

  /** The pair's slot; -1 where it does not merge. */
  find(left: number, right: number): number {
    for (let slot = hash(left, right) & this.mask; ; slot = (slot + 1) & this.mask) {
      const found = this.lefts[slot];
      if (found === -1) return -1;
      if (found === left && this.rights[slot] === right) return slot;
    }
  }

  /** Sets a pair that stands there already anew, as long as `replace` says so. */
  set(left: number, right: number, rank: number, result: number, replace = true): void {
    let slot = hash(left, right) & this.mask;
    for (let probe = 0; this.lefts[slot] !== -1; probe++) {
      if (this.lefts[slot] === left && this.rights[slot] === right) {
        if (!replace) return;
        break;
      }
      if (probe > longestProbe) throw this.faults.damaged("its merges are made to collide");
      slot = (slot + 1) & this.mask;
    }
    this.lefts[slot] = left;
    this.rights[slot] = right;
    this.ranks[slot] = rank;
    this.results[slot] = result;
  }
}

function hash(left: number, right: number): number {
  const mixed = Math.imul(left ^ (left >>> 15), 0x2c1b3c6d) ^ Math.imul(right + 0x5bd1e995, 0x297a2d39);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 7;
}
