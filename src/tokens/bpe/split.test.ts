// The splitters against tiktoken's own patterns, written for JavaScript. Only characters whose class is the same in its tables.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Dice, dice, pick, randomText } from "../../../test/tokens/plain-merge.js";
import { characterClass, readCharacterClasses } from "./character-class.js";
import { blockOf, kindAt, type Splitter, widthOf } from "./scan.js";
import { splitCl100k } from "./split-cl100k.js";
import { splitGpt2 } from "./split-gpt2.js";
import { splitO200k } from "./split-o200k.js";

const classes = readCharacterClasses(readFileSync(new URL("../data/character-classes.bin", import.meta.url)));

// JavaScript's \s is not White_Space, it has no possessive quantifiers (here they change no match), and no case folding of a part.
const space = "\\p{White_Space}";
const contraction = "'(?:[sdmtſSDMT]|[lL][lL]|[vV][eE]|[rR][eE])";
const upper = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
const lower = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
const leading = "[^\\r\\n\\p{L}\\p{N}]?";
const symbol = `[^${space}\\p{L}\\p{N}]`;

const patterns: readonly (readonly [string, Splitter, readonly string[]])[] = [
  [
    "o200k",
    splitO200k,
    [
      `${leading}${upper}*${lower}+(?:${contraction})?`,
      `${leading}${upper}+${lower}*(?:${contraction})?`,
      "\\p{N}{1,3}",
      ` ?${symbol}+[\\r\\n/]*`,
      `${space}*[\\r\\n]+`,
      `${space}+(?!\\P{White_Space})`,
      `${space}+`,
    ],
  ],
  [
    "cl100k",
    splitCl100k,
    [
      contraction,
      `${leading}\\p{L}+`,
      "\\p{N}{1,3}",
      ` ?${symbol}+[\\r\\n]*`,
      `${space}+$`,
      `${space}*[\\r\\n]`,
      `${space}+(?!\\P{White_Space})`,
      space,
    ],
  ],
  [
    "gpt2",
    splitGpt2,
    [
      "'(?:[sdmt]|ll|ve|re)",
      " ?\\p{L}+",
      " ?\\p{N}+",
      ` ?${symbol}+`,
      `${space}+$`,
      `${space}+(?!\\P{White_Space})`,
      space,
    ],
  ],
];

function blocksOf(bytes: Uint8Array): Uint8Array {
  const blocks = new Uint8Array(blockOf(bytes.length) + 1);
  for (let here = 0; here < bytes.length; here += widthOf(bytes[here] ?? 0)) {
    const block = blockOf(here);
    blocks[block] = (blocks[block] ?? 0) | kindAt(bytes, classes, here);
  }
  return blocks;
}

function piecesOf(split: Splitter, text: string): readonly string[] {
  // What stands behind the text must not matter.
  const bytes = Buffer.from(`${text}'s a\n`);
  const end = Buffer.byteLength(text);
  const pieces: string[] = [];
  for (let at = 0; at < end; ) {
    const next = split(bytes, classes, at, end);
    pieces.push(bytes.toString("utf8", at, next));
    at = next;
  }
  return pieces;
}

const byClass: readonly (readonly [RegExp, number])[] = [
  [/[\r\n]/, characterClass.newline],
  [/\p{White_Space}/u, characterClass.space],
  [/[\p{Lu}\p{Lt}]/u, characterClass.upper],
  [/\p{Ll}/u, characterClass.lower],
  [/\p{L}/u, characterClass.letter],
  [/\p{M}/u, characterClass.mark],
  [/\p{N}/u, characterClass.number],
];
const classInRegex = (character: string) =>
  byClass.find(([pattern]) => pattern.test(character))?.[1] ?? characterClass.other;
const agreed = (character: string) => classInRegex(character) === classes[character.codePointAt(0) ?? 0];

/** One or more of each kind that a pattern tells apart. */
const kinds = [
  "a",
  "bc",
  "A",
  "BC",
  "ǅ",
  "ʰ",
  "中",
  "ª",
  "\u0301",
  "\u0301\u0308",
  "1",
  "½",
  "٣",
  "Ⅷ",
  "!",
  "😀",
  "/",
  "'",
  "'s",
  "'S",
  "'ſ",
  "'ll",
  "'LL",
  "'lL",
  "'re",
  "'Ve",
  "'x",
  "'l",
  " ",
  "  ",
  "\t",
  "\u00a0",
  "\u3000",
  "\u0085",
  "\u2028",
  "\n",
  "\r\n",
  "\0",
  "\ufeff",
  "_",
  "<|endoftext|>",
  "é",
  "ß",
  "я",
  "ʼ",
];

function randomPoint(roll: Dice): string {
  for (;;) {
    const point = roll(pick(roll, [0x80, 0x250, 0x3000, 0x1_0000, 0x11_0000]));
    const character = String.fromCodePoint(point);
    if ((point < 0xd800 || point > 0xdfff) && agreed(character)) return character;
  }
}

