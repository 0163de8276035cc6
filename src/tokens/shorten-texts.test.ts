import fc from "fast-check";
import { expect, test } from "vitest";
import { shortenTexts } from "./shorten-texts.js";

const count = (text: string) => text.length;
const texts = (lengths: readonly number[]) => lengths.map((length) => ({ text: "x".repeat(length), tokens: length }));
const lengthsOf = (lengths: readonly number[], budget: number) =>
  shortenTexts(texts(lengths), budget, count)?.map(({ length }) => length);

test("only the longest are cut, to one common length", () => {
  const [short, long = 0, shortest, longest = 0] = lengthsOf([100, 900, 50, 2_000], 1_150) ?? [];
  expect([short, shortest]).toEqual([100, 50]);
  for (const cut of [long, longest]) {
    expect(cut).toBeGreaterThan(485);
    expect(cut).toBeLessThanOrEqual(500);
  }
  expect(lengthsOf([100, 900], 1_000)).toEqual([100, 900]);
});

test("where too little of a text would be left, none is made", () => {
  expect(lengthsOf([500, 500], 64)).toEqual([32, 32]);
  expect(lengthsOf([500, 500], 63)).toBeUndefined();
  expect(lengthsOf([], -1)).toBeUndefined();
  expect(lengthsOf([], 0)).toEqual([]);
});

test("what is made fits, and no text grows", () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 20 });
  fc.assert(
    fc.property(lengths, fc.integer({ min: -100, max: 20_000 }), (given, budget) => {
      const made = lengthsOf(given, budget);
      if (made === undefined) return;
      expect(made.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(budget);
      for (const [index, length] of made.entries()) expect(length).toBeLessThanOrEqual(given[index] ?? 0);
    }),
  );
});
