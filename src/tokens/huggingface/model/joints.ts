// Where a piece can be cut without changing its tokens: between two characters that no merge ever joins. Vocabularies
// that cut nothing beforehand (Gemma's, Llama 2's) thus become words, which are short and come again.
import type { SymbolReader } from "./symbols.js";

/** The pairs of UTF-16 units that some merge joins. */
export class Joints {
  private readonly ascii = new Uint8Array(128 * 128);
  private readonly others = new Set<number>();

  add(left: string, right: string): void {
    const [before, after] = [left.charCodeAt(left.length - 1), right.charCodeAt(0)];
    if (before < 128 && after < 128) this.ascii[before * 128 + after] = 1;
    else this.others.add(before * 0x10000 + after);
  }

  private has(before: number, after: number): boolean {
    return before < 128 && after < 128
      ? this.ascii[before * 128 + after] === 1
      : this.others.has(before * 0x10000 + after);
  }

  /** Calls `visit` with the parts of a piece. Beside a character that is no token nothing is cut. */
  eachPart(piece: string, symbols: SymbolReader, visit: (part: string) => void): void {
    let start = 0;
    let before = piece.charCodeAt(0);
    let beforeIsToken = isWhole(before) && symbols.isToken(before);
    for (let at = 1; at < piece.length; at++) {
      const after = piece.charCodeAt(at);
      const afterIsToken = isWhole(after) && symbols.isToken(after);
      if (beforeIsToken && afterIsToken && !this.has(before, after)) {
        visit(piece.slice(start, at));
        start = at;
      }
      before = after;
      beforeIsToken = afterIsToken;
    }
    visit(start === 0 ? piece : piece.slice(start));
  }
}

/** No half of a surrogate pair. */
const isWhole = (unit: number) => unit < 0xd800 || unit > 0xdfff;
