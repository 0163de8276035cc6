// Byte-pair merging: of all neighbours those of lowest rank are joined first, the leftmost of equals, until none make a token.
// Quickest for a few dozen bytes: each join looks at a few keys of every eight, and the time grows with the square of the length.
import type { Characters } from "./characters.js";
import type { PairRanks } from "./pair-ranks.js";
import { widthOf } from "./scan.js";
import { hashFactor, hashPowers, noToken, type Vocabulary } from "./vocabulary.js";

/** Bytes that are merged at a time, at most: a place has eight bits in a key. */
export const mergedBytes = 256;
const placeBits = 8;
const placeMask = mergedBytes - 1;

/** Higher than any key: ids have 18 bits. */
const noKey = 0x7f_ff_ff_ff;

/** Holds the parts of what was merged last; the next overwrites them. */
export class Merger {
  /** Where each part begins, counted from the first byte; one more for the end. */
  readonly bounds = new Int32Array(mergedBytes + 1);
  /** The token of each part. */
  readonly ids = new Int32Array(mergedBytes);
  /** The two tokens that were joined last. */
  lastLeft = -1;
  lastRight = -1;
  /** By where a part begins: its rank together with the next one, above the place. `noKey` elsewhere, and everywhere in the end. */
  readonly #keys = new Int32Array(mergedBytes).fill(noKey);
  /** The lowest of each eight keys, and of each eight of these. */
  readonly #lows = new Int32Array(mergedBytes >> 3).fill(noKey);
  readonly #lowest = new Int32Array(mergedBytes >> 6).fill(noKey);
  /** By where a part begins: where the next one does, and the one before; its token. */
  readonly #next = new Int32Array(mergedBytes + 1);
  readonly #previous = new Int32Array(mergedBytes + 1);
  readonly #tokens = new Int32Array(mergedBytes);
  /** The hash of all bytes before a place. */
  readonly #hashes = new Int32Array(mergedBytes + 1);
  readonly #pairRanks: PairRanks;
  readonly #vocabulary: Vocabulary;
  readonly #characters: Characters | undefined;

  /** @param characters to begin with whole ones; without them, every token that comes out was joined of two. */
  constructor(pairRanks: PairRanks, characters?: Characters) {
    this.#pairRanks = pairRanks;
    this.#vocabulary = pairRanks.vocabulary;
    this.#characters = characters;
  }

  /** Merges bytes[from, to), which are 1 to 256, and gives the number of parts. */
  merge(bytes: Uint8Array, from: number, to: number): number {
    const length = to - from;
    this.#begin(bytes, from, length);
    const keys = this.#keys;
    const next = this.#next;
    const previous = this.#previous;
    const tokens = this.#tokens;
    for (;;) {
      const key = this.#lowestKey(length);
      if (key === noKey) return this.#gather(length);
      const left = key & placeMask;
      const right = next[left] ?? length;
      const end = next[right] ?? length;
      this.lastLeft = tokens[left] ?? -1;
      this.lastRight = tokens[right] ?? -1;
      tokens[left] = key >> placeBits;
      next[left] = end;
      previous[end] = left;
      keys[right] = noKey;
      keys[left] = end < length ? this.#key(bytes, from, left, end) : noKey;
      if (right >> 3 !== left >> 3) this.#follow(right);
      if (left > 0) {
        const before = previous[left] ?? 0;
        keys[before] = this.#key(bytes, from, before, left);
        if (before >> 3 !== left >> 3) this.#follow(before);
      }
      this.#follow(left);
    }
  }

  #begin(bytes: Uint8Array, from: number, length: number): void {
    const { pairs, singles } = this.#vocabulary;
    const characters = this.#characters;
    const keys = this.#keys;
    const next = this.#next;
    const previous = this.#previous;
    const tokens = this.#tokens;
    const hashes = this.#hashes;
    let hash = 0;
    let before = -1;
    let end = 0;
    for (let at = 0; at < length; at = end) {
      const byte = bytes[from + at] ?? 0;
      hashes[at] = hash;
      hash = (Math.imul(hash, hashFactor) + byte) | 0;
      end = at + 1;
      const character = byte < 0xc0 || characters === undefined ? noToken : characters.tokenAt(bytes, from, at, length);
      tokens[at] = character === noToken ? (singles[byte] ?? noToken) : character;
      if (character !== noToken)
        for (const behind = at + widthOf(byte); end < behind; end++)
          hash = (Math.imul(hash, hashFactor) + (bytes[from + end] ?? 0)) | 0;
      hashes[end] = hash;
      next[at] = end;
      previous[at] = before;
      if (before >= 0 && end - before > 2) keys[before] = this.#key(bytes, from, before, at);
      else if (before >= 0) {
        const rank = pairs[((bytes[from + before] ?? 0) << 8) | byte] ?? noToken;
        if (rank !== noToken) keys[before] = (rank << placeBits) | before;
      }
      before = at;
    }
    for (let block = 0; block << 3 < length; block++) this.#lows[block] = lowestOfEight(keys, block << 3);
    for (let group = 0; group << 6 < length; group++) this.#lowest[group] = lowestOfEight(this.#lows, group << 3);
  }

  #lowestKey(length: number): number {
    let lowest = this.#lowest[0] ?? noKey;
    for (let group = 1; group << 6 < length; group++) lowest = lower(lowest, this.#lowest[group] ?? noKey);
    return lowest;
  }

  /** The key of two neighbours. */
  #key(bytes: Uint8Array, from: number, left: number, right: number): number {
    const hashes = this.#hashes;
    const end = this.#next[right] ?? 0;
    const hash = ((hashes[end] ?? 0) - Math.imul(hashes[left] ?? 0, hashPowers[end - left] ?? 0)) | 0;
    if (!this.#vocabulary.mayHave(hash)) return noKey;
    const tokens = this.#tokens;
    const rank = this.#pairRanks.ofBytes(tokens[left] ?? 0, tokens[right] ?? 0, bytes, from + left, from + end, hash);
    return rank === noToken ? noKey : (rank << placeBits) | left;
  }

  /** The key at this place has changed. */
  #follow(place: number): void {
    const block = place >> 3;
    this.#lows[block] = lowestOfEight(this.#keys, block << 3);
    this.#lowest[block >> 3] = lowestOfEight(this.#lows, block & ~7);
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
}

/** Without a branch, which the processor could not foresee. Neither number is negative. */
function lower(a: number, b: number): number {
  const difference = (a - b) | 0;
  return (b + (difference & (difference >> 31))) | 0;
}

function lowestOfEight(numbers: Int32Array, at: number): number {
  const first = lower(
    lower(numbers[at] ?? noKey, numbers[at + 1] ?? noKey),
    lower(numbers[at + 2] ?? noKey, numbers[at + 3] ?? noKey),
  );
  const second = lower(
    lower(numbers[at + 4] ?? noKey, numbers[at + 5] ?? noKey),
    lower(numbers[at + 6] ?? noKey, numbers[at + 7] ?? noKey),
  );
  return lower(first, second);
}
