// What the splitters are made of: the class of a character, the end of a run, contractions and white space. On valid UTF-8.
import { type CharacterClasses, characterClass } from "./character-class.js";

/**
 * Where the piece that begins at `at` ends. Looks no further than it must: linear in the text, whatever it is.
 * @param blocks for each `blockOf` a place, the kinds of the characters that begin in it; without them, all are looked at
 */
export type Splitter = (
  bytes: Uint8Array,
  classes: CharacterClasses,
  at: number,
  end: number,
  blocks?: Uint8Array,
) => number;

const blockBits = 12;

/** The block of bytes that a place is in. */
export function blockOf(at: number): number {
  return at >>> blockBits;
}

const bit = (name: keyof typeof characterClass) => 1 << characterClass[name];

/** Sets of classes, a bit for each. */
export const letters = bit("upper") | bit("lower") | bit("letter");
export const numbers = bit("number");
/** Neither letter, number nor white space; marks are among them. */
export const symbols = bit("other") | bit("mark");
export const whiteSpace = bit("space") | bit("newline");
export const newlines = bit("newline");
/** What o200k takes for the beginning of a word, and for the rest of it. */
export const upperLike = bit("upper") | bit("letter") | bit("mark");
export const lowerLike = bit("lower") | bit("letter") | bit("mark");
export const caseless = bit("letter") | bit("mark");

export const blank = 0x20;
export const apostrophe = 0x27;

/** Bytes of the character that begins with this byte. */
export function widthOf(lead: number): number {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** The code point of a character of several bytes. */
function pointAt(bytes: Uint8Array, at: number, lead: number): number {
  const second = (bytes[at + 1] ?? 0) & 0x3f;
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | second;
  const third = (bytes[at + 2] ?? 0) & 0x3f;
  if (lead < 0xf0) return ((lead & 0x0f) << 12) | (second << 6) | third;
  return ((lead & 0x07) << 18) | (second << 12) | (third << 6) | ((bytes[at + 3] ?? 0) & 0x3f);
}

/** The class of the character at `at`, as a set of one. */
export function kindAt(bytes: Uint8Array, classes: CharacterClasses, at: number): number {
  const lead = bytes[at] ?? 0;
  return 1 << (classes[lead < 0x80 ? lead : pointAt(bytes, at, lead)] ?? 0);
}

/** The end of the run of characters of these kinds; `at` where there is none. */
export function runEnd(
  bytes: Uint8Array,
  classes: CharacterClasses,
  at: number,
  end: number,
  kinds: number,
  blocks?: Uint8Array,
): number {
  if (blocks === undefined) return runWithin(bytes, classes, at, end, kinds);
  for (let here = at; ; ) {
    const block = blockOf(here);
    const border = Math.min(end, (block + 1) << blockBits);
    // Blocks are passed over whole, but for the one that the run begins in: others may stand before it there.
    if (here === at || ((blocks[block] ?? 0) & ~kinds) !== 0) {
      here = runWithin(bytes, classes, here, border, kinds);
      if (here < border) return here;
    } else here = border;
    here = characterFrom(bytes, here, end);
    if (here >= end) return end;
  }
}

function runWithin(bytes: Uint8Array, classes: CharacterClasses, at: number, end: number, kinds: number): number {
  let here = at;
  while (here < end) {
    const lead = bytes[here] ?? 0;
    if (lead < 0x80) {
      if (((kinds >> (classes[lead] ?? 0)) & 1) === 0) break;
      here++;
    } else {
      if (((kinds >> (classes[pointAt(bytes, here, lead)] ?? 0)) & 1) === 0) break;
      here += widthOf(lead);
    }
  }
  return here;
}

/** Behind the last character of these kinds in [at, end); -1 where there is none. */
export function lastEnd(
  bytes: Uint8Array,
  classes: CharacterClasses,
  at: number,
  end: number,
  kinds: number,
  blocks?: Uint8Array,
): number {
  if (blocks === undefined) return lastWithin(bytes, classes, at, end, kinds);
  let to = end;
  for (let block = blockOf(end - 1); to > at; block--) {
    const from = Math.max(at, characterFrom(bytes, block << blockBits, to));
    const found = ((blocks[block] ?? 0) & kinds) === 0 ? -1 : lastWithin(bytes, classes, from, to, kinds);
    if (found >= 0) return found;
    to = from;
  }
  return -1;
}

function lastWithin(bytes: Uint8Array, classes: CharacterClasses, at: number, end: number, kinds: number): number {
  for (let here = end - 1; here >= at; here--) {
    const lead = bytes[here] ?? 0;
    if ((lead & 0xc0) === 0x80) continue;
    if ((kindAt(bytes, classes, here) & kinds) !== 0) return here + widthOf(lead);
  }
  return -1;
}

/** Where the first character begins that begins at this place or behind it. */
function characterFrom(bytes: Uint8Array, at: number, end: number): number {
  let here = at;
  while (here < end && ((bytes[here] ?? 0) & 0xc0) === 0x80) here++;
  return here;
}

/** Up to three numbers: `\p{N}{1,3}`. */
export function threeNumbers(bytes: Uint8Array, classes: CharacterClasses, at: number, end: number): number {
  let here = at;
  for (let count = 0; count < 3 && here < end && kindAt(bytes, classes, here) === numbers; count++)
    here += widthOf(bytes[here] ?? 0);
  return here;
}

/**
 * The end of `'s`, `'t`, `'d`, `'m`, `'re`, `'ve` or `'ll`, whose apostrophe is at `at`; `at` where none of them is there.
 * @param folded without regard to case, as Unicode folds it: the long s (U+017F) is an s.
 */
export function contractionEnd(bytes: Uint8Array, at: number, end: number, folded: boolean): number {
  if (at + 1 >= end) return at;
  const raw = bytes[at + 1] ?? 0;
  if (folded && raw === 0xc5 && bytes[at + 2] === 0xbf) return at + 3;
  const first = folded ? raw | 0x20 : raw;
  if (raw >= 0x80) return at;
  if (first === 0x73 || first === 0x74 || first === 0x64 || first === 0x6d) return at + 2;
  if (at + 2 >= end) return at;
  const second = folded ? (bytes[at + 2] ?? 0) | 0x20 : (bytes[at + 2] ?? 0);
  const known = first === 0x6c ? second === 0x6c : (first === 0x72 || first === 0x76) && second === 0x65;
  return known ? at + 3 : at;
}

/** The last character of the run is left to what follows it: `\s+(?!\S)`. A run of one is taken: `\s`. */
export function allButLast(bytes: Uint8Array, at: number, runsTo: number): number {
  let last = runsTo - 1;
  while (last > at && ((bytes[last] ?? 0) & 0xc0) === 0x80) last--;
  return last > at ? last : runsTo;
}
