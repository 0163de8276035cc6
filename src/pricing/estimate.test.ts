import fc from "fast-check";
import { expect, test } from "vitest";
import { usdText } from "../canonical/money.js";
import { noUsage } from "../canonical/usage.js";
import type { DatedPrice } from "../catalog/model.js";
import { knownProviders } from "../catalog/providers.js";
import { costOfUsage } from "./cost.js";
import { type CostEstimate, type CostQuestion, estimateCost } from "./estimate.js";

/** GPT-4o's: 2.50 and 10 dollars per million tokens, 1.25 from the cache. */
const gpt4o: DatedPrice = { inputPicoUsd: 2_500_000, outputPicoUsd: 10_000_000, cacheReadPicoUsd: 1_250_000 };
/** A Claude's: writing to the cache costs more than plain input. */
const claude: DatedPrice = {
  inputPicoUsd: 3_000_000,
  outputPicoUsd: 15_000_000,
  cacheReadPicoUsd: 300_000,
  cacheWritePicoUsd: 3_750_000,
  cacheWrite1hPicoUsd: 6_000_000,
};

function known(estimate: CostEstimate) {
  if (estimate.state !== "known") throw new Error(`the estimate is unknown: ${estimate.why}`);
  return estimate;
}

const ask = (price: DatedPrice, more: Partial<CostQuestion> = {}) =>
  known(estimateCost({ price, input: { likely: 500, atMost: 500 }, output: { likely: 200, most: 1_000 }, ...more }));

test("500 tokens in and 200 out at $2.50 and $10 a million are likely to cost $0.00325", () => {
  const { least, likely, most } = ask(gpt4o);
  expect(usdText(likely.costNanoUsd)).toBe("0.00325");
  expect(likely).toMatchObject({ inputTokens: 500, outputTokens: 200, inputPrice: "plain" });
  expect(usdText(least.costNanoUsd)).toBe("0.00126");
  expect(usdText(most.costNanoUsd)).toBe("0.01125");
});

test("the least reads from the cache what can be there, and answers with one token", () => {
  const { least } = ask(gpt4o, { input: { likely: 500, atMost: 500, cacheable: 400 } });
  expect(least).toEqual({
    costNanoUsd: 100 * 2_500 + 400 * 1_250 + 10_000,
    inputTokens: 500,
    cacheReadTokens: 400,
    outputTokens: 1,
    inputPrice: "cache-read",
  });
});

test("no more than the input comes from the cache, and none where that saves nothing", () => {
  expect(ask(gpt4o, { input: { likely: 5, atMost: 5, cacheable: 9 } }).least.cacheReadTokens).toBe(5);
  const price = { inputPicoUsd: 1_000_000, outputPicoUsd: 0 };
  const input = { likely: 5, atMost: 5, cacheable: 5 };
  expect(ask(price, { input }).least).toMatchObject({ cacheReadTokens: 0, inputPrice: "plain" });
  expect(ask({ ...price, cacheReadPicoUsd: 2_000_000 }, { input }).least.costNanoUsd).toBe(5_000);
});

test("the most takes the bound of the input at the dearest price, and the whole output limit", () => {
  const { most } = ask(claude, { input: { likely: 500, atMost: 550 } });
  expect(most).toMatchObject({ inputTokens: 550, outputTokens: 1_000, inputPrice: "cache-write" });
  expect(most.costNanoUsd).toBe(550 * 6_000 + 1_000 * 15_000);
  expect(ask(gpt4o).most.inputPrice).toBe("plain");
});

test("a batch costs its share of the list price, and says so", () => {
  const estimate = ask(claude, { batch: { discountPercent: 50 } });
  expect(estimate).toMatchObject({ batch: true, price: { inputPicoUsd: 1_500_000, outputPicoUsd: 7_500_000 } });
  expect(estimate.likely.costNanoUsd * 2).toBe(ask(claude).likely.costNanoUsd);
  expect(ask(claude).batch).toBe(false);
});

test("an unknown price is a state, not zero; so is a batch price that nobody documents", () => {
  const question = { input: { likely: 1, atMost: 1 }, output: { likely: 1, most: 1 } };
  expect(estimateCost({ price: undefined, ...question })).toEqual({ state: "unknown", why: "no-price" });
  const batch = { discountPercent: undefined };
  expect(estimateCost({ price: gpt4o, ...question, batch })).toEqual({ state: "unknown", why: "no-batch-price" });
});

