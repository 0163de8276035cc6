import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import type { JsonObject } from "../../canonical/json.js";
import type { Profile } from "../dialect.js";
import { readRequest } from "./request.js";

const usual = { model: "m", max_tokens: 9, messages: [{ role: "user", content: "hi" }] };
const read = (body: JsonObject, profile: Profile = "openai") => readRequest(Buffer.from(JSON.stringify(body)), profile);

function refusal(body: JsonObject, profile: Profile = "openai"): TrunklineError | undefined {
  try {
    read(body, profile).canonical();
  } catch (error) {
    if (TrunklineError.is(error)) return error;
    throw error;
  }
  return undefined;
}

test("the outline holds what the gateway looks at", () => {
  const picture = { type: "image", source: { type: "url", url: "https://a.example/b.png" } };
  const body = {
    ...usual,
    messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: [picture] }] }],
    stream: true,
    thinking: { type: "enabled", budget_tokens: 1024 },
    tools: [{ name: "f", input_schema: { type: "object" } }],
    trunkline: { strict: true },
  };
  expect(read(body).outline).toEqual({
    model: "m",
    fallbackModels: [],
    stream: true,
    includeUsage: true,
    maxOutputTokens: 9,
    choices: 1,
    wantsReasoning: true,
    hasTools: true,
    hasImages: true,
    bodyBytes: JSON.stringify(body).length,
    own: { strict: true },
  });
  expect(read(usual).outline).toMatchObject({
    wantsReasoning: false,
    hasTools: false,
    hasImages: false,
    stream: false,
  });
});

test("a byte order mark in front is no part of it", () => {
  const marked = Buffer.from(`\ufeff${JSON.stringify(usual)}`);
  expect(readRequest(marked, "openai").bytes.toString()).toBe(JSON.stringify(usual));
});

test("max_tokens is demanded on /v1 and not on /api/v1", () => {
  const { max_tokens, ...without } = usual;
  expect(refusal(without)?.details.param).toBe("max_tokens");
  expect(read(without, "openrouter").outline.maxOutputTokens).toBeUndefined();
});

describe("what cannot be understood is named", () => {
  const said = (content: unknown) => JSON.parse(JSON.stringify({ ...usual, messages: [{ role: "user", content }] }));
  test.each<[string, JsonObject]>([
    ["max_tokens", { ...usual, max_tokens: "9" }],
    ["max_tokens", { ...usual, max_tokens: 0 }],
    ["max_tokens", { ...usual, max_tokens: 1.5 }],
    ["model", { max_tokens: 9, messages: [] }],
    ["model", { ...usual, model: 5 }],
    ["stream", { ...usual, stream: "yes" }],
    ["messages", { model: "m", max_tokens: 9 }],
    ["messages", { ...usual, messages: [] }],
    ["messages", { ...usual, messages: "hi" }],
    ["messages[0]", { ...usual, messages: ["hi"] }],
    ["messages[0].role", { ...usual, messages: [{ role: "robot", content: "hi" }] }],
    ["messages[0].role", { ...usual, messages: [{ content: "hi" }] }],
    ["messages[0].content", { ...usual, messages: [{ role: "user" }] }],
    ["messages[0].content", said(5)],
    ["messages[0].content[0]", said(["hi"])],
    ["messages[0].content[0].type", said([{ text: "hi" }])],
    ["messages[0].content[0].text", said([{ type: "text", text: 1 }])],
    ["messages[0].content[0].tool_use_id", said([{ type: "tool_result", content: "x" }])],
    ["fallbacks[0].model", { ...usual, fallbacks: [{}] }],
    ["tools", { ...usual, tools: {} }],
    ["tools[0].name", { ...usual, tools: [{ input_schema: {} }] }],
    ["thinking.type", { ...usual, thinking: {} }],
    ["tool_choice.type", { ...usual, tool_choice: {} }],
    ["stop_sequences[0]", { ...usual, stop_sequences: [1] }],
    ["metadata.user_id", { ...usual, metadata: { user_id: 5 } }],
    ["trunkline.strict", { ...usual, trunkline: { strict: "yes" } }],
  ])("%s in %j", (param, body) => {
    const error = refusal(body);
    expect(error?.status).toBe(400);
    expect(error?.details.param).toBe(param);
  });
});

test("no body makes the reader throw anything but the taxonomy's errors", () => {
  const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant([{ type: "text" }]), fc.constant("x"));
  const fields = [
    ...Object.keys(usual),
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "stream",
    "metadata",
    "fallbacks",
  ];
  const block = fc.dictionary(
    fc.constantFrom("type", "text", "source", "content", "input", "id", "name", "tool_use_id", "cache_control", "data"),
    fc.oneof(
      value,
      fc.constantFrom("text", "image", "document", "tool_use", "tool_result", "thinking", "search_result"),
    ),
  );
  const content = fc.array(block, { maxLength: 3 }).map((blocks) => [{ role: "user", content: blocks }]);
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.oneof(value, content), (field, changed) => {
      refusal(JSON.parse(JSON.stringify({ ...usual, [field]: changed })));
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      try {
        readRequest(Buffer.from(bytes), "openai");
      } catch (error) {
        expect(TrunklineError.is(error)).toBe(true);
      }
    }),
  );
});
