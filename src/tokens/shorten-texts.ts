// Shortens the longest of several texts, in their middle, until all together fit: the last resort of a prompt too long.
import { cutMiddle } from "./cut-middle.js";

export interface Shortenable {
  readonly text: string;
  readonly tokens: number;
}

/** A text cut to less than this says nothing any more. Tokens. */
const leastTokens = 32;

/**
 * All texts in order, the longest cut to one common length; shorter ones stay whole. Undefined where that leaves too
 * little of them to be of use.
 */
export function shortenTexts(
  texts: readonly Shortenable[],
  budgetTokens: number,
  count: (text: string) => number,
): readonly string[] | undefined {
  const level = commonLevel(texts, budgetTokens);
  if (budgetTokens < 0 || level < leastTokens) return undefined;
  const shorter: string[] = [];
  for (const { text, tokens } of texts) {
    const cut = cutMiddle(text, tokens, level, count);
    if (cut === undefined) return undefined;
    shorter.push(cut);
  }
  return shorter;
}

/** The most tokens that each text may have so that all fit; the texts below it leave their share to the others. */
function commonLevel(texts: readonly Shortenable[], budgetTokens: number): number {
  const lengths = texts.map(({ tokens }) => tokens).sort((a, b) => a - b);
  let left = budgetTokens;
  for (const [index, tokens] of lengths.entries()) {
    const share = Math.floor(left / (lengths.length - index));
    if (tokens > share) return share;
    left -= tokens;
  }
  return Number.POSITIVE_INFINITY;
}
