// OpenRouter's list as it comes, and as it should not come.
import { expect, test } from "vitest";
import type { Json, JsonObject } from "../../canonical/json.js";
import { readOpenRouter } from "./read-openrouter.js";

const opus: JsonObject = {
  id: "anthropic/claude-opus-5",
  canonical_slug: "anthropic/claude-opus-5-20260723",
  name: "Claude Opus 5",
  created: 1784912544,
  context_length: 1_000_000,
  architecture: {
    modality: "text+image+file->text",
    input_modalities: ["text", "image", "file"],
    output_modalities: ["text"],
    tokenizer: "Claude",
    instruct_type: null,
  },
  pricing: {
    prompt: "0.000005",
    completion: "0.000025",
    web_search: "0.01",
    input_cache_read: "0.0000005",
    input_cache_write: "0.00000625",
    input_cache_write_1h: "0.00001",
  },
  top_provider: { context_length: 1_000_000, max_completion_tokens: 128_000, is_moderated: true },
  supported_parameters: ["max_tokens", "reasoning", "tools"],
};

const read = (...rows: readonly Json[]) => readOpenRouter({ data: rows });
const first = (row: Json) => {
  const reading = read(row, opus);
  return reading.ok ? reading.facts[0] : undefined;
};
const priced = (pricing: Json) => first({ ...opus, id: "a/b", pricing })?.prices;

test("a model becomes a fact about OpenRouter's endpoint", () => {
  expect(read(opus)).toEqual({
    ok: true,
    unreadable: [],
    unreadableCount: 0,
    facts: [
      {
        provider: "openrouter",
        model: "anthropic/claude-opus-5",
        otherNames: [],
        name: "Claude Opus 5",
        windowTokens: 1_000_000,
        maxOutputTokens: 128_000,
        input: ["text", "image", "file"],
        output: ["text"],
        reasoning: true,
        tools: true,
        prices: [
          {
            inputPicoUsd: 5_000_000,
            outputPicoUsd: 25_000_000,
            cacheReadPicoUsd: 500_000,
            cacheWritePicoUsd: 6_250_000,
            cacheWrite1hPicoUsd: 10_000_000,
          },
        ],
      },
    ],
  });
});

test("dearer long prompts are steps that keep what they do not change, the later entry winning", () => {
  const overrides = [
    { min_prompt_tokens: 200_000, prompt: "0.000004", completion: "0.000018", input_cache_read: "0.0000004" },
    { min_prompt_tokens: 100_000, prompt: "0.000003" },
  ];
  const pricing = { prompt: "0.000002", completion: "0.000012", input_cache_read: "0.0000002", overrides };
  expect(priced(pricing)?.[0]?.above).toEqual([
    { inputTokens: 100_000, inputPicoUsd: 3_000_000, outputPicoUsd: 12_000_000, cacheReadPicoUsd: 200_000 },
    { inputTokens: 200_000, inputPicoUsd: 3_000_000, outputPicoUsd: 18_000_000, cacheReadPicoUsd: 400_000 },
  ]);
});

test("a discount is taken off", () => {
  expect(priced({ prompt: "0.000002", completion: "0.000012", discount: 0.25 })).toEqual([
    { inputPicoUsd: 1_500_000, outputPicoUsd: 9_000_000 },
  ]);
});

test("free is a price, and a price that is not known in advance is none", () => {
  expect(priced({ prompt: "0", completion: "0", input_cache_read: "0" })).toEqual([
    { inputPicoUsd: 0, outputPicoUsd: 0 },
  ]);
  expect(priced({ prompt: "-1", completion: "-1" })).toBeUndefined();
  expect(priced(null)).toBeUndefined();
  const byHour = [{ utc_start: "1630", utc_end: "0030", prompt: "0.000001" }];
  expect(priced({ prompt: "0.000002", completion: "0.000012", overrides: byHour })).toBeUndefined();
});

test("a cache price of zero, or one above the input's, is not believed", () => {
  const pricing = { prompt: "0.000002", completion: "0.000012", input_cache_write: "0", input_cache_read: "0.000003" };
  expect(priced(pricing)).toEqual([{ inputPicoUsd: 2_000_000, outputPicoUsd: 12_000_000 }]);
});

test.each<[string, Json, RegExp]>([
  ["a negative price", { ...opus, pricing: { prompt: "-0.1", completion: "0" } }, /price prompt/],
  ["a price that is no number", { ...opus, pricing: { prompt: "NaN", completion: "0" } }, /price prompt/],
  ["an absurd price", { ...opus, pricing: { prompt: "0.00001", completion: "1" } }, /price completion/],
  ["an endless window", { ...opus, context_length: Number.POSITIVE_INFINITY }, /context_length/],
  ["a window of minus one", { ...opus, context_length: -1 }, /context_length/],
  ["a window of half a token", { ...opus, context_length: 0.5 }, /context_length/],
  ["a giant window", { ...opus, context_length: 1e12 }, /context_length/],
  ["no name", { ...opus, id: 7 }, /name is no name/],
  ["a name that steers the terminal", { ...opus, id: "a/b\u001b[2J" }, /name is no name/],
  ["a giant name", { ...opus, id: `a/${"b".repeat(300)}` }, /name is no name/],
  ["a name that reaches for a prototype", { ...opus, id: "__proto__" }, /name is no name/],
  ["a row that is no object", 7, /form is not/],
  [
    "too many steps",
    {
      ...opus,
      pricing: {
        prompt: "0.000001",
        completion: "0",
        overrides: Array.from({ length: 9 }, (_, i) => ({ min_prompt_tokens: i + 1, prompt: "0.000002" })),
      },
    },
    /more than 8 steps/,
  ],
])("a row with %s is left out and named, and the others are read", (_what, row, why) => {
  const reading = read(opus, row);
  expect(reading).toMatchObject({ ok: true, unreadableCount: 1, facts: [{ model: "anthropic/claude-opus-5" }] });
  expect(reading.ok && reading.unreadable[0]).toMatch(why);
});

test.each<[string, Json | undefined]>([
  ["nothing", undefined],
  ["null", null],
  ["an empty list", { data: [] }],
  ["a list in place of an object", []],
  ["an error", { error: { message: "no" } }],
  ["rows that mostly make no sense", { data: [opus, 1, 2] }],
  ["more rows than there are models", { data: Array.from({ length: 20_001 }, () => opus) }],
])("%s is no catalogue", (_what, document) => {
  const reading = readOpenRouter(document);
  expect(reading.ok).toBe(false);
  expect(!reading.ok && reading.sentence).toMatch(/^(It|Most) .*\.$/);
});
