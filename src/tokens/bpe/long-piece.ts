// Encoding of a long piece from left to right, in time that grows with its length alone. It stands on a property of byte-pair
// merging: tokens in a row are THE encoding of their bytes if each two neighbours are the encoding of theirs.
// So a window of bytes is merged by itself, and its first token must only hold with the last one before it. The tokens at its
// end are left to the next window, as what follows may change them. A window like the one before gets the tokens of that.
// Where this fails, tokens are searched for one by one: the longest is taken that the one before it holds with; where none does,
// the one before is taken back for another one. A place from which nothing led on is never tried again, and windows begin only
// behind what was searched: both bound the work.
// The property and a search like this one: https://github.com/github/rust-gems/tree/main/crates/bpe
import { type Merger, mergedBytes } from "./merge.js";
import type { TokenPairs } from "./token-pairs.js";
import type { TokenPrefixes } from "./token-prefixes.js";
import { noToken } from "./vocabulary.js";

/** Bytes that are merged at once; of these, bytes at the end whose tokens are left to the next window. */
interface Width {
  readonly bytes: number;
  readonly tail: number;
}

const narrow: Width = { bytes: 64, tail: 10 };
/** For tokens of which a narrow window has none but the one that it cuts. */
const wide: Width = { bytes: mergedBytes, tail: mergedBytes / 2 };

/** Pieces of so many bytes are one window. */
export const windowBytes = narrow.bytes;

export class LongPiece {
  readonly #pairs: TokenPairs;
  readonly #prefixes: TokenPrefixes;
  readonly #merger: Merger;
  #ends = new Int32Array(0);
  #ids = new Int32Array(0);
  #count = 0;
  #from = 0;
  #to = 0;
  /** Before this place tokens are searched for. */
  #searchTo = 0;
  /** The window before: where it began and how wide it was, the first of its tokens and how many they were. */
  #windowAt = 0;
  #windowWidth = 0;
  #windowIndex = 0;
  #windowTokens = 0;
  /** A bit for each place, counted from the beginning, from which nothing led on. */
  #dead = new Uint32Array(0);

  /** Pairs, prefixes and merger may be used for other pieces in between. */
  constructor(pairs: TokenPairs, prefixes: TokenPrefixes, merger: Merger) {
    this.#pairs = pairs;
    this.#prefixes = prefixes;
    this.#merger = merger;
  }

  begin(from: number, to: number): void {
    this.#count = 0;
    this.#from = from;
    this.#to = to;
    this.#searchTo = from;
    this.#windowTokens = 0;
    // As many as there may be at most, at once: growing would copy them all. Pages that are never written cost nothing.
    if (this.#ids.length < to - from) {
      this.#ends = new Int32Array(to - from);
      this.#ids = new Int32Array(to - from);
    }
    const words = ((to - from) >>> 5) + 1;
    if (this.#dead.length < words) this.#dead = new Uint32Array(words);
    else this.#dead.fill(0, 0, words);
  }

  /** The tokens so far; all of them once `advance` has given true. */
  get count(): number {
    return this.#count;
  }

  idAt(index: number): number {
    return this.#ids[index] ?? 0;
  }

  /** The place behind the last byte of a token. */
  endAt(index: number): number {
    return this.#ends[index] ?? 0;
  }

  /** Takes about so many bytes more; true once the piece is at its end. */
  advance(bytes: Uint8Array, most: number): boolean {
    const until = Math.min(this.#to, this.#place + most);
    for (let place = this.#place; place < until; place = this.#place) {
      if (place < this.#searchTo) {
        if (!this.#step(bytes, place)) this.#takeBack(bytes, place);
      } else if (!this.#repeat(bytes, place) && !this.#merge(bytes, place, narrow) && !this.#merge(bytes, place, wide))
        this.#searchTo = place + wide.bytes;
    }
    return this.#place >= this.#to;
  }

  /** Where the next token begins. */
  get #place(): number {
    return this.#count === 0 ? this.#from : (this.#ends[this.#count - 1] ?? 0);
  }

  /** Takes the tokens of a window; false where they do not hold with what is before, or are few. */
  #merge(bytes: Uint8Array, place: number, width: Width): boolean {
    const length = Math.min(this.#to - place, width.bytes);
    const parts = this.#merger.merge(bytes, place, place + length);
    const { ids, bounds } = this.#merger;
    if (!this.#follows(ids[0] ?? 0)) return false;
    const most = place + length === this.#to ? length : length - width.tail;
    let taken = 0;
    while (taken < parts && (bounds[taken + 1] ?? 0) <= most) taken++;
    if ((bounds[taken] ?? 0) < most / 4) return false;
    this.#windowAt = place;
    this.#windowWidth = length;
    this.#windowIndex = this.#count;
    this.#windowTokens = taken;
    for (let part = 0; part < taken; part++) this.#add(place + (bounds[part + 1] ?? 0), ids[part] ?? 0);
    return true;
  }

  /** Takes the tokens of the window before once more, where the bytes are the same: runs and rules are long. */
  #repeat(bytes: Uint8Array, place: number): boolean {
    const width = this.#windowWidth;
    if (this.#windowTokens === 0 || place + width >= this.#to) return false;
    const distance = place - this.#windowAt;
    for (let at = place; at < place + width; at++) if (bytes[at] !== bytes[at - distance]) return false;
    const index = this.#windowIndex;
    if (!this.#follows(this.#ids[index] ?? 0)) return false;
    for (let token = index; token < index + this.#windowTokens; token++)
      this.#add((this.#ends[token] ?? 0) + distance, this.#ids[token] ?? 0);
    return true;
  }

  /** Whether a token holds with the one before. */
  #follows(id: number): boolean {
    return this.#count === 0 || this.#pairs.hold(this.#ids[this.#count - 1] ?? 0, id);
  }

  /** Adds the longest token that holds at this place; false where none does. */
  #step(bytes: Uint8Array, place: number): boolean {
    const { vocabulary } = this.#pairs;
    let id = this.#prefixes.longestAt(bytes, place, this.#to);
    for (; id !== noToken; id = this.#prefixes.shorter(id)) {
      const end = place + vocabulary.lengthOf(id);
      if (this.#isDead(end) || !this.#pairs.reachable(id) || !this.#follows(id)) continue;
      this.#add(end, id);
      return true;
    }
    return false;
  }

  /** Nothing holds at this place: the token that led here gives way to another, and so on back. */
  #takeBack(bytes: Uint8Array, from: number): void {
    let place = from;
    this.#windowTokens = 0;
    do {
      if (this.#count === 0) throw new RangeError("The vocabulary is not in the order in which merging makes one.");
      const at = place - this.#from;
      this.#dead[at >>> 5] = (this.#dead[at >>> 5] ?? 0) | (1 << (at & 31));
      this.#count--;
      place = this.#place;
    } while (!this.#step(bytes, place));
  }

  #isDead(place: number): boolean {
    const at = place - this.#from;
    return (((this.#dead[at >>> 5] ?? 0) >>> (at & 31)) & 1) !== 0;
  }

  #add(end: number, id: number): void {
    this.#ends[this.#count] = end;
    this.#ids[this.#count++] = id;
  }
}