const mixed = (roll: Dice, most: number, part: (roll: Dice) => string) =>
  Array.from({ length: roll(most) }, () => part(roll)).join("");

describe.each(patterns)("%s", (_, split, alternatives) => {
  const pattern = new RegExp(alternatives.join("|"), "gu");
  const faults = (texts: readonly string[]) =>
    texts
      .filter((text) => JSON.stringify(piecesOf(split, text)) !== JSON.stringify(text.match(pattern) ?? []))
      .map((text) => JSON.stringify([text, piecesOf(split, text), text.match(pattern)]));

  test("kinds of characters in any order", () => {
    expect(kinds.flatMap((kind) => [...kind]).filter((character) => !agreed(character))).toEqual([]);
    const roll = dice(20);
    const pairs = kinds.flatMap((first) => kinds.map((second) => first + second));
    const triples = pairs.flatMap((first) => kinds.map((second) => first + second));
    const longer = Array.from({ length: 8_000 }, () => mixed(roll, 14, (dices) => pick(dices, kinds)));
    expect(faults([...kinds, ...pairs, ...triples, ...longer])).toEqual([]);
  });

  test("any characters", () => {
    const roll = dice(21);
    expect(faults(Array.from({ length: 5_000 }, () => mixed(roll, 20, randomPoint)))).toEqual([]);
  });

  test("texts of few characters, and runs", () => {
    const roll = dice(22);
    // Halves of characters become U+FFFD on the way to UTF-8.
    const texts = Array.from({ length: 3_000 }, () => Buffer.from(randomText(roll, 100)).toString()).filter((text) =>
      [...text].every(agreed),
    );
    expect(texts.length).toBeGreaterThan(2_000);
    expect(faults(texts)).toEqual([]);
  });
});

describe.each(patterns)("%s, where the kinds in each block are known", (_, split) => {
  test("splits texts over many blocks as it does without", () => {
    const roll = dice(23);
    const runs = [
      "a",
      "A",
      "中",
      "\u0301",
      "é",
      "ǅ",
      " ",
      "\u3000",
      "\n",
      "\r\n",
      "!",
      "/",
      "😀",
      "1",
      "½",
      "'s",
      "ж",
      "Ж",
    ];
    const wrong: string[] = [];
    for (let run = 0; run < 150; run++) {
      const parts = Array.from({ length: 1 + roll(5) }, () =>
        pick(roll, runs).repeat(1 + roll(pick(roll, [3, 9_000]))),
      );
      const bytes = Buffer.from(parts.join(pick(roll, ["", " ", "x", "'s"])));
      const blocks = blocksOf(bytes);
      for (let at = 0; at < bytes.length; ) {
        const end = split(bytes, classes, at, bytes.length);
        if (split(bytes, classes, at, bytes.length, blocks) !== end)
          wrong.push(`${at} ${parts.map((part) => [part[0], part.length])}`);
        at = end;
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("well-known pieces", () => {
  const examples: readonly (readonly [Splitter, string, readonly string[]])[] = [
    [splitO200k, "don't DON'T donſ'ſ", ["don't", " DON'T", " donſ'ſ"]],
    [splitCl100k, "don't DON'T x'ſ", ["don", "'t", " DON", "'T", " x", "'ſ"]],
    [splitGpt2, "don't DON'T", ["don", "'t", " DON", "'", "T"]],
    [splitO200k, "HTTPServer", ["HTTPServer"]],
    [splitO200k, "camelCase", ["camel", "Case"]],
    [splitO200k, "\u0301abc", ["\u0301abc"]],
    [splitO200k, "1234567", ["123", "456", "7"]],
    [splitGpt2, "1234567", ["1234567"]],
    [splitO200k, "a  \n  b   ", ["a", "  \n", " ", " b", "   "]],
    [splitCl100k, "a  \n  b   ", ["a", "  \n", " ", " b", "   "]],
    [splitGpt2, "a  \n  b   ", ["a", "  \n ", " b", "   "]],
    [splitO200k, "x!//\n\n/y", ["x", "!//\n\n/", "y"]],
    [splitCl100k, "x!//\n\n/y", ["x", "!//\n\n", "/y"]],
  ];

  test.each(examples)("%o %j", (split, text, pieces) => {
    expect(piecesOf(split, text)).toEqual(pieces);
  });
});

describe("character classes", () => {
  test("agree with JavaScript's for all characters that both know", () => {
    let different = 0;
    for (let point = 0; point < 0x11_0000; point++) {
      const character = String.fromCodePoint(point);
      // What the one does not know yet is `other` there. A letter may have changed its kind from version to version.
      const newer = classes[point] === characterClass.other || /\p{Cn}/u.test(character);
      if (!agreed(character) && !newer) different++;
    }
    expect(different).toBeLessThan(5);
  });
});
