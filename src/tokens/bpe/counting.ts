// A count in steps: a long text is counted a little at a time, so that whoever else needs the thread gets it in between.
import type { Counting } from "../meter.js";
import type { Encoder } from "./encoder.js";
import type { LongPiece } from "./long-piece.js";
import { SteppedText } from "./stepped-text.js";

/** Pieces of fewer bytes are done in one go. */
export const longPieceBytes = 4_096;

export class BytePairCounting implements Counting {
  readonly #encoder: Encoder;
  readonly #text: SteppedText;
  #at = 0;
  #tokens = 0;
  #long: LongPiece | undefined;
  #longEnd = -1;

  constructor(encoder: Encoder, text: string) {
    this.#encoder = encoder;
    this.#text = new SteppedText(text, encoder.classes);
  }

  get tokens(): number {
    return this.#tokens;
  }

  advance(bytes: number): boolean {
    if (!this.#text.isRead) this.#text.readMore();
    else if (this.#longEnd >= 0) this.#countLong(bytes);
    else this.#count(Math.min(this.#text.to, this.#at + bytes));
    return this.#text.isRead && this.#at >= this.#text.to;
  }

  #count(until: number): void {
    const { bytes, blocks, to } = this.#text;
    while (this.#at < until) {
      const end = this.#encoder.pieceEnd(bytes, this.#at, to, blocks);
      if (end - this.#at > longPieceBytes) {
        this.#long ??= this.#encoder.longPiece();
        this.#long.begin(this.#at, end);
        this.#longEnd = end;
        return;
      }
      this.#tokens += this.#encoder.countPiece(bytes, this.#at, end);
      this.#at = end;
    }
  }

  #countLong(bytes: number): void {
    if (this.#long?.advance(this.#text.bytes, bytes) !== true) return;
    this.#tokens += this.#long.count;
    this.#at = this.#longEnd;
    this.#longEnd = -1;
  }
}
