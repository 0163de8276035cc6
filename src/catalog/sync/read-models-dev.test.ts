// models.dev's api.json, by the rows that matter.
import { expect, test } from "vitest";
import type { Json, JsonObject } from "../../canonical/json.js";
import { readModelsDev } from "./read-models-dev.js";

const row: JsonObject = {
  id: "gemini-2.5-pro",
  name: "Gemini 2.5 Pro",
  reasoning: true,
  tool_call: true,
  release_date: "2025-03-20",
  modalities: { input: ["text", "image", "audio", "video", "pdf"], output: ["text"] },
  limit: { context: 1_048_576, output: 65_536 },
  cost: {
    input: 1.25,
    output: 10,
    cache_read: 0.125,
    context_over_200k: { input: 9, output: 9 },
    tiers: [{ input: 2.5, output: 15, cache_read: 0.25, tier: { type: "context", size: 200_000 } }],
  },
};
const ids = new Set(["google", "openai"]);
const read = (...rows: readonly JsonObject[]) => {
  const models = Object.fromEntries(rows.map((one, index) => [String(one.id ?? index), one]));
  return readModelsDev({ google: { models }, strange: { models: { x: { ...row, id: "x" } } } }, ids);
};
const only = (change: JsonObject) => {
  const reading = read({ ...row, ...change });
  return reading.ok ? reading.facts[0] : undefined;
};

test("a model of a provider that is asked for becomes a fact; other providers are not looked at", () => {
  expect(read(row)).toMatchObject({
    ok: true,
    facts: [
      {
        provider: "google",
        model: "gemini-2.5-pro",
        name: "Gemini 2.5 Pro",
        windowTokens: 1_048_576,
        maxOutputTokens: 65_536,
        input: ["text", "image", "audio", "video", "file"],
        output: ["text"],
        reasoning: true,
        tools: true,
        released: "2025-03-20",
        prices: [
          {
            inputPicoUsd: 1_250_000,
            outputPicoUsd: 10_000_000,
            cacheReadPicoUsd: 125_000,
            above: [
              { inputTokens: 200_000, inputPicoUsd: 2_500_000, outputPicoUsd: 15_000_000, cacheReadPicoUsd: 250_000 },
            ],
          },
        ],
      },
    ],
  });
  expect(read(row)).toHaveProperty("facts.length", 1);
});

test("the older field for long prompts counts where there are no steps", () => {
  const cost = { input: 1, output: 2, context_over_200k: { input: 2, output: 4 } };
  expect(only({ cost })?.prices?.[0]?.above).toEqual([
    { inputTokens: 200_000, inputPicoUsd: 2_000_000, outputPicoUsd: 4_000_000 },
  ]);
});

test("zeros for input and output are no price: it writes them for what it does not know", () => {
  expect(only({ cost: { input: 0, output: 0 } })?.prices).toBeUndefined();
  expect(only({ cost: null })?.prices).toBeUndefined();
});

test("an embedding model gives embeddings, and the length of one is no output limit", () => {
  expect(only({ id: "gemini-embedding-001", limit: { context: 2048, output: 3072 } })).toMatchObject({
    output: ["embeddings"],
  });
  expect(only({ id: "gemini-embedding-001" })?.maxOutputTokens).toBeUndefined();
});

test("a retired model keeps its facts, but says nothing that would make it a new one", () => {
  const fact = only({ status: "deprecated" });
  expect(fact).toMatchObject({ windowTokens: 1_048_576 });
  expect(fact?.input).toBeUndefined();
});

test.each<[string, JsonObject]>([
  ["a negative price", { cost: { input: -1, output: 1 } }],
  ["a price over all bounds", { cost: { input: 1e9, output: 1 } }],
  ["half a price", { cost: { input: 1 } }],
  ["a window that is text", { limit: { context: "large" } }],
])("a row with %s is left out", (_what, change) => {
  const reading = read(row, { ...row, id: "other", ...change });
  expect(reading).toMatchObject({
    ok: true,
    unreadableCount: 1,
    unreadable: [expect.stringMatching(/^google other: /)],
  });
});

test.each<[string, Json | undefined]>([
  ["nothing", undefined],
  ["a list", []],
  ["none of the providers", { other: { models: { a: row } } }],
  ["a prototype's members", { google: { models: 3 }, constructor: { models: {} } }],
])("%s is no catalogue", (_what, document) => {
  expect(readModelsDev(document, ids).ok).toBe(false);
});
