// The tokens of a byte-pair vocabulary, found by their bytes: one open-addressed table over the packed file, no object per token.

import { CutCharacters } from "./cut-characters.js";

/** What bytes that are no token have for a rank: higher than any. */
export const noToken = 0x7f_ff_ff_ff;

/** Odd, so that no byte loses its weight. The hash of `ab` is the hash of `a` times this, plus `b`, in 32 bits. */
export const hashFactor = 0x01_00_01_93;

/** Bytes of the longest token that a packed vocabulary may have. */
const longestToken = 255;

/** `hashFactor` to the power of the index. */
export const hashPowers: Int32Array = Int32Array.from({ length: longestToken + 1 }, () => 1);
for (let index = 1; index <= longestToken; index++)
  hashPowers[index] = Math.imul(hashPowers[index - 1] ?? 0, hashFactor);

/** A slot holds id + 1 in its low bits and a part of the hash in the rest: most of what is not meant is told by it alone. */
const idBits = 18;
const idMask = (1 << idBits) - 1;

/** A power of two. Of what is no token one in ten passes. */
const filterBits = 1 << 21;

export class Vocabulary {
  /** Ids run from 0 to below this; one that is not taken has no bytes. */
  readonly size: number;
  /** By first byte × 256 + second byte: the id of the token of these two, or `noToken`. */
  readonly pairs: Int32Array;
  /** The id of the token of one byte. */
  readonly singles: Int32Array;
  /**
   * A bit for each hash that a token has, modulo its size. Most bytes that are asked for are no token; this says so from the
   * processor's own cache, where the table itself would be a wait for main memory.
   */
  readonly #filter = new Uint32Array(filterBits >>> 5);
  readonly #hashes: Int32Array;
  readonly #packed: Uint8Array;
  readonly #starts: Int32Array;
  readonly #slots: Int32Array;
  readonly #mask: number;
  #longest = 0;
  readonly #longestFrom = new Uint8Array(0x1_00_00).fill(1);
  readonly #cutCharacters = new CutCharacters();
  /** The next id whose token is to be looked at for cut characters. */
  #nextCut = 0;
  /** The next id to be read, and where it is in the packed file. */
  #next = 0;
  #at = 0;

  /**
   * Holds no token yet: `fill` reads them.
   * @param packed for each id in order a length of one byte, then so many bytes; length 0 for an id that is not taken.
   * @param size how many ids to take: a vocabulary may be the beginning of another. At most 262,142.
   */
  constructor(packed: Uint8Array, size: number) {
    this.#packed = packed;
    this.size = size;
    // At most half full: most bytes that are asked for are no token, and an empty slot says so at once.
    let capacity = 1024;
    while (capacity < size * 2) capacity *= 2;
    this.#mask = capacity - 1;
    // Written from end to end before it is written here and there: fresh pages come several times faster in order.
    this.#slots = new Int32Array(capacity).fill(0);
    this.#starts = new Int32Array(size).fill(0);
    this.#hashes = new Int32Array(size).fill(0);
    this.pairs = new Int32Array(0x1_00_00).fill(noToken);
    this.singles = new Int32Array(0x1_00).fill(noToken);
  }

  /** Bytes of the longest token. */
  get longest(): number {
    return this.#longest;
  }

