// Where a piece can be cut without changing its tokens: between two characters that no merge ever joins. Vocabularies
// that cut nothing beforehand (Gemma's, Llama 2's) thus become words, which are short and come again.
import type { SymbolReader } from "./symbols.js";

/** The pairs of UTF-16 units that some merge joins: a hash set in a flat array. Adding a unit too many only cuts less. */
export class Joints {
  private readonly pairs: Uint32Array;
  private readonly mask: number;
  private hasZero = false;

  /** @param most pairs that will be added, at most. */
  constructor(most: number) {
    let size = 16;
    while (size < most * 2) size *= 2;
    this.pairs = new Uint32Array(size);
    this.mask = size - 1;
  }

  add(left: string, right: string): void {
    const pair = pairOf(left.charCodeAt(left.length - 1), right.charCodeAt(0));
    if (pair === 0) this.hasZero = true;
    else this.pairs[this.placeOf(pair)] = pair;
  }

  has(before: number, after: number): boolean {
    const pair = pairOf(before, after);
    return pair === 0 ? this.hasZero : this.pairs[this.placeOf(pair)] === pair;
  }

  /** Where the pair is, or the free place where it would be. There are at most as many pairs as half the places. */
  private placeOf(pair: number): number {
    let place = (Math.imul(pair ^ (pair >>> 15), 0x2c1b3c6d) >>> 9) & this.mask;
    for (let found = this.pairs[place]; found !== pair && found !== 0; found = this.pairs[place])
      place = (place + 1) & this.mask;
    return place;
  }

  /** Calls `visit` with the parts of a piece. Beside a character that is no token nothing is cut. */
  eachPart(piece: string, symbols: SymbolReader, visit: (part: string) => void): void {
    let start = 0;
    let before = piece.charCodeAt(0);
    for (let at = 1; at < piece.length; at++) {
      const after = piece.charCodeAt(at);
      if (!this.has(before, after) && symbols.isToken(before) && symbols.isToken(after)) {
        visit(piece.slice(start, at));
        start = at;
      }
      before = after;
    }
    visit(start === 0 ? piece : piece.slice(start));
  }
}

const pairOf = (before: number, after: number): number => ((before << 16) | after) >>> 0;
