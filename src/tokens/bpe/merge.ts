// Byte-pair merging: of all neighbours those of lowest rank are joined first, the leftmost of equals, until none make a token.
import type { PairRanks } from "./pair-ranks.js";
import { noToken } from "./vocabulary.js";

/** Holds the parts of the piece that was merged last; the next one overwrites them. */
export class Merger {
  /** Where each part begins, counted from the beginning of the piece; one more for its end. */
  bounds = new Int32Array(0);
  /** The token of each part. */
  ids = new Int32Array(0);
  /** The two tokens that were joined last. */
  lastLeft = -1;
  lastRight = -1;
  /** By where a part begins: its rank together with the next one. Where none begins any more: `noToken`. */
  #ranks = new Int32Array(0);
  /** By where a part begins: where the next one does, and the one before. */
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  /** By where a part begins: its token. */
  #tokens = new Int32Array(0);
  readonly #pairRanks: PairRanks;

  constructor(pairRanks: PairRanks) {
    this.#pairRanks = pairRanks;
    this.#makeRoom(256);
  }

  /**
   * Merges bytes[from, to), which is not empty, and gives the number of parts.
   * Looks for the lowest rank from end to end each time, which is quickest for a few dozen bytes; the time grows with the square.
   */
  merge(bytes: Uint8Array, from: number, to: number): number {
    const length = to - from;
    if (this.ids.length < length) this.#makeRoom(length);
    this.#begin(bytes, from, length);
    const pairRanks = this.#pairRanks;
    const ranks = this.#ranks;
    const next = this.#next;
    const previous = this.#previous;
    const tokens = this.#tokens;
    const last = length - 1;
    for (;;) {
      let lowest = noToken;
      let found = 0;
      for (let at = 0; at < last; at++) {
        const rank = ranks[at] ?? noToken;
        if (rank < lowest) {
          lowest = rank;
          found = at;
        }
      }
      if (lowest === noToken) return this.#gather(length);
      const second = next[found] ?? length;
      const third = next[second] ?? length;
      this.lastLeft = tokens[found] ?? -1;
      this.lastRight = tokens[second] ?? -1;
      tokens[found] = lowest;
      next[found] = third;
      previous[third] = found;
      ranks[second] = noToken;
      ranks[found] = third < length ? pairRanks.of(lowest, tokens[third] ?? 0) : noToken;
      if (found > 0) {
        const before = previous[found] ?? 0;
        ranks[before] = pairRanks.of(tokens[before] ?? 0, lowest);
      }
    }
  }

  /** Every byte is a part. */
  #begin(bytes: Uint8Array, from: number, length: number): void {
    const { pairs, singles } = this.#pairRanks.vocabulary;
    const ranks = this.#ranks;
    const next = this.#next;
    const previous = this.#previous;
    const tokens = this.#tokens;
    let byte = bytes[from] ?? 0;
    for (let at = 0; at < length; at++) {
      const following = bytes[from + at + 1] ?? 0;
      tokens[at] = singles[byte] ?? noToken;
      ranks[at] = pairs[(byte << 8) | following] ?? noToken;
      next[at] = at + 1;
      previous[at] = at - 1;
      byte = following;
    }
    // The last part has no next one, whatever byte lies behind the piece.
    ranks[length - 1] = noToken;
  }

  #gather(length: number): number {
    const { bounds, ids } = this;
    let parts = 0;
    for (let at = 0; at < length; at = this.#next[at] ?? length) {
      bounds[parts] = at;
      ids[parts++] = this.#tokens[at] ?? 0;
    }
    bounds[parts] = length;
    return parts;
  }

  #makeRoom(length: number): void {
    this.bounds = new Int32Array(length + 1);
    this.ids = new Int32Array(length);
    this.#ranks = new Int32Array(length);
    this.#next = new Int32Array(length);
    this.#previous = new Int32Array(length + 1);
    this.#tokens = new Int32Array(length);
  }
}
