import { expect, test } from "vitest";
import type { Request } from "../canonical/request.js";
import { createCorrections } from "./estimate/correction.js";
import { openaiEncoding } from "./openai-encodings.js";
import { type CounterParts, createRequestCounter } from "./request-counter.js";
import type { Tokenizer } from "./tokenizer.js";

const user = (text: string): Request => ({
  instructions: [],
  turns: [{ role: "user", parts: [{ type: "text", text }] }],
  tools: [],
  stream: false,
  extra: {},
});

/** One token for each word, and one for the whole. */
const words: Tokenizer = {
  name: "words",
  vocabularySize: 10,
  count: (text) => text.split(" ").length + 1,
  encode: () => [],
  bytesOf: () => undefined,
  decode: () => "",
};

function counterWith(change: Partial<CounterParts> = {}) {
  let nowMs = 0;
  let pauses = 0;
  const counter = createRequestCounter({
    // Each look at the clock takes a millisecond.
    clock: { wallMs: () => 0, monotonicMs: () => nowMs++ },
    pause: async () => void pauses++,
    corrections: createCorrections(),
    files: new Map(),
    ...change,
  });
  return { counter, pauses: () => pauses };
}

test("a model of OpenAI is counted at once when its table is read, and not before", async () => {
  const { counter } = counterWith();
  await counter.soon(user("hamburger"), "openai/gpt-4o");
  expect(counter.now(user("hamburger"), "openai/gpt-4o")).toMatchObject({
    tokens: 9,
    method: "exact",
    by: "o200k_base",
  });
});

test("a tokenizer that the owner names counts whole texts, opened once for all who ask", async () => {
  let opened = 0;
  const open = async () => {
    opened++;
    return words;
  };
  const { counter } = counterWith({ files: new Map([["my/model", open]]) });
  expect(counter.now(user("a b"), "my/model")).toBeUndefined();
  const long = "word ".repeat(20_000).trimEnd();
  const [first, second] = await Promise.all([
    counter.soon(user(long), "my/model"),
    counter.soon(user("a b"), "my/model"),
  ]);
  expect(opened).toBe(1);
  expect(first.parts.messages).toBe(20_001);
  expect(second.parts.messages).toBe(3);
  expect(counter.now(user("a b c"), "my/model")?.parts.messages).toBe(4);
  expect((await counter.tokenizerFor("my/model"))?.name).toBe("words");
});

test("a tokenizer that cannot be opened says so to who waits for it, and costs nobody else the request", async () => {
  const failing = async () => {
    throw new Error("no such file");
  };
  const { counter } = counterWith({ files: new Map([["my/model", failing]]) });
  expect(counter.now(user("a"), "my/model")).toBeUndefined();
  await expect(counter.soon(user("a"), "my/model")).rejects.toThrow("no such file");
});

test("an estimate is corrected by what was learnt, and its bound is never lowered by it", async () => {
  const corrections = createCorrections();
  const { counter } = counterWith({ corrections });
  const request = user("How much is it, and when does it come? ".repeat(30));
  const before = await counter.soon(request, "anthropic/claude-sonnet-4.5");
  for (let times = 0; times < 50; times++)
    corrections.learn("anthropic/claude-sonnet-4.5", before.tokens, Math.round(before.tokens * 0.8));
  const after = await counter.soon(request, "anthropic/claude-sonnet-4.5");
  expect(after.uncorrectedTokens).toBe(before.tokens);
  expect(after.tokens).toBeLessThan(before.tokens);
  expect(after.atMost).toBe(before.atMost);
});

test("in steps a long request has the tokens that it has at once, and others get the thread in between", async () => {
  const text = "It was the best of times, it was the worst of times. 最好的时代 👍🏽\n".repeat(4_000);
  const { counter, pauses } = counterWith();
  const exact = await counter.soon(user(text), "openai/gpt-4o");
  expect(exact.parts.messages).toBe(openaiEncoding("o200k_base").count(text));
  expect(pauses()).toBeGreaterThan(5);
  const [tokens = 0] = await counter.texts([text], "openai/gpt-4o");
  expect(tokens).toBe(exact.parts.messages);
  const estimated = await counter.soon(user(text), "google/gemini-2.5-flash");
  const whole = counter.now(user(text), "google/gemini-2.5-flash")?.tokens ?? 0;
  expect(Math.abs(estimated.tokens / whole - 1)).toBeLessThan(0.01);
});
