// The tokens that begin at a place, longest first: the longest is looked for, each shorter one is known from the one before.
import { hashFactor, noToken, type Vocabulary } from "./vocabulary.js";

/** Not looked for yet. */
const unknown = -1;

export class TokenPrefixes {
  readonly #vocabulary: Vocabulary;
  /** By id: the longest token that the token begins with and is longer than; `noToken` where there is none. */
  readonly #shorter: Int32Array;
  /** Hashes of the beginnings of what is looked at. */
  readonly #hashes: Int32Array;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#shorter = new Int32Array(vocabulary.size).fill(unknown);
    this.#hashes = new Int32Array(vocabulary.longest + 1);
  }

  /** The longest token at bytes[at, to), which are not empty. There is one: each byte is a token. */
  longestAt(bytes: Uint8Array, at: number, to: number): number {
    return this.#longest(bytes, at, Math.min(this.#vocabulary.longestAt(bytes, at), to - at));
  }

  /** The next shorter token that begins where this one does; `noToken` where there is none. */
  shorter(id: number): number {
    const known = this.#shorter[id] ?? noToken;
    if (known !== unknown) return known;
    const bytes = this.#vocabulary.bytesOf(id) ?? new Uint8Array();
    const found = this.#longest(bytes, 0, bytes.length - 1);
    this.#shorter[id] = found;
    return found;
  }

  #longest(bytes: Uint8Array, at: number, most: number): number {
    const vocabulary = this.#vocabulary;
    const hashes = this.#hashes;
    let hash = 0;
    for (let length = 0; length < most; ) {
      hash = (Math.imul(hash, hashFactor) + (bytes[at + length] ?? 0)) | 0;
      hashes[++length] = hash;
    }
    for (let length = most; length > 0; length--) {
      const id = vocabulary.findHashed(bytes, at, at + length, hashes[length] ?? 0);
      if (id !== noToken) return id;
    }
    return noToken;
  }
}
