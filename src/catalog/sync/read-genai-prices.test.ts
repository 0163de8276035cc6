// The dated price list: history, steps, names.
import { expect, test } from "vitest";
import type { Json, JsonObject } from "../../canonical/json.js";
import { readGenaiPrices } from "./read-genai-prices.js";

const ids = new Set(["openai"]);
const read = (...models: readonly Json[]) =>
  readGenaiPrices(
    [
      { id: "openai", models },
      { id: "other", models: [1] },
    ],
    ids,
  );
const fact = (row: JsonObject) => {
  const reading = read({ id: "m", match: { equals: "m" }, ...row });
  return reading.ok ? reading.facts[0] : undefined;
};

test("a price with steps per key is one price with steps", () => {
  const prices = {
    input_mtok: { base: 5, tiers: [{ start: 200_000, price: 10 }] },
    output_mtok: { base: 25, tiers: [{ start: 200_000, price: 37.5 }] },
    cache_read_mtok: 0.5,
    web_searches_kcount: 10,
  };
  expect(fact({ prices })).toEqual({
    provider: "openai",
    model: "m",
    otherNames: [],
    prices: [
      {
        inputPicoUsd: 5_000_000,
        outputPicoUsd: 25_000_000,
        cacheReadPicoUsd: 500_000,
        above: [
          { inputTokens: 200_000, inputPicoUsd: 10_000_000, outputPicoUsd: 37_500_000, cacheReadPicoUsd: 500_000 },
        ],
      },
    ],
  });
});

test("dated prices become a history, the oldest first", () => {
  const prices = [
    { constraint: { start_date: "2025-06-10" }, prices: { input_mtok: 2, output_mtok: 8 } },
    { prices: { input_mtok: 10, output_mtok: 40 } },
  ];
  expect(fact({ prices })?.prices).toEqual([
    { inputPicoUsd: 10_000_000, outputPicoUsd: 40_000_000 },
    { from: "2025-06-10", inputPicoUsd: 2_000_000, outputPicoUsd: 8_000_000 },
  ]);
});

test("only names that the rule means letter for letter are other names", () => {
  const match = { or: [{ equals: "m-2025" }, { starts_with: "m" }, { contains: "x" }, { equals: "m" }] };
  expect(fact({ match, prices: { input_mtok: 1 } })).toMatchObject({ otherNames: ["m-2025"] });
});

test("embeddings have no output price, which is zero", () => {
  expect(fact({ prices: { input_mtok: 0.02 } })?.prices).toEqual([{ inputPicoUsd: 20_000, outputPicoUsd: 0 }]);
});

test("prices per hour of the day or per request are left out without a word", () => {
  const byHour = { start_time: "00:30:00Z", end_time: "16:30:00Z" };
  const reading = read(
    { id: "a", prices: [{ constraint: byHour, prices: { input_mtok: 1, output_mtok: 1 } }] },
    { id: "b", prices: { requests_kcount: 5 } },
  );
  expect(reading).toEqual({ ok: true, facts: [], unreadable: [], unreadableCount: 0 });
});

test.each<[string, Json]>([
  ["a negative price", { id: "b", prices: { input_mtok: -1 } }],
  ["a date that is none", { id: "b", prices: [{ constraint: { start_date: "soon" }, prices: { input_mtok: 1 } }] }],
  ["prices that are none", { id: "b", prices: "cheap" }],
  ["a step without a start", { id: "b", prices: { input_mtok: { base: 1, tiers: [{ price: 2 }] } } }],
  [
    "a step that starts nowhere",
    { id: "b", prices: { input_mtok: { base: 1, tiers: [{ start: Number.POSITIVE_INFINITY, price: 2 }] } } },
  ],
  ["an endless history", { id: "b", prices: Array.from({ length: 201 }, () => ({ prices: { input_mtok: 1 } })) }],
])("a row with %s is left out and named", (_what, row) => {
  const reading = read({ id: "a", prices: { input_mtok: 1 } }, row);
  expect(reading).toMatchObject({ ok: true, unreadableCount: 1, facts: [{ model: "a" }] });
});

test("what is no list of providers is no price list", () => {
  expect(readGenaiPrices({}, ids).ok).toBe(false);
  expect(readGenaiPrices([], ids).ok).toBe(false);
  expect(readGenaiPrices([null, 1, { id: "openai", models: "none" }], ids).ok).toBe(false);
});