  /**
   * Reads so many ids more; true once it holds all.
   * @throws RangeError where the lengths do not lead there, or the first 256 ids are not the single bytes
   */
  fill(ids: number): boolean {
    const packed = this.#packed;
    const starts = this.#starts;
    const hashes = this.#hashes;
    const slots = this.#slots;
    const filter = this.#filter;
    const longestFrom = this.#longestFrom;
    const mask = this.#mask;
    const until = Math.min(this.size, this.#next + ids);
    let longest = this.#longest;
    let at = this.#at;
    for (let id = this.#next; id < until; id++) {
      const length = packed[at++] ?? 0;
      const start = at;
      const end = start + length;
      starts[id] = start;
      if (end > packed.length) throw new RangeError("The packed vocabulary ends too early.");
      if (length === 0) continue;
      if (length > longest) longest = length;
      const firstTwo = ((packed[start] ?? 0) << 8) | (packed[start + 1] ?? 0);
      if (length > (longestFrom[firstTwo] ?? 0)) longestFrom[firstTwo] = length;
      if (length <= 2) this.#addShort(length, firstTwo, id);
      let hash = 0;
      for (; at < end; at++) hash = (Math.imul(hash, hashFactor) + (packed[at] ?? 0)) | 0;
      hashes[id] = hash;
      const mixed = mix(hash);
      const bit = mixed >>> 11;
      filter[bit >>> 5] = (filter[bit >>> 5] ?? 0) | (1 << (bit & 31));
      let slot = mixed & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = (mixed & ~idMask) | (id + 1);
    }
    this.#longest = longest;
    this.#next = until;
    this.#at = at;
    if (until >= Math.min(this.size, 0x1_00) && this.singles.includes(noToken))
      throw new RangeError("The packed vocabulary does not begin with the single bytes.");
    return until === this.size;
  }

  /** Looks at so many ids more for characters that tokens cut; true once it has seen all. */
  fillCutCharacters(ids: number): boolean {
    const packed = this.#packed;
    const starts = this.#starts;
    const until = Math.min(this.size, this.#nextCut + ids);
    for (let id = this.#nextCut; id < until; id++) {
      const start = starts[id] ?? 0;
      this.#cutCharacters.add(packed, start, start + (packed[start - 1] ?? 0));
    }
    this.#nextCut = until;
    return until === this.size;
  }

  /** Looked for when they are first asked for, or before that: text of ASCII does without. */
  get cutCharacters(): CutCharacters {
    if (this.#nextCut < this.size) this.fillCutCharacters(this.size);
    return this.#cutCharacters;
  }

  #addShort(length: number, firstTwo: number, id: number): void {
    if (length === 1) this.singles[firstTwo >>> 8] = id;
    else this.pairs[firstTwo] = id;
  }

  /** The id of the token that is exactly bytes[from, to), which are not empty; `noToken` where none is. */
  find(bytes: Uint8Array, from: number, to: number): number {
    if (to - from > this.#longest) return noToken;
    let hash = 0;
    for (let at = from; at < to; at++) hash = (Math.imul(hash, hashFactor) + (bytes[at] ?? 0)) | 0;
    const mixed = mix(hash);
    return this.#filtered(mixed) ? this.#look(bytes, from, to, mixed) : noToken;
  }

  /** Whether there may be a token of this hash: no for nine of ten where there is none. */
  mayHave(hash: number): boolean {
    return this.#filtered(mix(hash));
  }

  /** The same as `find` for bytes whose hash is known. */
  findHashed(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const mixed = mix(hash);
    return this.#filtered(mixed) ? this.#look(bytes, from, to, mixed) : noToken;
  }

  /** The id of the token that two tokens are together; `noToken` where there is none. */
  findJoined(left: number, right: number): number {
    const length = this.lengthOf(right);
    const hash = (Math.imul(this.#hashes[left] ?? 0, hashPowers[length] ?? 0) + (this.#hashes[right] ?? 0)) | 0;
    const mixed = mix(hash);
    if (!this.#filtered(mixed)) return noToken;
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = mixed & mask; ; slot = (slot + 1) & mask) {
      const found = slots[slot] ?? 0;
      if (found === 0) return noToken;
      if (((found ^ mixed) & ~idMask) === 0 && this.#isJoined((found & idMask) - 1, left, right))
        return (found & idMask) - 1;
    }
  }

  #isJoined(id: number, left: number, right: number): boolean {
    const first = this.lengthOf(left);
    if (this.lengthOf(id) !== first + this.lengthOf(right)) return false;
    const start = this.#starts[id] ?? 0;
    return this.#same(start, left) && this.#same(start + first, right);
  }

  /** Whether the bytes of a token stand at this place of the packed file. */
  #same(place: number, id: number): boolean {
    const packed = this.#packed;
    const start = this.#starts[id] ?? 0;
    const length = packed[start - 1] ?? 0;
    for (let at = 0; at < length; at++) if (packed[place + at] !== packed[start + at]) return false;
    return true;
  }

  /** Bytes of the longest token that begins as the bytes at this place do, by the first two of them; at least 1. */
  longestAt(bytes: Uint8Array, at: number): number {
    return this.#longestFrom[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)] ?? 1;
  }

  /** Bytes of a token. */
  lengthOf(id: number): number {
    return this.#packed[(this.#starts[id] ?? 0) - 1] ?? 0;
  }

  #filtered(mixed: number): boolean {
    const bit = mixed >>> 11;
    return (((this.#filter[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) !== 0;
  }

  #look(bytes: Uint8Array, from: number, to: number, mixed: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = mixed & mask; ; slot = (slot + 1) & mask) {
      const found = slots[slot] ?? 0;
      if (found === 0) return noToken;
      if (((found ^ mixed) & ~idMask) === 0 && this.#is((found & idMask) - 1, bytes, from, to))
        return (found & idMask) - 1;
    }
  }

  /** Two spellings may share a hash, and somebody may have looked for one that does: the bytes decide. */
  #is(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const packed = this.#packed;
    let own = this.#starts[id] ?? 0;
    if (packed[own - 1] !== to - from) return false;
    for (let at = from; at < to; at++) if (bytes[at] !== packed[own++]) return false;
    return true;
  }

  /** The bytes of a token, not a copy; undefined for an id that is not taken. */
  bytesOf(id: number): Uint8Array | undefined {
    const start = this.#starts[id];
    if (start === undefined) return undefined;
    const length = this.#packed[start - 1] ?? 0;
    return length === 0 ? undefined : this.#packed.subarray(start, start + length);
  }
}

/** Spreads a hash over all bits: the low ones choose the slot, the high ones are kept in it. */
function mix(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 15), 0x2c_1b_3c_6d);
  return once ^ (once >>> 13);
}
