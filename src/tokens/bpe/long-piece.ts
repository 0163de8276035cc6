// Encoding of a long piece from left to right, in time that grows with its length alone. It stands on a property of byte-pair
// merging: tokens in a row are THE encoding of their bytes if each two neighbours are the encoding of theirs.
// So the longest token is taken that the one before it holds with; where none does, the one before is taken back for a shorter one.
// A place from which nothing led on is never tried again, which bounds the work.
// The property and a search like this one: https://github.com/github/rust-gems/tree/main/crates/bpe
import type { PairRanks } from "./pair-ranks.js";
import { TokenPairs } from "./token-pairs.js";
import { hashFactor, noToken, type Vocabulary } from "./vocabulary.js";

export class LongPiece {
  readonly #vocabulary: Vocabulary;
  readonly #pairs: TokenPairs;
  #ends = new Int32Array(256);
  #ids = new Int32Array(256);
  #count = 0;
  #from = 0;
  #to = 0;
  /** A bit for each place, counted from the beginning, from which nothing led on. */
  #dead = new Uint32Array(0);
  /** Hashes of the beginnings at the place that is looked at. */
  readonly #hashes: Int32Array;

  constructor(pairRanks: PairRanks) {
    this.#vocabulary = pairRanks.vocabulary;
    this.#pairs = new TokenPairs(pairRanks);
    this.#hashes = new Int32Array(this.#vocabulary.longest + 1);
  }

  begin(from: number, to: number): void {
    this.#count = 0;
    this.#from = from;
    this.#to = to;
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

  /** Adds about so many tokens; true once the piece is at its end. */
  advance(bytes: Uint8Array, steps: number): boolean {
    let left = steps;
    let place = this.#place;
    while (place < this.#to && left-- > 0) {
      if (!this.#step(bytes, place, noToken)) this.#takeBack(bytes, place);
      place = this.#place;
    }
    return place >= this.#to;
  }

  /** Where the next token begins. */
  get #place(): number {
    return this.#count === 0 ? this.#from : (this.#ends[this.#count - 1] ?? 0);
  }

  /** Adds the longest token of fewer than `below` bytes that holds at this place; false where none does. */
  #step(bytes: Uint8Array, place: number, below: number): boolean {
    const vocabulary = this.#vocabulary;
    const { beginnings } = vocabulary;
    const hashes = this.#hashes;
    const most = Math.min(vocabulary.longest, this.#to - place, below - 1);
    let length = 0;
    let hash = 0;
    while (length < most) {
      hash = (Math.imul(hash, hashFactor) + (bytes[place + length] ?? 0)) | 0;
      if (!beginnings.mayHave(hash)) break;
      hashes[++length] = hash;
    }
    const before = this.#count === 0 ? noToken : (this.#ids[this.#count - 1] ?? 0);
    for (; length > 0; length--) {
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

  /** Nothing holds at this place: the token that led here gives way to a shorter one, and so on back. */
  #takeBack(bytes: Uint8Array, place: number): void {
    let end = place;
    for (;;) {
      const at = end - this.#from;
      this.#dead[at >>> 5] = (this.#dead[at >>> 5] ?? 0) | (1 << (at & 31));
      this.#count--;
      const start = this.#place;
      if (this.#step(bytes, start, end - start)) return;
      end = start;
    }
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
