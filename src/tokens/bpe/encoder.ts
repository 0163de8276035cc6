// A byte-pair encoding at work: text is split into pieces, each is looked up whole, and merged only where it is no token itself.
import type { CharacterClasses } from "./character-class.js";
import { Characters } from "./characters.js";
import { LongPiece, windowBytes } from "./long-piece.js";
import { Merger } from "./merge.js";
import { PairRanks } from "./pair-ranks.js";
import type { Splitter } from "./scan.js";
import { TokenPairs } from "./token-pairs.js";
import { TokenPrefixes } from "./token-prefixes.js";
import { noToken, type Vocabulary } from "./vocabulary.js";

/** A power of two. Each takes four numbers: twelve bytes of the piece; its length and its tokens. */
const rememberedPieces = 1 << 15;
const longestRemembered = 12;

/** Bytes of a piece up to which the room for its tokens is kept for others. */
const keptBytes = 65_536;

/** The first so many bytes of a number that was read from the text. */
const masks = Int32Array.of(0, 0xff, 0xff_ff, 0xff_ff_ff, -1);

/** Bytes behind the text that may be read, and mean nothing. */
export const slack = 16;

/** UTF-8 with `slack` behind it. */
export interface Utf8 {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export function utf8Room(bytes: number): Utf8 {
  const room = new Uint8Array(bytes + slack);
  return { bytes: room, view: new DataView(room.buffer) };
}

export class Encoder {
  readonly vocabulary: Vocabulary;
  readonly classes: CharacterClasses;
  readonly #split: Splitter;
  readonly #pairRanks: PairRanks;
  readonly #merger: Merger;
  readonly #pieces = new Int32Array(rememberedPieces * 4).fill(0);
  #tokenPairs: TokenPairs | undefined;
  #tokenPrefixes: TokenPrefixes | undefined;
  #long: LongPiece | undefined;

  constructor(vocabulary: Vocabulary, classes: CharacterClasses, split: Splitter) {
    this.vocabulary = vocabulary;
    this.classes = classes;
    this.#split = split;
    this.#pairRanks = new PairRanks(vocabulary);
    this.#merger = new Merger(this.#pairRanks, new Characters(vocabulary));
  }

  /**
   * The end of the piece that begins at `at`, in a text that ends at `to`.
   * @param blocks the kinds of characters in each block of the text, where they are known: a long run is found at once then
   */
  pieceEnd(bytes: Uint8Array, at: number, to: number, blocks?: Uint8Array): number {
    return this.#split(bytes, this.classes, at, to, blocks);
  }

  /** Tokens of the text in [from, to). */
  count({ bytes, view }: Utf8, from: number, to: number): number {
    const split = this.#split;
    const classes = this.classes;
    let tokens = 0;
    for (let at = from; at < to; ) {
      const end = split(bytes, classes, at, to);
      tokens +=
        end - at <= longestRemembered ? this.#countShort(bytes, view, at, end) : this.countPiece(bytes, at, end);
      at = end;
    }
    return tokens;
  }

  /** What a piece of a few bytes counts, from memory where it came before: most of what is written are the same words. */
  #countShort(bytes: Uint8Array, view: DataView, at: number, end: number): number {
    const length = end - at;
    let first = view.getInt32(at, true);
    let second = 0;
    let third = 0;
    if (length < 4) first &= masks[length] ?? 0;
    else if (length > 4) {
      second = view.getInt32(at + 4, true);
      if (length < 8) second &= masks[length - 4] ?? 0;
      else if (length > 8) third = view.getInt32(at + 8, true) & (masks[length - 8] ?? 0);
    }
    const pieces = this.#pieces;
    const hash = (Math.imul(first, 0x9e_37_79_b1) ^ Math.imul(second, 0x85_eb_ca_6b)) + Math.imul(third, 0xc2_b2_ae_35);
    const slot = ((hash ^ (hash >>> 15)) & (rememberedPieces - 1)) << 2;
    const known = pieces[slot + 3] ?? 0;
    const same = pieces[slot] === first && pieces[slot + 1] === second && pieces[slot + 2] === third;
    if (same && (known & 15) === length) return known >> 4;
    const count = this.countPiece(bytes, at, end);
    pieces[slot] = first;
    pieces[slot + 1] = second;
    pieces[slot + 2] = third;
    pieces[slot + 3] = (count << 4) | length;
    return count;
  }

  countPiece(bytes: Uint8Array, at: number, end: number): number {
    if (this.vocabulary.find(bytes, at, end) !== noToken) return 1;
    if (end - at <= windowBytes) return this.#merger.merge(bytes, at, end);
    return this.#encodeLong(bytes, at, end).count;
  }

  /** Calls `take` with each token of the text in [from, to) and the place behind its last byte. */
  encode(bytes: Uint8Array, from: number, to: number, take: (id: number, end: number) => void): void {
    for (let at = from; at < to; ) {
      const end = this.pieceEnd(bytes, at, to);
      this.encodePiece(bytes, at, end, take);
      at = end;
    }
  }

  encodePiece(bytes: Uint8Array, at: number, end: number, take: (id: number, end: number) => void): void {
    const whole = this.vocabulary.find(bytes, at, end);
    if (whole !== noToken) take(whole, end);
    else if (end - at <= windowBytes) {
      const parts = this.#merger.merge(bytes, at, end);
      const { ids, bounds } = this.#merger;
      for (let part = 0; part < parts; part++) take(ids[part] ?? 0, at + (bounds[part + 1] ?? 0));
    } else {
      const long = this.#encodeLong(bytes, at, end);
      for (let index = 0; index < long.count; index++) take(long.idAt(index), long.endAt(index));
    }
  }

  #encodeLong(bytes: Uint8Array, at: number, end: number): LongPiece {
    let long = this.#long;
    if (long === undefined || end - at > keptBytes) long = this.longPiece();
    if (end - at <= keptBytes) this.#long = long;
    long.begin(at, end);
    long.advance(bytes, Number.POSITIVE_INFINITY);
    return long;
  }

  /** For a piece that is to be encoded in steps; others may be encoded in between. */
  longPiece(): LongPiece {
    this.#tokenPairs ??= new TokenPairs(this.#pairRanks);
    this.#tokenPrefixes ??= new TokenPrefixes(this.vocabulary);
    return new LongPiece(this.#tokenPairs, this.#tokenPrefixes, this.#merger);
  }
}
