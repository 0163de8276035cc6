// The rank of two neighbouring tokens: the id of the token that both are together. Remembered, as the same pairs come again and again.
import { noToken, type Vocabulary } from "./vocabulary.js";

/** A power of two. Each takes four numbers: left id, right id, rank, and one for alignment. */
const remembered = 1 << 13;
const shift = 32 - 13;

export class PairRanks {
  readonly vocabulary: Vocabulary;
  readonly #memory = new Int32Array(remembered * 4).fill(-1);

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** The id of the token that both are together; `noToken` where there is none. */
  of(left: number, right: number): number {
    const memory = this.#memory;
    const slot = slotOf(left, right);
    if (memory[slot] === left && memory[slot + 1] === right) return memory[slot + 2] ?? noToken;
    return this.#remember(slot, left, right, this.vocabulary.findJoined(left, right));
  }

  /** The same of two that stand side by side as bytes[from, to), whose hash is known. */
  ofBytes(left: number, right: number, bytes: Uint8Array, from: number, to: number, hash: number): number {
    const memory = this.#memory;
    const slot = slotOf(left, right);
    if (memory[slot] === left && memory[slot + 1] === right) return memory[slot + 2] ?? noToken;
    return this.#remember(slot, left, right, this.vocabulary.findHashed(bytes, from, to, hash));
  }

  #remember(slot: number, left: number, right: number, rank: number): number {
    const memory = this.#memory;
    memory[slot] = left;
    memory[slot + 1] = right;
    memory[slot + 2] = rank;
    return rank;
  }
}

function slotOf(left: number, right: number): number {
  return ((Math.imul(left, 0x9e_37_79_b1) + Math.imul(right, 0x85_eb_ca_6b)) >>> shift) << 2;
}
