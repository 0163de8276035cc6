// Two tokens hold side by side exactly where merging their bytes gives these two.
import { expect, test } from "vitest";
import {
  type Dice,
  dice,
  madeVocabulary,
  packedNames,
  packedVocabulary,
  plainMerge,
} from "../../../test/tokens/plain-merge.js";
import { Merger } from "./merge.js";
import { PairRanks } from "./pair-ranks.js";
import { TokenPairs } from "./token-pairs.js";
import type { Vocabulary } from "./vocabulary.js";

/** Random pairs; of the ids most are low, where tokens are short and join with many. */
function* pairsOf(vocabulary: Vocabulary, roll: Dice, count: number): Generator<readonly [number, number]> {
  for (let pair = 0; pair < count; pair++) {
    const below = () => (roll(3) === 0 ? vocabulary.size : Math.min(vocabulary.size, 2_000));
    yield [roll(below()), roll(below())];
  }
}

function compare(vocabulary: Vocabulary, roll: Dice, count: number) {
  const pairs = new TokenPairs(new PairRanks(vocabulary));
  const wrong: unknown[] = [];
  let held = 0;
  for (const [left, right] of pairsOf(vocabulary, roll, count)) {
    const [first, second] = [vocabulary.bytesOf(left), vocabulary.bytesOf(right)];
    if (first === undefined || second === undefined) continue;
    const reachable = [first, second].every((bytes) => plainMerge(vocabulary, bytes).length === 1);
    if (reachable !== (pairs.reachable(left) && pairs.reachable(right))) wrong.push(["reachable", left, right]);
    if (!reachable) continue;
    const holds = plainMerge(vocabulary, Buffer.concat([first, second])).join() === `${left},${right}`;
    if (holds) held++;
    if (pairs.hold(left, right) !== holds) wrong.push([left, right]);
  }
  return { wrong, held };
}

test.each(packedNames)(
  "%s: every token is joined of two that come before it, which is what undoing joins stands on",
  (name) => {
    const vocabulary = packedVocabulary(name);
    const merger = new Merger(new PairRanks(vocabulary));
    const wrong: number[] = [];
    for (let id = 0; id < vocabulary.size; id++) {
      const bytes = vocabulary.bytesOf(id);
      if (bytes === undefined || bytes.length === 1) continue;
      const parts = merger.merge(bytes, 0, bytes.length);
      if (parts > 1 || Math.max(merger.lastLeft, merger.lastRight) >= id) wrong.push(id);
    }
    expect(wrong).toEqual([]);
  },
);

test.each(packedNames)("%s: 5,000 random pairs", (name) => {
  const { wrong, held } = compare(packedVocabulary(name), dice(4), 5_000);
  expect(wrong).toEqual([]);
  expect(held).toBeGreaterThan(400);
});

test("made vocabularies with spellings that merging never gives: 5,000 random pairs", () => {
  const roll = dice(5);
  let heldInAll = 0;
  for (let run = 0; run < 20; run++) {
    const { wrong, held } = compare(madeVocabulary(roll, "abc", 10 + roll(200)), roll, 300);
    expect(wrong).toEqual([]);
    heldInAll += held;
  }
  expect(heldInAll).toBeGreaterThan(400);
});

test("a pair is judged the same when it is asked for again", () => {
  const pairs = new TokenPairs(new PairRanks(packedVocabulary("cl100k_base")));
  const roll = dice(6);
  const asked = Array.from({ length: 30_000 }, () => [roll(5_000), roll(5_000)] as const);
  const judge = () => asked.map(([left, right]) => pairs.hold(left, right));
  expect(judge()).toEqual(judge());
});
