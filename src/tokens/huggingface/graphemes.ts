// Where a cluster of characters that people see as one ends (https://www.unicode.org/reports/tr29/). Most characters
// stand alone, which a glance tells; for the others the engine's own segmenter is asked about a few characters, since
// it takes quadratic time for many.

/**
 * Characters that stay apart from each other: neither joins what is before it nor what is behind it. Letters, signs,
 * controls and Hangul syllables do; marks, joiners, Hangul letters, regional indicators and prepended signs do not.
 */
const apart =
  /^(?![\p{M}\p{Cf}\p{Regional_Indicator}\p{Grapheme_Extend}\p{Emoji_Modifier}\r\u0e33\u0eb3\u0d4e\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff])\P{Cs}$/u;
const alone = new Map<number, boolean>();
const mostRemembered = 65_536;

function isApart(code: number): boolean {
  if (code < 0x80) return code !== 13;
  const known = alone.get(code);
  if (known !== undefined) return known;
  const found = apart.test(String.fromCodePoint(code));
  if (alone.size < mostRemembered) alone.set(code, found);
  return found;
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const windowUnits = 64;

/** Where the cluster that starts here ends. Past 64 UTF-16 units it counts as ended. */
export function graphemeEnd(text: string, start: number): number {
  const code = text.codePointAt(start) ?? 0;
  const next = start + (code > 0xffff ? 2 : 1);
  const following = text.codePointAt(next);
  if (following === undefined || (isApart(code) && isApart(following))) return next;
  for (const { segment } of segmenter.segment(text.slice(start, start + windowUnits))) return start + segment.length;
  return next;
}