test("a free model costs nothing, and that is known", () => {
  expect(ask({ inputPicoUsd: 0, outputPicoUsd: 0 })).toMatchObject({ state: "known", most: { costNanoUsd: 0 } });
});

test("bounds below what is likely are raised to it; no number counts as none", () => {
  const { likely, most } = ask(gpt4o, { input: { likely: 500, atMost: 1 }, output: { likely: 200, most: Number.NaN } });
  expect(most.costNanoUsd).toBe(likely.costNanoUsd);
  expect(ask(gpt4o, { output: { likely: 0, most: 0 } }).least.outputTokens).toBe(0);
  expect(ask(gpt4o, { output: { likely: 1, most: Number.POSITIVE_INFINITY } }).most.costNanoUsd).toBeGreaterThan(1e15);
});

test("rows that name a batch discount name a share of the price", () => {
  const discounts = knownProviders.map(({ batchDiscountPercent }) => batchDiscountPercent ?? 50);
  expect(discounts.every((percent) => Number.isInteger(percent) && percent > 0 && percent < 100)).toBe(true);
  expect(knownProviders.filter((row) => row.batchDiscountPercent !== undefined).length).toBeGreaterThan(0);
});

const pico = fc.integer({ min: 0, max: 200_000_000 });
const cachePrices = { cacheReadPicoUsd: pico, cacheWritePicoUsd: pico, cacheWrite1hPicoUsd: pico };
const tokenPrices = fc.record(
  { inputPicoUsd: pico, outputPicoUsd: pico, ...cachePrices },
  { requiredKeys: ["inputPicoUsd", "outputPicoUsd"] },
);
const tier = fc
  .tuple(tokenPrices, fc.integer({ min: 1, max: 1_000_000 }))
  .map(([prices, inputTokens]) => ({ ...prices, inputTokens }));
const datedPrice: fc.Arbitrary<DatedPrice> = fc
  .tuple(tokenPrices, fc.array(tier, { maxLength: 3 }))
  .map(([prices, above]) => ({ ...prices, above }));
const count = fc.integer({ min: 0, max: 500_000 });
const question = fc.record({
  price: datedPrice,
  input: fc.record({ likely: count, atMost: count, cacheable: count }),
  output: fc.record({ likely: count, most: count }),
  batch: fc.option(fc.record({ discountPercent: fc.integer({ min: 0, max: 100 }) }), { nil: undefined }),
});

test("the least is at most the likely, and that at most the most, whatever the tiers", () => {
  fc.assert(
    fc.property(question, (asked) => {
      const { least, likely, most } = known(estimateCost(asked));
      expect(least.costNanoUsd).toBeLessThanOrEqual(likely.costNanoUsd);
      expect(likely.costNanoUsd).toBeLessThanOrEqual(most.costNanoUsd);
      for (const { costNanoUsd } of [least, likely, most]) expect(Number.isInteger(costNanoUsd)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

/** The price with its batch discount, but for what is read from a cache. */
function cacheAtListPrice(price: DatedPrice, list: DatedPrice): DatedPrice {
  const read = list.cacheReadPicoUsd;
  const above = (price.above ?? []).map((tier, index) => {
    const tierRead = list.above?.[index]?.cacheReadPicoUsd;
    return { ...tier, ...(tierRead !== undefined && { cacheReadPicoUsd: tierRead }) };
  });
  return { ...price, ...(read !== undefined && { cacheReadPicoUsd: read }), above };
}

test("no usage within the bounds costs more than the most, batch or not, tiers and caches included", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const shares = fc.record({ input: share, output: share, read: share, write: share, write1h: share });
  fc.assert(
    fc.property(question, shares, (asked, part) => {
      const { most, price } = known(estimateCost(asked));
      const inputTokens = Math.floor(most.inputTokens * part.input);
      const cacheReadTokens = Math.floor(inputTokens * part.read);
      const cacheWriteTokens = Math.floor((inputTokens - cacheReadTokens) * part.write);
      const cacheWrite1hTokens = Math.floor((inputTokens - cacheReadTokens - cacheWriteTokens) * part.write1h);
      const caches = { cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens };
      const outputTokens = Math.floor(most.outputTokens * part.output);
      const usage = { ...noUsage, inputTokens, outputTokens, ...caches };
      expect(costOfUsage(price, usage)).toBeLessThanOrEqual(most.costNanoUsd);
      expect(costOfUsage(cacheAtListPrice(price, asked.price), usage)).toBeLessThanOrEqual(most.costNanoUsd);
    }),
    { numRuns: 500 },
  );
});
