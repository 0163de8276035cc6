// A count in steps: a long text is counted a little at a time, so that whoever else needs the thread gets it in between.
import type { Counting } from "../meter.js";
import { type Encoder, type Utf8, utf8Room } from "./encoder.js";
import type { LongPiece } from "./long-piece.js";

/** UTF-16 units that become UTF-8 in one step. */
const unitsAStep = 65_536;
/** Pieces of fewer bytes are done in one go. */
const longPiece = 4_096;

const utf8 = new TextEncoder();

export class BytePairCounting implements Counting {
  readonly #encoder: Encoder;
  readonly #text: string;
  readonly #room: Utf8;
  /** UTF-16 units of the text that are UTF-8 by now. */
  #read = 0;
  #to = 0;
  #at = 0;
  #tokens = 0;
  #long: LongPiece | undefined;
  #longEnd = -1;

  constructor(encoder: Encoder, text: string) {
    this.#encoder = encoder;
    this.#text = text;
    this.#room = utf8Room(text.length * 3);
  }

  get tokens(): number {
    return this.#tokens;
  }

  advance(bytes: number): boolean {
    if (this.#read < this.#text.length) this.#readMore();
    else if (this.#longEnd >= 0) this.#countLong(bytes);
    else this.#count(Math.min(this.#to, this.#at + bytes));
    return this.#read >= this.#text.length && this.#at >= this.#to;
  }

  #readMore(): void {
    let end = Math.min(this.#text.length, this.#read + unitsAStep);
    // The halves of a character stay together.
    if (end < this.#text.length && (this.#text.charCodeAt(end - 1) & 0xfc_00) === 0xd8_00) end++;
    const { written } = utf8.encodeInto(this.#text.slice(this.#read, end), this.#room.bytes.subarray(this.#to));
    this.#read = end;
    this.#to += written;
  }

  #count(until: number): void {
    const { bytes } = this.#room;
    while (this.#at < until) {
      const end = this.#encoder.pieceEnd(bytes, this.#at, this.#to);
      if (end - this.#at > longPiece) {
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
    if (this.#long?.advance(this.#room.bytes, bytes) !== true) return;
    this.#tokens += this.#long.count;
    this.#at = this.#longEnd;
    this.#longEnd = -1;
  }
}
