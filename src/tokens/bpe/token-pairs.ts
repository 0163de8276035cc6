// Whether two tokens may stand side by side: whether their bytes together are encoded as just these two.
// Byte-pair merging is run backwards from the seam: a token is taken apart into the two that it was made of, the later join first,
// and at each step the two that touch the seam must not have been a better pair than the one that was joined instead.
import { Merger } from "./merge.js";
import type { PairRanks } from "./pair-ranks.js";
import { noToken, type Vocabulary } from "./vocabulary.js";

/** A power of two. Each takes two numbers: the left id; the right id and the verdict. */
const remembered = 1 << 14;
const shift = 32 - 14;

/** Not looked at yet; single bytes, which are made of nothing; spellings that merging never arrives at. */
const unknown = -1;
const whole = -2;
const unreachable = -3;

export class TokenPairs {
  readonly vocabulary: Vocabulary;
  readonly #pairRanks: PairRanks;
  readonly #merger: Merger;
  /** By id: the two tokens that are joined last to make it. */
  readonly #lefts: Int32Array;
  readonly #rights: Int32Array;
  readonly #memory = new Int32Array(remembered * 2).fill(-1);

  constructor(pairRanks: PairRanks) {
    this.#pairRanks = pairRanks;
    this.vocabulary = pairRanks.vocabulary;
    this.#merger = new Merger(pairRanks);
    this.#lefts = new Int32Array(this.vocabulary.size).fill(unknown);
    this.#rights = new Int32Array(this.vocabulary.size).fill(unknown);
  }

  /** False for a token that is known by its spelling alone: merging its bytes does not give it. */
  reachable(id: number): boolean {
    return this.#leftOf(id) !== unreachable;
  }

  /** Both must be reachable. */
  hold(left: number, right: number): boolean {
    const memory = this.#memory;
    const slot = ((Math.imul(left, 0x9e_37_79_b1) + Math.imul(right, 0x85_eb_ca_6b)) >>> shift) << 1;
    const known = memory[slot + 1] ?? 0;
    if (memory[slot] === left && known >> 1 === right) return (known & 1) === 1;
    const verdict = this.#unmerge(left, right);
    memory[slot] = left;
    memory[slot + 1] = (right << 1) | (verdict ? 1 : 0);
    return verdict;
  }

  #unmerge(left: number, right: number): boolean {
    let a = left;
    let b = right;
    /** The rank of the join that was undone last: a pair across the seam of lower rank would have come before it. */
    let limit = noToken;
    for (;;) {
      if (this.#pairRanks.of(a, b) < limit) return false;
      // Of equals the left one was made first, so the right one is undone first, and a pair at the seam is left of it.
      const undone = Math.max(a, b);
      const first = this.#leftOf(undone);
      // The ids of single bytes are the lowest: where the higher of two is one, both are.
      if (first === whole) return true;
      if (a > b) {
        limit = a;
        a = this.#rights[a] ?? 0;
      } else {
        limit = b + 1;
        b = first;
      }
    }
  }

  #leftOf(id: number): number {
    const known = this.#lefts[id] ?? unreachable;
    return known === unknown ? this.#takeApart(id) : known;
  }

  #takeApart(id: number): number {
    const bytes = this.vocabulary.bytesOf(id);
    let left = unreachable;
    if (bytes !== undefined && bytes.length === 1) left = whole;
    else if (bytes !== undefined && this.#merger.merge(bytes, 0, bytes.length) === 1) {
      left = this.#merger.lastLeft;
      this.#rights[id] = this.#merger.lastRight;
    }
    this.#lefts[id] = left;
    return left;
  }
}
