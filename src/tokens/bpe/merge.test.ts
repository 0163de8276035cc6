// Merging with keys in blocks gives what merging as it is defined gives.
import { expect, test } from "vitest";
import {
  dice,
  madeVocabulary,
  packedNames,
  packedVocabulary,
  pick,
  plainMerge,
  randomText,
} from "../../../test/tokens/plain-merge.js";
import { Characters } from "./characters.js";
import { Merger, mergedBytes } from "./merge.js";
import { PairRanks } from "./pair-ranks.js";
import type { Vocabulary } from "./vocabulary.js";

function merged(merger: Merger, bytes: Uint8Array, from: number, to: number): readonly number[] {
  const parts = merger.merge(bytes, from, to);
  return [...merger.ids.subarray(0, parts)];
}

/** Bytes of a random text that are merged otherwise; undefined where none are. */
function fault(vocabulary: Vocabulary, merger: Merger, bytes: Uint8Array): string | undefined {
  const given = merged(merger, bytes, 0, bytes.length);
  const bounds = [...merger.bounds.subarray(0, given.length + 1)];
  const lengths = given.map((id) => vocabulary.lengthOf(id));
  const placed = bounds.every(
    (bound, part) => bound === lengths.slice(0, part).reduce((sum, length) => sum + length, 0),
  );
  const right = placed && given.join() === plainMerge(vocabulary, bytes).join();
  return right ? undefined : Buffer.from(bytes).toString("hex");
}

test.each(packedNames)("%s: random texts are merged as defined, with whole characters and without", (name) => {
  const roll = dice(1);
  const vocabulary = packedVocabulary(name);
  const pairRanks = new PairRanks(vocabulary);
  const mergers = [new Merger(pairRanks), new Merger(pairRanks, new Characters(vocabulary))];
  const faults: unknown[] = [];
  for (let run = 0; run < 3_000; run++) {
    const text = Buffer.from(randomText(roll, run % 20 === 0 ? 200 : 40));
    // Cut anywhere: a token may begin within a character, and a window may end in one.
    const from = roll(3) === 0 ? roll(4) % text.length : 0;
    const bytes = text.subarray(from, Math.min(text.length, from + 1 + roll(mergedBytes)));
    for (const merger of mergers) faults.push(fault(vocabulary, merger, bytes));
  }
  expect(faults.filter((found) => found !== undefined)).toEqual([]);
});

test("so are letters of made vocabularies, where spellings are many and ranks in no good order", () => {
  const roll = dice(2);
  const faults: unknown[] = [];
  for (let run = 0; run < 60; run++) {
    const letters = pick(roll, ["ab", "abc", "abcd"]);
    const vocabulary = madeVocabulary(roll, letters, 4 + roll(120));
    const merger = new Merger(new PairRanks(vocabulary));
    for (let text = 0; text < 30; text++) {
      const bytes = Uint8Array.from({ length: 1 + roll(120) }, () => letters.charCodeAt(roll(letters.length)));
      faults.push(fault(vocabulary, merger, bytes));
    }
  }
  expect(faults.filter((found) => found !== undefined)).toEqual([]);
});

test("bytes before and behind do not matter, up to 256 at once", () => {
  const vocabulary = packedVocabulary("cl100k_base");
  const merger = new Merger(new PairRanks(vocabulary), new Characters(vocabulary));
  const bytes = Buffer.from("hamburger".repeat(40));
  for (const [from, to] of [
    [0, 1],
    [3, 4],
    [5, 12],
    [7, 7 + mergedBytes],
  ] as const)
    expect(merged(merger, bytes, from, to), `${from} to ${to}`).toEqual(
      plainMerge(vocabulary, bytes.subarray(from, to)),
    );
});

test("the two that were joined last are told", () => {
  const vocabulary = packedVocabulary("cl100k_base");
  const merger = new Merger(new PairRanks(vocabulary));
  const id = (text: string) => vocabulary.find(Buffer.from(text), 0, text.length);
  const bytes = Buffer.from(" the");
  expect(merged(merger, bytes, 0, 4)).toEqual([id(" the")]);
  expect([merger.lastLeft, merger.lastRight]).toEqual([id(" th"), id("e")]);
});
