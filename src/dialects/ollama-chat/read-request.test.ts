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

test("calls and results find each other by name and order, or by the ids that newer clients send", () => {
  const { turns, extra } = read({
    messages: [
      hi,
      {
        role: "assistant",
        content: "",
        thinking: "hm",
        tool_calls: [
          { function: { name: "f", arguments: { x: 1 } } },
          { type: "function", function: { index: 1, name: "g" } },
          { id: "c", function: { name: "f", arguments: {} } },
        ],
      },
      { role: "tool", tool_name: "g", content: "1" },
      { role: "tool", content: "2" },
      { role: "tool", tool_call_id: "c", content: "3" },
      { role: "tool", tool_name: "unknown", content: "4" },
    ],
  });
  expect(turns[1]?.parts).toEqual([
    { type: "reasoning", text: "hm" },
    { type: "tool-call", id: "call_1", name: "f", argumentsJson: '{"x":1}' },
    { type: "tool-call", id: "call_2", name: "g", argumentsJson: "{}" },
    { type: "tool-call", id: "c", name: "f", argumentsJson: "{}" },
  ]);
  const results = turns.slice(2).flatMap(({ parts }) => parts);
  expect(results.map((part) => part.type === "tool-result" && part.callId)).toEqual([
    "call_2",
    "call_1",
    "c",
    "call_3",
  ]);
  expect(extra).toEqual({ "messages[5].tool_name": "unknown" });
});

test("images are bare base64, known by how they begin", () => {
  const images = ["iVBORw0KGgo", "/9j/4AAQ", "R0lGODlh", "UklGRg", "????", "data:image/tiff;base64,AAAA"];
  const { turns } = read({ messages: [{ role: "user", content: "", images }] });
  const types = turns[0]?.parts.map(
    (part) => part.type === "image" && "base64" in part.source && part.source.mediaType,
  );
  expect(types).toEqual(["image/png", "image/jpeg", "image/gif", "image/webp", "image/png", "image/tiff"]);
});

test("a body of /api/generate is one user turn", () => {
  expect(
    readRequest({ model: "m", prompt: "hi", system: "be brief", images: ["/9j/"], suffix: "s", raw: true }),
  ).toEqual({
    instructions: [{ type: "text", text: "be brief" }],
    turns: [
      {
        role: "user",
        parts: [
          { type: "text", text: "hi" },
          { type: "image", source: { base64: "/9j/", mediaType: "image/jpeg" } },
        ],
      },
    ],
    tools: [],
    stream: true,
    extra: { suffix: "s", raw: true },
  });
});

const schema = { type: "object" };
test.each<[JsonObject, object]>([
  [{}, { stream: true, extra: {} }],
  [
    { stream: false, format: "", keep_alive: null },
    { stream: false, extra: {} },
  ],
  [{ format: "json" }, { format: { type: "json" } }],
  [{ format: schema }, { format: { type: "json-schema", name: "answer", schema, strict: true } }],
  [{ think: false }, { reasoning: { enabled: false } }],
  [{ think: "high" }, { reasoning: { effort: "high" } }],
  [
    { options: { num_predict: 9, stop: ["X"], num_ctx: 5 } },
    { maxOutputTokens: 9, stop: ["X"], extra: { "options.num_ctx": 5 } },
  ],
  [{ options: { num_predict: -1 } }, { extra: { "options.num_predict": -1 } }],
  [
    { tools: [{ type: "function", function: { name: "f", parameters: schema } }] },
    { tools: [{ name: "f", parameters: schema }] },
  ],
])("settings: %j", (body, expected) => {
  expect(read(body)).toMatchObject(expected);
});

test.each<[JsonObject, string, string]>([
  [{ messages: null }, "messages", "got null"],
  [{ messages: [{ role: "function" }] }, "messages[0].role", "'function'"],
  [{ messages: [{ role: "user", content: [] }] }, "messages[0].content", "got an array"],
  [{ messages: [{ role: "user", images: [5] }] }, "messages[0].images[0]", "got a number"],
  [
    { messages: [{ role: "assistant", tool_calls: [{ function: { name: "f", arguments: "{}" } }] }] },
    "messages[0].tool_calls[0].function.arguments",
    "got a string",
  ],
  [{ messages: undefined, prompt: 5 }, "prompt", "got a number"],
  [{ format: "xml" }, "format", "JSON schema"],
  [{ think: 5 }, "think", "got a number"],
])("a mistake is named: %j", (body, param, message) => {
  const [field, sentence] = refusal(body);
  expect(field).toBe(param);
  expect(sentence).toContain(message);
});
