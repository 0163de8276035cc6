// Encoding of a long piece from left to right, in time that grows with its length alone. It stands on a property of byte-pair
// merging: tokens in a row are THE encoding of their bytes if each two neighbours are the encoding of theirs.
// So a window of bytes is merged by itself, and its first token must only hold with the last one before it. The tokens at its
// end are left to the next window, as what follows may change them.
// Where that fails, or tokens are so long that a window has few of them, they are searched for one by one: the longest is taken
// that the one before it holds with; where none does, the one before is taken back for another one. A place from which nothing
// led on is never tried again, and windows begin only behind what was searched. Both bound the work.
// The property and a search like this one: https://github.com/github/rust-gems/tree/main/crates/bpe
import type { Merger } from "./merge.js";
import type { TokenPairs } from "./token-pairs.js";
import { hashFactor, noToken } from "./vocabulary.js";

/** Bytes that are merged at once. */
export const windowBytes = 64;
/** Of these, bytes at the end whose tokens are left to the next window. */
const tailBytes = 10;
/** Bytes of a token, on average, from which on searching is quicker. */
const longTokenBytes = 6;

export class LongPiece {
  readonly #pairs: TokenPairs;
  readonly #merger: Merger;
  #ends = new Int32Array(256);
  #ids = new Int32Array(256);
  #count = 0;
  #from = 0;
  #to = 0;
  /** Before this place tokens are searched for. */
  #searchTo = 0;
  /** Where this search began, and how many tokens there were. */
  #searchFrom = 0;
  #searchCount = 0;
  /** A bit for each place, counted from the beginning, from which nothing led on. */
  #dead = new Uint32Array(0);
  /** Hashes of the beginnings at the place that is looked at. */
  readonly #hashes: Int32Array;

  /** @param merger may be used for other pieces in between. */
  constructor(pairs: TokenPairs, merger: Merger) {
    this.#pairs = pairs;
    this.#merger = merger;
    this.#hashes = new Int32Array(pairs.vocabulary.longest + 1);
  }

  begin(from: number, to: number): void {
    this.#count = 0;
    this.#from = from;
    this.#to = to;
    this.#searchTo = from;
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
      if (place < this.#searchTo) this.#search(bytes, place);
      else this.#merge(bytes, place);
    }
    return this.#place >= this.#to;
  }

  /** Where the next token begins. */
  get #place(): number {
    return this.#count === 0 ? this.#from : (this.#ends[this.#count - 1] ?? 0);
  }

  #merge(bytes: Uint8Array, place: number): void {
    const length = Math.min(this.#to - place, windowBytes);
    const parts = this.#merger.merge(bytes, place, place + length);
    const { ids, bounds } = this.#merger;
    if (this.#count > 0 && !this.#pairs.hold(this.#ids[this.#count - 1] ?? 0, ids[0] ?? 0)) {
      this.#searchOn(place);
      return;
    }
    const most = place + length === this.#to ? length : length - tailBytes;
    let taken = 0;
    for (let end = bounds[1] ?? 0; taken < parts && end <= most; end = bounds[taken + 1] ?? 0)
      this.#add(place + end, ids[taken++] ?? 0);
    const bytesTaken = bounds[taken] ?? 0;
    if (bytesTaken < windowBytes / 4 || bytesTaken > longTokenBytes * taken) this.#searchOn(place + bytesTaken);
  }

  #searchOn(place: number): void {
    this.#searchFrom = place;
    this.#searchCount = this.#count;
    this.#searchTo = place + windowBytes;
  }

  #search(bytes: Uint8Array, from: number): void {
    if (!this.#step(bytes, from)) this.#takeBack(bytes, from);
    const place = this.#place;
    const tokens = this.#count - this.#searchCount;
    if (place >= this.#searchTo && place - this.#searchFrom > longTokenBytes * tokens) this.#searchOn(place);
  }

  /** Adds the longest token that holds at this place; false where none does. */
  #step(bytes: Uint8Array, place: number): boolean {
    const { vocabulary } = this.#pairs;
    const hashes = this.#hashes;
    const most = Math.min(vocabulary.longestAt(bytes, place), this.#to - place);
    let hash = 0;
    for (let length = 0; length < most; ) {
      hash = (Math.imul(hash, hashFactor) + (bytes[place + length] ?? 0)) | 0;
      hashes[++length] = hash;
    }
    const before = this.#count === 0 ? noToken : (this.#ids[this.#count - 1] ?? 0);
    for (let length = most; length > 0; length--) {
      const end = place + length;
      if (this.#isDead(end)) continue;
      const id = vocabulary.findHashed(bytes, place, end, hashes[length] ?? 0);
      if (id === noToken || !this.#pairs.reachable(id)) continue;
      if (before !== noToken && !this.#pairs.hold(before, id)) continue;
      this.#add(end, id);
      return true;
    }
    return false;
  }

  /** Nothing holds at this place: the token that led here gives way to another, and so on back. */
  #takeBack(bytes: Uint8Array, from: number): void {
    let place = from;
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
    if (this.#count === this.#ends.length) {
      this.#ends = enlarged(this.#ends);
      this.#ids = enlarged(this.#ids);
    }
    this.#ends[this.#count] = end;
    this.#ids[this.#count++] = id;
  }
}

function enlarged(numbers: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}
