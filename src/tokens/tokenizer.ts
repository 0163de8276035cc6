// What every published tokenizer can do, whoever made it: text to ids and back. Exact, and linear in the text.

/**
 * `as-text`: the spelling of a special token (`<|endoftext|>`) is text like any other, which is what a user's words are.
 * `as-tokens`: it becomes the special token itself.
 */
export type SpecialTokens = "as-text" | "as-tokens";

export interface Tokenizer {
  /** `o200k_base`, or what a file calls itself. */
  readonly name: string;
  /** Ids run from 0 to below this; not each of them need be taken. */
  readonly vocabularySize: number;
  /** Tokens of a text. A lone surrogate counts as U+FFFD, which is what goes out as UTF-8. */
  count(text: string, special?: SpecialTokens): number;
  encode(text: string, special?: SpecialTokens): number[];
  /** UTF-8 bytes of one token, special ones included; undefined for an id that is not taken. */
  bytesOf(id: number): Uint8Array | undefined;
  /** Bytes that are no UTF-8, as where a character is cut, become U+FFFD. Ids that are not taken are left out. */
  decode(ids: readonly number[]): string;
}
