// A long piece, encoded in windows and by search, gives what merging all of it as defined gives.
import { expect, test } from "vitest";
import {
  alphabets,
  type Dice,
  dice,
  madeVocabulary,
  type PackedName,
  packedNames,
  packedVocabulary,
  pick,
  plainMerge,
  randomText,
} from "../../../test/tokens/plain-merge.js";
import { Characters } from "./characters.js";
import { LongPiece } from "./long-piece.js";
import { Merger } from "./merge.js";
import { PairRanks } from "./pair-ranks.js";
import { TokenPairs } from "./token-pairs.js";
import { TokenPrefixes } from "./token-prefixes.js";
import type { Vocabulary } from "./vocabulary.js";

function longPiece(vocabulary: Vocabulary): LongPiece {
  const pairRanks = new PairRanks(vocabulary);
  return new LongPiece(
    new TokenPairs(pairRanks),
    new TokenPrefixes(vocabulary),
    new Merger(pairRanks, new Characters(vocabulary)),
  );
}

function encoded(long: LongPiece, bytes: Uint8Array, bytesAStep = Number.POSITIVE_INFINITY): readonly number[] {
  long.begin(0, bytes.length);
  while (!long.advance(bytes, bytesAStep));
  return Array.from({ length: long.count }, (_, index) => long.idAt(index));
}

/** Tokens that hardly come together, one after the other. */
function concatenated(vocabulary: Vocabulary, roll: Dice): Uint8Array {
  const tokens = Array.from(
    { length: 4 + roll(60) },
    () => vocabulary.bytesOf(roll(vocabulary.size)) ?? new Uint8Array(),
  );
  // What is no UTF-8 becomes U+FFFD: a text is what is encoded.
  return Buffer.from(Buffer.concat(tokens).toString("utf8"));
}

function faults(vocabulary: Vocabulary, texts: Iterable<Uint8Array>, roll: Dice): readonly string[] {
  const long = longPiece(vocabulary);
  return [...texts]
    .filter((bytes) => {
      const step = roll(2) === 0 ? Number.POSITIVE_INFINITY : 1 + roll(200);
      return bytes.length > 0 && encoded(long, bytes, step).join() !== plainMerge(vocabulary, bytes).join();
    })
    .map((bytes) => Buffer.from(bytes).toString("hex"));
}

test.each(packedNames)("%s: random texts", (name: PackedName) => {
  const roll = dice(9);
  const texts = Array.from({ length: 800 }, () => Buffer.from(randomText(roll, roll(8) === 0 ? 700 : 150)));
  expect(faults(packedVocabulary(name), texts, roll)).toEqual([]);
});

test.each(packedNames)("%s: rare tokens in a row", (name: PackedName) => {
  const roll = dice(10);
  const vocabulary = packedVocabulary(name);
  const texts = Array.from({ length: 600 }, () => concatenated(vocabulary, roll));
  expect(faults(vocabulary, texts, roll)).toEqual([]);
});

test("made vocabularies, whose texts of few letters change far back by what follows", () => {
  const roll = dice(11);
  for (let run = 0; run < 60; run++) {
    const letters = pick(roll, ["a", "ab", "ab", "abc"]);
    const vocabulary = madeVocabulary(roll, letters, 3 + roll(60));
    const texts = Array.from({ length: 8 }, () =>
      Uint8Array.from({ length: 1 + roll(400) }, () => letters.charCodeAt(roll(letters.length))),
    );
    expect(faults(vocabulary, texts, roll)).toEqual([]);
  }
});

test("whatever number of letters a run has decides where its tokens begin, and is not known until its end", () => {
  const roll = dice(12);
  for (const size of [2, 3, 5, 8, 13]) {
    const vocabulary = madeVocabulary(roll, "a", size);
    const texts = Array.from({ length: 300 }, (_, length) => new Uint8Array(length + 1).fill(97));
    expect(faults(vocabulary, texts, roll)).toEqual([]);
  }
});

test("the places of its tokens are where their bytes end, wherever the piece begins", () => {
  const vocabulary = packedVocabulary("o200k_base");
  const bytes = Buffer.from(`xx${(alphabets[3] ?? "").repeat(20)}yy`);
  const long = longPiece(vocabulary);
  long.begin(2, bytes.length - 2);
  long.advance(bytes, Number.POSITIVE_INFINITY);
  let end = 2;
  for (let index = 0; index < long.count; index++) {
    end += vocabulary.lengthOf(long.idAt(index));
    expect(long.endAt(index)).toBe(end);
  }
  expect(end).toBe(bytes.length - 2);
});
