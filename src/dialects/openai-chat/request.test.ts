import { expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import { readRequest } from "./request.js";

const valid = { model: "openai/gpt-4o", messages: [{ role: "user", content: "hi" }] };
const read = (body: unknown) =>
  readRequest(
    Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
    "openai",
  );

function refusal(body: unknown): TrunklineError {
  try {
    read(body);
  } catch (error) {
    if (TrunklineError.is(error)) return error;
    throw error;
  }
  throw new Error("the request was taken");
}

test("the outline holds what is asked before the canonical request is built", () => {
  const { outline } = read({
    ...valid,
    models: ["a/b"],
    stream: true,
    stream_options: { include_usage: true },
    max_completion_tokens: 50,
    n: 2,
    reasoning: { effort: "low" },
    tools: [{ type: "function", function: { name: "f" } }],
    trunkline: { timeoutMs: 500, strict: true },
    messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://a/b.png" } }] }],
  });
  expect(outline).toMatchObject({
    model: "openai/gpt-4o",
    fallbackModels: ["a/b"],
    stream: true,
    includeUsage: true,
    maxOutputTokens: 50,
    choices: 2,
    wantsReasoning: true,
    hasTools: true,
    hasImages: true,
    own: { timeoutMs: 500, strict: true },
  });
});

test("null counts as not set, and models alone are enough", () => {
  const { outline } = read({
    models: ["a/b", "c/d"],
    messages: valid.messages,
    model: null,
    temperature: null,
    n: null,
  });
  expect(outline).toMatchObject({ model: "a/b", fallbackModels: ["c/d"], choices: 1, maxOutputTokens: undefined });
});

test("a byte order mark is skipped and never sent on", () => {
  expect(read(Buffer.from(`\ufeff${JSON.stringify(valid)}`)).bytes[0]).toBe(123);
});

test("what is not JSON is refused with the place, and without what was sent", () => {
  const error = refusal('{"model": "secret",\n "messages": [,]}');
  expect(error.code).toBe("invalid_json");
  expect(error.message).toContain("line 2, column 15");
  expect(error.message).not.toContain("secret");
  for (const body of ["", "[]", "3", Buffer.from([0x22, 0xff, 0x22])]) expect(refusal(body).code).toBe("invalid_json");
});

test("deep nesting is refused before it is parsed", () => {
  expect(refusal(`${"[".repeat(100_000)}`).message).toContain("deeper than 128");
  expect(read({ ...valid, x: JSON.parse("[".repeat(100) + "]".repeat(100)) }).outline.model).toBe("openai/gpt-4o");
});

test("a model given twice is refused, also when one name is written with escapes", () => {
  expect(refusal('{"model":"a","messages":[],"m\\u006fdel":"b"}').details.param).toBe("model");
});

test.each<[param: string, body: object]>([
  ["model", { messages: valid.messages }],
  ["model", { ...valid, model: 3 }],
  ["model", { ...valid, model: "a\nb" }],
  ["model", { ...valid, model: "x".repeat(257) }],
  ["models", { ...valid, models: Array(21).fill("a") }],
  ["messages", { model: "m" }],
  ["messages", { model: "m", messages: "hi" }],
  ["messages", { model: "m", messages: [] }],
  ["messages", { model: "m", messages: Array(10_001).fill(valid.messages[0]) }],
  ["messages[0]", { model: "m", messages: ["hi"] }],
  ["messages[0].role", { model: "m", messages: [{ content: "hi" }] }],
  ["messages[0].role", { model: "m", messages: [{ role: "robot", content: "hi" }] }],
  ["messages[0].content", { model: "m", messages: [{ role: "user", content: 3 }] }],
  ["messages[0].content", { model: "m", messages: [{ role: "user", content: null }] }],
  [
    "messages[0].content[1].text",
    { model: "m", messages: [{ role: "user", content: [{ type: "x" }, { type: "text" }] }] },
  ],
  ["messages[1].tool_call_id", { model: "m", messages: [valid.messages[0], { role: "tool", content: "x" }] }],
  ["messages[0].tool_calls[0].id", { model: "m", messages: [{ role: "assistant", tool_calls: [{ function: {} }] }] }],
  ["max_tokens", { ...valid, max_tokens: 0 }],
  ["max_tokens", { ...valid, max_tokens: 1.5 }],
  ["temperature", { ...valid, temperature: "1" }],
  ["n", { ...valid, n: 129 }],
  ["stream", { ...valid, stream: "yes" }],
  ["stop", { ...valid, stop: ["a", "b", "c", "d", "e"] }],
  ["tools", { ...valid, tools: Array(5001).fill({ type: "x" }) }],
  ["tools[0].function.name", { ...valid, tools: [{ type: "function", function: {} }] }],
  ["tool_choice", { ...valid, tool_choice: "maybe" }],
  ["response_format.type", { ...valid, response_format: {} }],
  ["trunkline.timeoutMs", { ...valid, trunkline: { timeoutMs: -1 } }],
])("a fault in %s is named", (param, body) => {
  expect(refusal(body)).toMatchObject({ code: "invalid_request", details: { param } });
});

test("names of JavaScript's own members are plain data", () => {
  const source = JSON.stringify(valid).replace("{", '{"__proto__":{"stream":true},"constructor":{"a":1},"toString":1,');
  const { outline, canonical } = read(source);
  expect(outline.stream).toBe(false);
  expect(Object.keys(canonical().extra)).toEqual(["__proto__", "constructor", "toString"]);
  expect(Object.getPrototypeOf(canonical().extra)).toBe(Object.prototype);
});
