// How o200k_base splits a text before bytes are joined. The pattern is tiktoken's, P being [^\r\n\p{L}\p{N}]?,
// U [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], L [\p{Ll}\p{Lm}\p{Lo}\p{M}] and C (?i:'s|'t|'re|'ve|'m|'ll|'d)?:
// P U* L+ C|P U+ L* C|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
import { type CharacterClasses, characterClass } from "./character-class.js";
import {
  allButLast,
  apostrophe,
  blank,
  caseless,
  contractionEnd,
  kindAt,
  lastEnd,
  letters,
  lowerLike,
  newlines,
  numbers,
  runEnd,
  type Splitter,
  symbols,
  threeNumbers,
  upperLike,
  whiteSpace,
  widthOf,
} from "./scan.js";

const slash = 0x2f;

export const splitO200k: Splitter = (bytes, classes, at, end, blocks) => {
  const word = asciiWordEnd(bytes, classes, at, end);
  if (word > 0) return word;
  const lead = bytes[at] ?? 0;
  const kind = kindAt(bytes, classes, at);
  if ((kind & letters) !== 0) return withContraction(bytes, wordEnd(bytes, classes, at, end, blocks), end);
  if ((kind & numbers) !== 0) return threeNumbers(bytes, classes, at, end);
  const next = at + widthOf(lead);
  const nextKind = next < end ? kindAt(bytes, classes, next) : 0;
  if (lead !== 0x0a && lead !== 0x0d && (nextKind & (letters | caseless)) !== 0) {
    // A mark is a symbol before a word and a letter at its beginning: as the latter it is tried second.
    const asLetter = (kind & caseless) !== 0 && lowerWordEnd(bytes, classes, next, end, blocks) < 0;
    return withContraction(bytes, asLetter ? next : wordEnd(bytes, classes, next, end, blocks), end);
  }
  if ((kind & caseless) !== 0) return withContraction(bytes, next, end);
  if ((kind & symbols) !== 0 || (lead === blank && (nextKind & symbols) !== 0)) {
    let here = runEnd(bytes, classes, next, end, symbols, blocks);
    while (here < end && isLineOrSlash(bytes[here]))
      here = bytes[here] === slash ? here + 1 : runEnd(bytes, classes, here, end, newlines, blocks);
    return here;
  }
  const space = runEnd(bytes, classes, next, end, whiteSpace, blocks);
  const line = lastEnd(bytes, classes, at, space, newlines, blocks);
  if (line >= 0) return line;
  return space === end ? end : allButLast(bytes, at, space);
};

/** Bytes up to which an ASCII word is looked at by itself. */
const longestWord = 64;

/** The same for what most text is made of, without the generality: an ASCII word with what may stand before it; 0 where it is none. */
function asciiWordEnd(bytes: Uint8Array, classes: CharacterClasses, at: number, end: number): number {
  let here = at;
  let byte = bytes[here] ?? 0;
  if (byte >= 0x80) return 0;
  const kind = classes[byte] ?? 0;
  if (kind === characterClass.other || kind === characterClass.space) byte = bytes[++here] ?? 0;
  const first = here;
  const most = at + longestWord;
  while (byte >= 0x41 && byte <= 0x5a && here < most) byte = bytes[++here] ?? 0;
  while (byte >= 0x61 && byte <= 0x7a && here < most) byte = bytes[++here] ?? 0;
  if (here === first || here > end || here === most || byte >= 0x80) return 0;
  return byte === apostrophe ? contractionEnd(bytes, here, end, true) : here;
}

function isLineOrSlash(byte: number | undefined): boolean {
  return byte === 0x0a || byte === 0x0d || byte === slash;
}

/** `U* L+`, else `U+ L*`, of which the second part is then empty. */
function wordEnd(bytes: Uint8Array, classes: CharacterClasses, at: number, end: number, blocks?: Uint8Array): number {
  const lower = lowerWordEnd(bytes, classes, at, end, blocks);
  return lower < 0 ? runEnd(bytes, classes, at, end, upperLike, blocks) : lower;
}

/**
 * `U* L+`; -1 where that does not match. `U*` gives back until something that is both is the lower part: a run of capitals with
 * nothing small behind it ends at its last letter without case.
 */
function lowerWordEnd(
  bytes: Uint8Array,
  classes: CharacterClasses,
  at: number,
  end: number,
  blocks?: Uint8Array,
): number {
  const upper = runEnd(bytes, classes, at, end, upperLike, blocks);
  const lower = runEnd(bytes, classes, upper, end, lowerLike, blocks);
  return lower > upper ? lower : lastEnd(bytes, classes, at, upper, caseless, blocks);
}

function withContraction(bytes: Uint8Array, at: number, end: number): number {
  return at < end && bytes[at] === apostrophe ? contractionEnd(bytes, at, end, true) : at;
}
