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
  lastNewlineEnd,
  letters,
  lowerLike,
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

export const splitO200k: Splitter = (bytes, classes, at, end) => {
  const word = asciiWordEnd(bytes, classes, at, end);
  if (word > 0) return word;
  const lead = bytes[at] ?? 0;
  const kind = kindAt(bytes, classes, at);
  if ((kind & letters) !== 0) return withContraction(bytes, wordEnd(bytes, classes, at, end), end);
  if ((kind & numbers) !== 0) return threeNumbers(bytes, classes, at, end);
  const next = at + widthOf(lead);
  const nextKind = next < end ? kindAt(bytes, classes, next) : 0;
  if (lead !== 0x0a && lead !== 0x0d && (nextKind & (letters | caseless)) !== 0) {
    // A mark is a symbol before a word and a letter at its beginning: as the latter it is tried second.
    const asLetter = (kind & caseless) !== 0 && !hasLowerLike(bytes, classes, next, end);
    return withContraction(bytes, asLetter ? next : wordEnd(bytes, classes, next, end), end);
  }
  if ((kind & caseless) !== 0) return withContraction(bytes, next, end);
  if ((kind & symbols) !== 0 || (lead === blank && (nextKind & symbols) !== 0)) {
    let here = runEnd(bytes, classes, next, end, symbols);
    while (here < end && isLineOrSlash(bytes[here])) here++;
    return here;
  }
  const space = runEnd(bytes, classes, next, end, whiteSpace);
  const line = lastNewlineEnd(bytes, at, space);
  if (line >= 0) return line;
  return space === end ? end : allButLast(bytes, at, space);
};

/** The same for what most text is made of, without the generality: an ASCII word with what may stand before it; 0 where it is none. */
function asciiWordEnd(bytes: Uint8Array, classes: CharacterClasses, at: number, end: number): number {
  let here = at;
  let byte = bytes[here] ?? 0;
  if (byte >= 0x80) return 0;
  const kind = classes[byte] ?? 0;
  if (kind === characterClass.other || kind === characterClass.space) byte = bytes[++here] ?? 0;
  const first = here;
  while (byte >= 0x41 && byte <= 0x5a) byte = bytes[++here] ?? 0;
  while (byte >= 0x61 && byte <= 0x7a) byte = bytes[++here] ?? 0;
  if (here === first || here > end || byte >= 0x80) return 0;
  return byte === apostrophe ? contractionEnd(bytes, here, end, true) : here;
}

function isLineOrSlash(byte: number | undefined): boolean {
  return byte === 0x0a || byte === 0x0d || byte === slash;
}

/**
 * `U* L+`, else `U+ L*`. The first gives capitals back until something that is both is the lower part, so a run of capitals
 * with nothing small behind it ends at its last caseless letter, and as a whole where it has none.
 */
function wordEnd(bytes: Uint8Array, classes: CharacterClasses, at: number, end: number): number {
  const upper = runEnd(bytes, classes, at, end, upperLike);
  const lower = runEnd(bytes, classes, upper, end, lowerLike);
  if (lower > upper) return lower;
  const shared = lastCaselessEnd(bytes, classes, at, upper);
  return shared < 0 ? upper : shared;
}

/** Behind the last letter or mark without case; -1 where there is none. */
function lastCaselessEnd(bytes: Uint8Array, classes: CharacterClasses, at: number, end: number): number {
  let to = end;
  while (to > at) {
    let from = to - 1;
    while (((bytes[from] ?? 0) & 0xc0) === 0x80) from--;
    if ((kindAt(bytes, classes, from) & caseless) !== 0) return to;
    to = from;
  }
  return -1;
}

/** Whether `U* L+` matches at `at`. */
function hasLowerLike(bytes: Uint8Array, classes: CharacterClasses, at: number, end: number): boolean {
  const upper = runEnd(bytes, classes, at, end, upperLike);
  if (upper < end && (kindAt(bytes, classes, upper) & lowerLike) !== 0) return true;
  return lastCaselessEnd(bytes, classes, at, upper) >= 0;
}

function withContraction(bytes: Uint8Array, at: number, end: number): number {
  return at < end && bytes[at] === apostrophe ? contractionEnd(bytes, at, end, true) : at;
}
