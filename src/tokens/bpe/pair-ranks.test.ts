// A rank that is remembered is the rank of just these two.
import { expect, test } from "vitest";
import { dice, packedVocabulary, pick } from "../../../test/tokens/plain-merge.js";
import { PairRanks } from "./pair-ranks.js";
import { hashFactor, noToken } from "./vocabulary.js";

const vocabulary = packedVocabulary("cl100k_base");
const bytesOf = (id: number) => vocabulary.bytesOf(id) ?? new Uint8Array();

test("more pairs than are remembered, in turns: each has the id of its bytes together", () => {
  const roll = dice(3);
  const ranks = new PairRanks(vocabulary);
  const pairs = Array.from({ length: 20_000 }, () => [roll(2_000), roll(2_000)] as const);
  let found = 0;
  const wrong = Array.from({ length: 60_000 }, () => pick(roll, pairs)).filter(([left, right]) => {
    const bytes = Buffer.concat([bytesOf(left), bytesOf(right)]);
    const id = vocabulary.find(bytes, 0, bytes.length);
    if (id !== noToken) found++;
    if (roll(2) === 0) return ranks.of(left, right) !== id;
    const hash = bytes.reduce((sum, byte) => (Math.imul(sum, hashFactor) + byte) | 0, 0);
    return ranks.ofBytes(left, right, bytes, 0, bytes.length, hash) !== id;
  });
  expect(wrong).toEqual([]);
  expect(found).toBeGreaterThan(100);
});
