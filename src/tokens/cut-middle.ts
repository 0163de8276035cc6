// Shortens one text to a number of tokens by leaving out its middle.

/** Stands where the middle was. */
export const gap = "\n[...]\n";

const mostTries = 12;
/** Somewhat less than the share that is wanted, so that the next try is likely to fit. */
const margin = 0.98;

/**
 * The start and the end of a text, as long as they fit together with the gap; undefined where not even the gap fits.
 * Each try is shorter than the one before and none is longer than what is left, so the work is linear in the text.
 * @param tokens of the whole text.
 * @param count tokens of a text.
 */
export function cutMiddle(
  text: string,
  tokens: number,
  maxTokens: number,
  count: (text: string) => number,
): string | undefined {
  if (tokens <= maxTokens) return text;
  let keep = text.length;
  let seen = tokens;
  for (let tries = 0; tries < mostTries && keep > 0; tries++) {
    keep = Math.min(keep - 1, Math.floor(keep * (maxTokens / seen) * margin));
    const shorter = endsOf(text, keep);
    seen = Math.max(1, count(shorter));
    if (seen <= maxTokens) return shorter;
  }
  return count(gap) <= maxTokens ? gap : undefined;
}

/** Never half of a character that is two code units long. */
function endsOf(text: string, keep: number): string {
  const half = Math.ceil(keep / 2);
  const head = splitsPair(text, half) ? half - 1 : half;
  const from = text.length - (keep - half);
  const tail = splitsPair(text, from) ? from + 1 : from;
  return text.slice(0, head) + gap + text.slice(tail);
}

function splitsPair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}
