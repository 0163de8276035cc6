import fc from "fast-check";
import { expect, test } from "vitest";
import { readUsage, usageOf, writeOpenRouterUsage, writeUsage } from "./usage.js";

const tokens = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

test.each([
  { prompt_tokens_details: { cached_tokens: 4 } },
  { prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 6 },
  { cached_tokens: 4 },
  { num_cached_tokens: 4 },
])("cached tokens are read in the shape %j", (more) => {
  expect(readUsage({ ...tokens, ...more })).toMatchObject({ inputTokens: 10, cacheReadTokens: 4, outputTokens: 5 });
});

test("reasoning that is counted beside the completion belongs to the output", () => {
  const details = { completion_tokens_details: { reasoning_tokens: 20 } };
  expect(readUsage({ ...tokens, total_tokens: 35, ...details })).toMatchObject({
    outputTokens: 25,
    reasoningTokens: 20,
  });
  expect(readUsage({ ...tokens, completion_tokens: 30, total_tokens: 40, ...details })).toMatchObject({
    outputTokens: 30,
  });
});

test("more cached than sent means that cached tokens are counted beside", () => {
  expect(readUsage({ ...tokens, prompt_tokens_details: { cached_tokens: 90 } })).toMatchObject({
    inputTokens: 100,
    cacheReadTokens: 90,
  });
});

test("usage is found at Groq's place, and null or nonsense is none", () => {
  expect(usageOf({ x_groq: { usage: tokens } })).toMatchObject({ inputTokens: 10 });
  for (const usage of [null, {}, [], "5", { prompt_tokens: "5" }]) expect(readUsage(usage)).toBeUndefined();
});

const count = fc.option(fc.integer({ min: -5, max: 1000 }), { nil: null });

test("the parts of any usage stay disjoint, and writing keeps them", () => {
  const object = fc.record({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    cached_tokens: count,
    prompt_tokens_details: fc.record({ cached_tokens: count, cache_write_tokens: count }, { requiredKeys: [] }),
    completion_tokens_details: fc.record({ reasoning_tokens: count }, { requiredKeys: [] }),
  });
  fc.assert(
    fc.property(object, (sent) => {
      const usage = readUsage(sent);
      if (usage === undefined) return;
      expect(usage.cacheReadTokens + usage.cacheWriteTokens).toBeLessThanOrEqual(usage.inputTokens);
      expect(usage.reasoningTokens).toBeLessThanOrEqual(usage.outputTokens);
      expect(readUsage(writeUsage(usage))).toEqual(usage);
      expect(readUsage(JSON.parse(writeOpenRouterUsage(usage, undefined, sent)))).toEqual(usage);
    }),
  );
});
