// A text that becomes UTF-8 a little at a time, and what kinds of characters are in each part of it: so that the end of a run
// of a million bytes is found by looking at a few hundred numbers.
import type { CharacterClasses } from "./character-class.js";
import { utf8Room } from "./encoder.js";
import { blockOf, kindAt, widthOf } from "./scan.js";

/** UTF-16 units that become UTF-8 in one step. */
const unitsAStep = 65_536;

const utf8 = new TextEncoder();

export class SteppedText {
  readonly bytes: Uint8Array;
  /** For the splitters. */
  readonly blocks: Uint8Array;
  readonly #text: string;
  readonly #classes: CharacterClasses;
  /** UTF-16 units of the text that are UTF-8 by now, and their bytes. */
  #read = 0;
  #to = 0;

  constructor(text: string, classes: CharacterClasses) {
    this.#text = text;
    this.#classes = classes;
    this.bytes = utf8Room(text.length * 3).bytes;
    this.blocks = new Uint8Array(blockOf(this.bytes.length) + 1);
  }

  /** Bytes of the text, once all of it is read. */
  get to(): number {
    return this.#to;
  }

  get isRead(): boolean {
    return this.#read >= this.#text.length;
  }

  readMore(): void {
    let end = Math.min(this.#text.length, this.#read + unitsAStep);
    // The halves of a character stay together.
    if (end < this.#text.length && (this.#text.charCodeAt(end - 1) & 0xfc_00) === 0xd8_00) end++;
    const from = this.#to;
    this.#to += utf8.encodeInto(this.#text.slice(this.#read, end), this.bytes.subarray(from)).written;
    this.#read = end;
    const { bytes, blocks } = this;
    const classes = this.#classes;
    for (let at = from; at < this.#to; at += widthOf(bytes[at] ?? 0)) {
      const block = blockOf(at);
      blocks[block] = (blocks[block] ?? 0) | kindAt(bytes, classes, at);
    }
  }
}
