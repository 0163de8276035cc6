import { expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import type { JsonObject } from "../../canonical/json.js";
import { readRequest } from "./read-request.js";

const hi = { role: "user", content: "hi" };
const read = (body: JsonObject) => readRequest({ model: "m", max_tokens: 10, messages: [hi], ...body });
const parts = (...content: JsonObject[]) => read({ messages: [{ role: "user", content }] });
function refusal(body: JsonObject): readonly [string | undefined, string] {
  try {
    read(body);
  } catch (error) {
    if (TrunklineError.is(error) && error.code === "invalid_request") return [error.details.param, error.message];
    throw error;
  }
  throw new Error("it was read");
}

test("a plain body is a request without anything extra", () => {
  expect(read({ system: "be brief", stream: true, temperature: 1, stop_sequences: ["X"] })).toEqual({
    instructions: [{ type: "text", text: "be brief" }],
    turns: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
    tools: [],
    maxOutputTokens: 10,
    temperature: 1,
    stop: ["X"],
    stream: true,
    extra: {},
  });
});

test("tool results are a turn in front of the words beside them, with text, images and errors", () => {
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } };
  const { turns, extra } = read({
    messages: [
      hi,
      {
        role: "assistant",
        content: [{ type: "tool_use", id: "a", name: "f", input: { x: [1] }, caller: { type: "b" } }],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "a", content: [{ type: "text", text: "1" }, image], is_error: true },
          { type: "text", text: "so?" },
          { type: "tool_result", tool_use_id: "b", content: "2", cache_control: { type: "ephemeral", ttl: "1h" } },
        ],
      },
    ],
  });
  expect(turns.slice(1)).toEqual([
    { role: "assistant", parts: [{ type: "tool-call", id: "a", name: "f", argumentsJson: '{"x":[1]}' }] },
    {
      role: "tool",
      parts: [
        {
          type: "tool-result",
          callId: "a",
          content: [
            { type: "text", text: "1" },
            { type: "image", source: { base64: "AAAA", mediaType: "image/png" } },
          ],
          isError: true,
        },
        {
          type: "tool-result",
          callId: "b",
          content: [{ type: "text", text: "2" }],
          isError: false,
          cache: { lifetime: "1h" },
        },
      ],
    },
    { role: "user", parts: [{ type: "text", text: "so?" }] },
  ]);
  expect(extra).toEqual({ "messages[1].content[0].caller": { type: "b" } });
});

test("thinking comes with its signature, or closed", () => {
  const { turns } = read({
    messages: [
      hi,
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature: "sig" },
          { type: "thinking", thinking: "", signature: "" },
          { type: "redacted_thinking", data: "xyz" },
        ],
      },
    ],
  });
  expect(turns[1]?.parts).toEqual([
    { type: "reasoning", text: "hm", signature: "sig" },
    { type: "reasoning", text: "" },
    { type: "reasoning", text: "", encrypted: "xyz" },
  ]);
});

test("documents are files; of those around other blocks, the text and images are carried and the rest is kept", () => {
  const { turns, extra } = parts(
    {
      type: "document",
      title: "a",
      context: "about",
      source: { type: "text", media_type: "text/plain", data: "hé" },
      citations: { enabled: true },
    },
    { type: "document", source: { type: "content", content: [{ type: "text", text: "one" }] }, title: "b" },
    {
      type: "search_result",
      source: "https://a",
      title: "c",
      content: [{ type: "text", text: "two" }],
      cache_control: { type: "ephemeral" },
    },
    { type: "document", source: { type: "file", file_id: "file_1" } },
  );
  expect(turns[0]?.parts).toEqual([
    { type: "file", source: { base64: "aMOp", mediaType: "text/plain" }, name: "a" },
    { type: "text", text: "one" },
    { type: "text", text: "two", cache: { lifetime: "5m" } },
  ]);
  expect(extra).toEqual({
    "messages[0].content[0].context": "about",
    "messages[0].content[0].citations": { enabled: true },
    "messages[0].content[1].type": "document",
    "messages[0].content[1].title": "b",
    "messages[0].content[2].type": "search_result",
    "messages[0].content[2].source": "https://a",
    "messages[0].content[2].title": "c",
    "messages[0].content[3]": { type: "document", source: { type: "file", file_id: "file_1" } },
  });
});

