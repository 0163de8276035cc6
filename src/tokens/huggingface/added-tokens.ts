// Tokens beside the model's own: found in the text before it is cut, the longest first, with their rules for spaces
// and words. Special ones are text unless asked for; the others always apply.
import { PieceTrie } from "./model/piece-trie.js";
import type { FileFaults } from "./tokenizer-fault.js";

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  /** Found in the text as it is after normalizing, not before. */
  readonly normalized: boolean;
  /** Takes the spaces on its left, or right, along. */
  readonly takesLeft: boolean;
  readonly takesRight: boolean;
  /** Found only where no letter or digit touches it. */
  readonly singleWord: boolean;
}

export interface AddedTokenFinder {
  /** The parts of a text in order: text between tokens (`token` undefined, never empty), and tokens. */
  split(
    text: string,
    withSpecial: boolean,
    visit: (start: number, end: number, token: AddedToken | undefined) => void,
  ): void;
}

/** `\w` of Rust's regex crate. */
const wordBefore = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const wordAfter = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const space = /\p{White_Space}/u;

/** @param spelling what a token is found by: its content, or that after normalizing. */
export function addedTokenFinder(
  tokens: readonly AddedToken[],
  spelling: (token: AddedToken) => string,
  faults: FileFaults,
): AddedTokenFinder | undefined {
  if (tokens.length === 0) return undefined;
  const spelled = tokens.map(spelling);
  const trie = new PieceTrie(
    spelled.reduce((total, text) => total + text.length, 0),
    faults,
  );
  const starts = new Uint8Array(0x10000);
  spelled.forEach((text, index) => {
    if (text === "") return;
    trie.add(text, index);
    starts[text.charCodeAt(0)] = 1;
  });

  const longestFrom = (text: string, start: number) => {
    let node = trie.root;
    let best = { index: -1, end: start };
    for (let end = start; end < text.length; ) {
      node = trie.step(node, text.charCodeAt(end++));
      if (node < 0) break;
      const index = trie.valueAt(node);
      if (index >= 0) best = { index, end };
    }
    return best;
  };

  return {
    split(text, withSpecial, visit) {
      let done = 0;
      let spacesFrom = -1;
      let spacesTo = -1;
      const spacesAfter = (at: number) => {
        if (at < spacesFrom || at > spacesTo) {
          spacesFrom = at;
          spacesTo = at;
          while (space.test(text[spacesTo] ?? "")) spacesTo++;
        }
        return spacesTo;
      };
      for (let at = 0; at < text.length; ) {
        if (starts[text.charCodeAt(at)] === 0) {
          at++;
          continue;
        }
        const { index, end } = longestFrom(text, at);
        const token = tokens[index];
        if (token === undefined) {
          at++;
          continue;
        }
        const found = at;
        at = end;
        if (token.special && !withSpecial) continue;
        if (token.singleWord && touchesWord(text, found, end)) continue;
        let from = found;
        if (token.takesLeft) while (from > done && space.test(text[from - 1] ?? "")) from--;
        const to = token.takesRight ? spacesAfter(end) : end;
        if (done < from) visit(done, from, undefined);
        visit(from, to, token);
        done = to;
      }
      if (done < text.length) visit(done, text.length, undefined);
    },
  };
}

function touchesWord(text: string, start: number, end: number): boolean {
  return wordBefore.test(text.slice(Math.max(0, start - 2), start)) || wordAfter.test(text.slice(end, end + 2));
}
