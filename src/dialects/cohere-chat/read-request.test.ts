import { expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import type { JsonObject } from "../../canonical/json.js";
import { readRequest } from "./read-request.js";

const hi = { role: "user", content: "hi" };
const read = (body: JsonObject) => readRequest({ model: "m", messages: [hi], ...body });
function refusal(body: JsonObject): readonly [string | undefined, string] {
  try {
    read(body);
  } catch (error) {
    if (TrunklineError.is(error) && error.code === "invalid_request") return [error.details.param, error.message];
    throw error;
  }
  throw new Error("it was read");
}

test("a conversation with a plan, calls and documents as results", () => {
  const { instructions, turns, extra } = read({
    messages: [
      { role: "system", content: [{ type: "text", text: "be brief" }] },
      {
        role: "user",
        content: [
          { type: "text", text: "hi" },
          { type: "image_url", image_url: { url: "https://a" } },
        ],
      },
      {
        role: "assistant",
        tool_plan: "I will look",
        content: [{ type: "thinking", thinking: "hm" }],
        tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: '{"x": 1}' } }],
        citations: [],
      },
      {
        role: "tool",
        tool_call_id: "a",
        content: [
          { type: "document", document: { id: "d", data: { title: "t", text: "found" } } },
          { type: "document", document: { data: "plain" } },
          { type: "thinking", thinking: "out of place" },
        ],
      },
    ],
  });
  expect(instructions).toEqual([{ type: "text", text: "be brief" }]);
  expect(turns).toEqual([
    {
      role: "user",
      parts: [
        { type: "text", text: "hi" },
        { type: "image", source: { url: "https://a" } },
      ],
    },
    {
      role: "assistant",
      parts: [
        { type: "reasoning", text: "I will look" },
        { type: "reasoning", text: "hm" },
        { type: "tool-call", id: "a", name: "f", argumentsJson: '{"x": 1}' },
      ],
    },
    {
      role: "tool",
      parts: [
        {
          type: "tool-result",
          callId: "a",
          content: [
            { type: "text", text: '{"title":"t","text":"found"}' },
            { type: "text", text: "plain" },
          ],
          isError: false,
        },
      ],
    },
  ]);
  expect(extra).toEqual({
    "messages[2].citations": [],
    "messages[3].content[0].document.id": "d",
    "messages[3].content[2]": { type: "thinking", thinking: "out of place" },
  });
});

const tool = { type: "function", function: { name: "f", parameters: { type: "object" } } };
test.each<[JsonObject, object]>([
  [{ tools: [tool], strict_tools: true }, { tools: [{ name: "f", parameters: { type: "object" }, strict: true }] }],
  [{ tool_choice: "REQUIRED" }, { toolChoice: { type: "required" } }],
  [{ response_format: { type: "json_object" } }, { format: { type: "json" } }],
  [
    { response_format: { type: "json_object", schema: { a: 1 } } },
    { format: { type: "json-schema", name: "answer", schema: { a: 1 }, strict: true } },
  ],
  [
    { response_format: { type: "text", json_schema: { a: 1 } } },
    { format: { type: "text" }, extra: { "response_format.json_schema": { a: 1 } } },
  ],
  [{ thinking: { type: "enabled", token_budget: 9 } }, { reasoning: { budgetTokens: 9 } }],
  [{ thinking: { type: "disabled" } }, { reasoning: { enabled: false } }],
  [
    { max_tokens: 9, p: 0.5, k: 3, seed: 1, temperature: 0, stop_sequences: ["X"], stream: true },
    { maxOutputTokens: 9, topP: 0.5, topK: 3, seed: 1, temperature: 0, stop: ["X"], stream: true },
  ],
  [{ documents: ["a"], safety_mode: "NONE" }, { extra: { documents: ["a"], safety_mode: "NONE" } }],
])("settings: %j", (body, expected) => {
  expect(read(body)).toMatchObject(expected);
});

test.each<[JsonObject, string, string]>([
  [{ messages: undefined }, "messages", "Missing"],
  [{ messages: [{ role: "chatbot", content: "a" }] }, "messages[0].role", "'chatbot'"],
  [{ messages: [{ role: "tool", content: "a" }] }, "messages[0].tool_call_id", "Missing"],
  [{ messages: [{ role: "user" }] }, "messages[0].content", "Missing"],
  [{ messages: [{ role: "assistant", tool_calls: [{ id: "a" }] }] }, "messages[0].tool_calls[0].function", "Missing"],
  [{ tools: [{ function: { name: "f" } }] }, "tools[0].type", "Missing"],
  [{ tool_choice: "auto" }, "tool_choice", "'auto'"],
  [{ response_format: { type: "xml" } }, "response_format.type", "'xml'"],
])("a mistake is named: %j", (body, param, message) => {
  const [field, sentence] = refusal(body);
  expect(field).toBe(param);
  expect(sentence).toContain(message);
});
