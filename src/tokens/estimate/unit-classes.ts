// Which class each UTF-16 unit is of, as far as tokenizers treat units alike: letters, digits, marks, blanks, scripts.
import { hanRanks } from "./han-ranks.js";

export interface UnitClass {
  readonly name: string;
  /** What may go on in one piece of text: the classes of one script, for instance. */
  readonly kind: "lower" | "upper" | "accented" | "digit" | "space" | "newline" | "tab" | "return" | "mark" | "script";
  /** Classes of kind `script` that share this go on in one run. */
  readonly script?: string;
}

/** ASCII marks that tokenizers merge with their neighbours alike. */
const marks: readonly string[] = [
  "\"'`",
  "-",
  "_",
  ".",
  ",;",
  ":",
  "([{<",
  ")]}>",
  "/",
  "\\",
  "=",
  "*+#~",
  "!?",
  "@$%&|^",
];

/**
 * Scripts and kinds of symbol, with their first and last unit. What is named twice is one class.
 * Boundaries: https://www.unicode.org/Public/UNIDATA/Blocks.txt
 */
const blocks: readonly (readonly [name: string, first: number, last: number])[] = [
  ["latin mark", 0x80, 0xbf],
  ["phonetic", 0x250, 0x2ff],
  ["combining", 0x300, 0x36f],
  ["greek", 0x370, 0x3ff],
  ["cyrillic", 0x400, 0x52f],
  ["cyrillic capital", 0x400, 0x42f],
  ["armenian", 0x530, 0x58f],
  ["hebrew", 0x590, 0x5ff],
  ["arabic", 0x600, 0x77f],
  ["rare", 0x780, 0x8ff],
  ["devanagari", 0x900, 0x97f],
  ["bengali", 0x980, 0x9ff],
  ["indic", 0xa00, 0xdff],
  ["thai", 0xe00, 0xe7f],
  ["lao", 0xe80, 0xeff],
  ["tibetan", 0xf00, 0xfff],
  ["myanmar", 0x1000, 0x109f],
  ["georgian", 0x10a0, 0x10ff],
  ["jamo", 0x1100, 0x11ff],
  ["ethiopic", 0x1200, 0x139f],
  ["rare", 0x13a0, 0x177f],
  ["khmer", 0x1780, 0x17ff],
  ["rare", 0x1800, 0x1dff],
  ["greek", 0x1f00, 0x1fff],
  ["punctuation", 0x2000, 0x206f],
  ["symbol", 0x2070, 0x24ff],
  ["box", 0x2500, 0x25bf],
  ["symbol", 0x25c0, 0x2bff],
  ["cjk mark", 0x2e80, 0x303f],
  ["hiragana", 0x3040, 0x309f],
  ["katakana", 0x30a0, 0x30ff],
  ["cjk mark", 0x3100, 0x33ff],
  ["han", 0x3400, 0x9fff],
  ["hangul", 0xac00, 0xd7a3],
  ["supplementary", 0xd800, 0xdbff],
  ["emoji", 0xd83c, 0xd83e],
  ["supplementary han", 0xd840, 0xd8ff],
  ["low surrogate", 0xdc00, 0xdfff],
  ["private", 0xe000, 0xf8ff],
  ["han", 0xf900, 0xfaff],
  ["arabic", 0xfb00, 0xfdff],
  ["variation", 0xfe00, 0xfe0f],
  ["arabic", 0xfe70, 0xfeff],
  ["fullwidth", 0xff00, 0xffef],
];

const hanByRank = ["han", "han 1", "han 2", "han 3"];
const scriptOfName: Readonly<Record<string, string>> = {
  "cyrillic capital": "cyrillic",
  "han 1": "han",
  "han 2": "han",
  "han 3": "han",
  "low surrogate": "surrogate",
  emoji: "surrogate",
  supplementary: "surrogate",
  "supplementary han": "surrogate",
};

