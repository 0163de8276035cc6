// Whole characters of several bytes, for merging to begin with: most joins in a text of other scripts lie within its characters.
// That changes nothing of what comes out where no token reaches from one character into the next and cuts one of them: nothing is
// joined across until both are whole. And nothing would have been joined with a character before it was whole, as a token that
// begins or ends with it then has a higher id than its own; characters.test.ts holds that of each vocabulary.
import { widthOf } from "./scan.js";
import { noToken, type Vocabulary } from "./vocabulary.js";

/** A power of two. Each takes two numbers: the bytes of a character; its token. */
const remembered = 1 << 13;
const shift = 32 - 13;

export class Characters {
  readonly #vocabulary: Vocabulary;
  readonly #memory = new Int32Array(remembered * 2).fill(0);

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** The token of the character at bytes[from + at], in a text that ends at bytes[from + length]; `noToken` where it is to be merged. */
  tokenAt(bytes: Uint8Array, from: number, at: number, length: number): number {
    const start = from + at;
    const lead = bytes[start] ?? 0;
    const width = widthOf(lead);
    if (at + width > length) return noToken;
    const { cutCharacters } = this.#vocabulary;
    if (at > 0 && cutCharacters.across(bytes[start - 1] ?? 0, lead)) return noToken;
    let spelling = lead;
    for (let index = 1; index < width; index++) {
      const byte = bytes[start + index] ?? 0;
      if ((byte & 0xc0) !== 0x80) return noToken;
      spelling = (spelling << 8) | byte;
    }
    if (at + width < length && cutCharacters.across(spelling & 0xff, bytes[start + width] ?? 0)) return noToken;
    const memory = this.#memory;
    const slot = (Math.imul(spelling, 0x9e_37_79_b1) >>> shift) << 1;
    if (memory[slot] === spelling) return memory[slot + 1] ?? noToken;
    const id = this.#vocabulary.find(bytes, start, start + width);
    memory[slot] = spelling;
    memory[slot + 1] = id;
    return id;
  }
}