test("the provider's own tools, blocks and settings are kept by their paths", () => {
  const search = { type: "web_search_20250305", name: "web_search" };
  const use = { type: "server_tool_use", id: "s", name: "web_search", input: {} };
  const { tools, turns, extra } = read({
    tools: [search, { name: "f", input_schema: { type: "object" }, defer_loading: true, description: null }],
    messages: [hi, { role: "assistant", content: [use] }],
    metadata: { user_id: "u", other: 1 },
    thinking: { type: "between_tools" },
    container: "c",
    cache_control: null,
  });
  expect(tools).toEqual([{ name: "f", parameters: { type: "object" } }]);
  expect(turns[1]).toEqual({ role: "assistant", parts: [] });
  expect(extra).toEqual({
    "tools[0]": search,
    "tools[1].defer_loading": true,
    "messages[1].content[0]": use,
    "metadata.other": 1,
    thinking: { type: "between_tools" },
    container: "c",
  });
});

test.each<[JsonObject, object]>([
  [{ tool_choice: { type: "any" } }, { toolChoice: { type: "required" } }],
  [
    { tool_choice: { type: "tool", name: "f", disable_parallel_tool_use: true } },
    { toolChoice: { type: "named", name: "f" }, parallelToolCalls: false },
  ],
  [{ thinking: { type: "enabled", budget_tokens: 2000 } }, { reasoning: { budgetTokens: 2000 } }],
  [
    { thinking: { type: "adaptive", display: "omitted" } },
    { reasoning: { enabled: true }, extra: { "thinking.display": "omitted" } },
  ],
  [
    { thinking: { type: "disabled" }, output_config: { effort: "low" } },
    { reasoning: { enabled: false, effort: "low" } },
  ],
  [
    { output_format: { type: "json_schema", schema: { type: "object" } } },
    { format: { type: "json-schema", name: "answer", schema: { type: "object" }, strict: true } },
  ],
])("settings: %j", (body, expected) => {
  expect(read(body)).toMatchObject(expected);
});

test.each<[JsonObject, string | undefined, string]>([
  [{ messages: null }, "messages", "got null"],
  [{ messages: [] }, "messages", "empty array"],
  [{ messages: Array(10_001).fill(hi) }, "messages", "at most 10000"],
  [{ messages: [hi, "hi"] }, "messages[1]", "got a string"],
  [{ messages: [{ content: "a" }] }, "messages[0].role", "Missing required parameter"],
  [{ messages: [{ role: "wizard\n", content: "a" }] }, "messages[0].role", "'wizard?'"],
  [{ messages: [{ role: "user" }] }, "messages[0].content", "Missing required parameter"],
  [{ messages: [{ role: "user", content: 5 }] }, "messages[0].content", "got a number"],
  [{ messages: [{ role: "user", content: [{ text: "a" }] }] }, "messages[0].content[0].type", "Missing"],
  [
    { messages: [{ role: "user", content: [{ type: "image", source: { type: "base64", data: 1 } }] }] },
    "messages[0].content[0].source.data",
    "got a number",
  ],
  [{ system: [{ type: "text" }] }, "system[0].text", "Missing"],
  [{ tools: [{ name: "" }] }, "tools[0].name", "empty string"],
  [{ tool_choice: { type: "tool" } }, "tool_choice.name", "Missing"],
  [{ max_tokens: 0 }, "max_tokens", "at least 1"],
  [{ stop_sequences: ["a", 1] }, "stop_sequences[1]", "got a number"],
  [{ thinking: { type: "enabled", budget_tokens: 1.5 } }, "thinking.budget_tokens", "an integer"],
])("a mistake is named: %#", (body, param, message) => {
  const [field, sentence] = refusal(body);
  expect(field).toBe(param);
  expect(sentence).toContain(message);
});