export const unitClasses: readonly UnitClass[] = [
  ...(["lower", "upper", "accented", "digit", "space", "newline", "tab", "return"] as const).map((kind) => ({
    name: kind,
    kind,
  })),
  ...marks.map((name) => ({ name: `mark ${name}`, kind: "mark" as const })),
  ...[...new Set([...blocks.map(([name]) => name), ...hanByRank, "control", "other"])].map((name) => ({
    name,
    kind: "script" as const,
    script: scriptOfName[name] ?? name,
  })),
];

/** The class of each unit: an index of `unitClasses`. */
export function tableOfClasses(): Uint8Array {
  const classOf = new Map(unitClasses.map(({ name }, index) => [name, index]));
  const table = new Uint8Array(0x10000).fill(classOf.get("other") ?? 0);
  const fill = (name: string, first: number, last: number) => table.fill(classOf.get(name) ?? 0, first, last + 1);
  for (const [name, first, last] of blocks) fill(name, first, last);
  fill("accented", 0xc0, 0x24f);
  fill("accented", 0x1e00, 0x1eff);
  for (const sign of [0xd7, 0xf7]) fill("latin mark", sign, sign);
  fill("control", 0, 0x1f);
  fill("control", 0x7f, 0x7f);
  for (const group of marks) for (const mark of group) fill(`mark ${group}`, mark.charCodeAt(0), mark.charCodeAt(0));
  fill("digit", 0x30, 0x39);
  fill("upper", 0x41, 0x5a);
  fill("lower", 0x61, 0x7a);
  for (const [name, unit] of [
    ["space", 0x20],
    ["newline", 0x0a],
    ["tab", 0x09],
    ["return", 0x0d],
  ] as const)
    fill(name, unit, unit);
  const hanClasses = hanByRank.map((name) => classOf.get(name) ?? 0);
  rankHan((unit, rank) => {
    table[unit] = hanClasses[rank] ?? 0;
  });
  return table;
}

/**
 * Chinese characters by how many of twelve vocabularies have them as one token: 3 to 5, 6 to 8, 9 or more. The others
 * cost two or three. Packed: each character is a step of 1 to 29 and a rank of 1 to 3; `~` is a step of 29 alone.
 */
function rankHan(assign: (unit: number, rank: number) => void): void {
  let unit = 0x4dff;
  for (let at = 0; at < hanRanks.length; at++) {
    const value = hanRanks.charCodeAt(at) - 35;
    if (value === 91) unit += 29;
    else {
      unit += Math.floor(value / 3) + 1;
      assign(unit, (value % 3) + 1);
    }
  }
}

/** Letters told apart in pairs: 1 to 26 for a to z, small or capital; 0 is no such letter. */
const latinLetters = 27;
/** Row 0 is longer than the others: from here on, it has the letters of scripts whose languages differ by single letters. */
export const firstLetterColumn = 32;
const cyrillicLetters = 32;
const arabicLetters = 80;
export const letterColumns = 96;

/** What each unit is in the table of pairs of letters. */
export function tableOfLetters(): Uint8Array {
  const table = new Uint8Array(0x10000);
  for (let letter = 1; letter < latinLetters; letter++) {
    table[0x40 + letter] = letter;
    table[0x60 + letter] = letter;
  }
  // The 32 letters of Russian, small and capital alike; then sixteen of other languages; then the rest by sixteens.
  for (let unit = 0x400; unit < 0x530; unit++) {
    const russian = unit >= 0x410 && unit < 0x450;
    const beyond = unit < 0x460 ? 32 + (unit & 15) : 33 + ((unit >> 4) & 15);
    table[unit] = cyrillicLetters + (russian ? (unit - 0x410) & 31 : beyond);
  }
  // Signs, letters, vowel signs; then by sixteens what Persian, Urdu and others add.
  for (let unit = 0x600; unit < 0x700; unit++) {
    const sign = [0x621, 0x640, 0x64b, 0x660, 0x670].filter((first) => unit >= first).length;
    table[unit] = arabicLetters + (unit < 0x670 ? sign : 5 + ((unit >> 4) & 7));
  }
  return table;
}
