import fc from "fast-check";
import { expect, test } from "vitest";
import { usdText } from "../canonical/money.js";
import { noUsage, type Usage } from "../canonical/usage.js";
import type { DatedPrice } from "../catalog/model.js";
import { costAtMost, costOfUsage } from "./cost.js";

const usage = (counts: Partial<Usage>): Usage => ({ ...noUsage, provenance: "reported", ...counts });
/** GPT-4o's: 2.50 and 10 dollars per million tokens. */
const gpt4o: DatedPrice = { inputPicoUsd: 2_500_000, outputPicoUsd: 10_000_000, cacheReadPicoUsd: 1_250_000 };

test("500 tokens in and 200 out at $2.50 and $10 per million cost $0.00325", () => {
  const cost = costOfUsage(gpt4o, usage({ inputTokens: 500, outputTokens: 200 }));
  expect(cost).toBe(3_250_000);
  expect(usdText(cost)).toBe("0.00325");
});

test("tokens read from a cache are taken out of the input and priced apart", () => {
  expect(costOfUsage(gpt4o, usage({ inputTokens: 1_000, cacheReadTokens: 800 }))).toBe(200 * 2_500 + 800 * 1_250);
});

test("writing to a cache has a price of its own for each lifetime", () => {
  const price = { ...gpt4o, cacheWritePicoUsd: 3_125_000, cacheWrite1hPicoUsd: 5_000_000 };
  const counts = usage({ inputTokens: 1_000, cacheWriteTokens: 300, cacheWrite1hTokens: 200 });
  expect(costOfUsage(price, counts)).toBe(500 * 2_500 + 300 * 3_125 + 200 * 5_000);
});

test("where the price list is silent on a cache, its tokens cost what input costs", () => {
  const price = { inputPicoUsd: 1_000, outputPicoUsd: 0 };
  const counts = { inputTokens: 10, cacheReadTokens: 3, cacheWriteTokens: 3, cacheWrite1hTokens: 3 };
  expect(costOfUsage(price, usage(counts))).toBe(10);
});

test("reasoning is part of the output and is not paid twice", () => {
  expect(costOfUsage(gpt4o, usage({ outputTokens: 100, reasoningTokens: 90 }))).toBe(1_000_000);
});

test("a tier's price holds for the whole request once the input exceeds its bound", () => {
  const price: DatedPrice = {
    inputPicoUsd: 1_000_000,
    outputPicoUsd: 4_000_000,
    above: [
      { inputTokens: 400, inputPicoUsd: 4_000_000, outputPicoUsd: 9_000_000 },
      { inputTokens: 200, inputPicoUsd: 2_000_000, outputPicoUsd: 6_000_000 },
    ],
  };
  const cost = (inputTokens: number) => costOfUsage(price, usage({ inputTokens, outputTokens: 1 }));
  expect(cost(200)).toBe(200 * 1_000 + 4_000);
  expect(cost(201)).toBe(201 * 2_000 + 6_000);
  expect(cost(401)).toBe(401 * 4_000 + 9_000);
});

test("a fraction of a nano-dollar is rounded up once, not for each part", () => {
  const price = { inputPicoUsd: 1, outputPicoUsd: 1, cacheReadPicoUsd: 1 };
  const counts = usage({ inputTokens: 2, cacheReadTokens: 1, outputTokens: 1 });
  expect(costOfUsage(price, counts)).toBe(1);
  expect(costOfUsage(price, usage({ inputTokens: 999, outputTokens: 1 }))).toBe(1);
  expect(costOfUsage(price, usage({ inputTokens: 1_000, outputTokens: 1 }))).toBe(2);
});

test("negative counts and fractions from outside never make money", () => {
  expect(costOfUsage(gpt4o, usage({ inputTokens: -5, outputTokens: -1 }))).toBe(0);
  expect(costOfUsage(gpt4o, usage({ inputTokens: 1.9 }))).toBe(2_500);
});

const pico = fc.integer({ min: 0, max: 200_000_000 });
const tokenPrices = fc.record(
  {
    inputPicoUsd: pico,
    outputPicoUsd: pico,
    cacheReadPicoUsd: pico,
    cacheWritePicoUsd: pico,
    cacheWrite1hPicoUsd: pico,
  },
  { requiredKeys: ["inputPicoUsd", "outputPicoUsd"] },
);
const tier = fc
  .tuple(tokenPrices, fc.integer({ min: 1, max: 1_000_000 }))
  .map(([prices, inputTokens]) => ({ ...prices, inputTokens }));
const datedPrice: fc.Arbitrary<DatedPrice> = fc
  .tuple(tokenPrices, fc.array(tier, { maxLength: 3 }))
  .map(([prices, above]) => ({ ...prices, above }));
const count = fc.integer({ min: 0, max: 500_000 });
/** Usage whose parts are disjoint, as every dialect reads it. */
const anyUsage = fc
  .tuple(count, count, count, count, count)
  .map(([plain, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens, outputTokens]) => ({
    ...noUsage,
    inputTokens: plain + cacheReadTokens + cacheWriteTokens + cacheWrite1hTokens,
    cacheReadTokens,
    cacheWriteTokens,
    cacheWrite1hTokens,
    outputTokens,
  }));

test("the cost is the exact sum of its parts, rounded up", () => {
  fc.assert(
    fc.property(tokenPrices, anyUsage, (price, counts) => {
      const write = price.cacheWritePicoUsd ?? price.inputPicoUsd;
      const plain = counts.inputTokens - counts.cacheReadTokens - counts.cacheWriteTokens - counts.cacheWrite1hTokens;
      const parts: readonly (readonly [number, number])[] = [
        [plain, price.inputPicoUsd],
        [counts.cacheReadTokens, price.cacheReadPicoUsd ?? price.inputPicoUsd],
        [counts.cacheWriteTokens, write],
        [counts.cacheWrite1hTokens, price.cacheWrite1hPicoUsd ?? write],
        [counts.outputTokens, price.outputPicoUsd],
      ];
      const exact = parts.reduce((sum, [tokens, each]) => sum + BigInt(tokens) * BigInt(each), 0n);
      const nano = BigInt(costOfUsage(price, counts));
      expect(nano * 1_000n >= exact && (nano - 1n) * 1_000n < exact).toBe(true);
    }),
  );
});

test("what is held covers every usage within the bounds, whatever tier it falls into", () => {
  fc.assert(
    fc.property(datedPrice, anyUsage, count, count, (price, counts, moreIn, moreOut) => {
      const atMost = costAtMost(price, counts.inputTokens + moreIn, counts.outputTokens + moreOut);
      expect(atMost).toBeGreaterThanOrEqual(costOfUsage(price, counts));
    }),
    { numRuns: 500 },
  );
});
