import { expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import type { Json, JsonObject } from "../../canonical/json.js";
import { readRequest } from "./read-request.js";

const read = (body: JsonObject) => readRequest({ model: "m", input: "hi", ...body });
const items = (...input: Json[]) => read({ input });
const user = (...content: Json[]) => items({ role: "user", content });
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
  expect(
    read({ instructions: "be brief", max_output_tokens: 9, stream: true, user: "u", metadata: { a: "b" } }),
  ).toEqual({
    instructions: [{ type: "text", text: "be brief" }],
    turns: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
    tools: [],
    maxOutputTokens: 9,
    user: "u",
    metadata: { a: "b" },
    stream: true,
    extra: {},
  });
});

test("messages that lead are instructions, those later are turns", () => {
  const { instructions, turns } = read({
    instructions: "a",
    input: [
      { role: "developer", content: "b" },
      { type: "message", role: "system", content: [{ type: "input_text", text: "c" }] },
      { role: "user", content: "d" },
      { role: "developer", content: "e" },
    ],
  });
  expect(instructions.map(({ text }) => text)).toEqual(["a", "b", "c"]);
  expect(turns.map(({ role }) => role)).toEqual(["user", "system"]);
});

test("what the model made in a row is one turn; each result is one", () => {
  const { turns, extra } = items(
    { role: "user", content: "hi" },
    {
      type: "reasoning",
      id: "rs_1",
      summary: [
        { type: "summary_text", text: "one" },
        { type: "summary_text", text: "two" },
      ],
      encrypted_content: "x",
    },
    { type: "function_call", id: "fc_1", call_id: "a", name: "f", arguments: '{"x": 1}' },
    { type: "custom_tool_call", call_id: "b", name: "g", input: "free" },
    { type: "function_call_output", call_id: "a", output: "1" },
    { type: "custom_tool_call_output", call_id: "b", output: [{ type: "input_image", image_url: "https://a" }] },
    { type: "web_search_call", id: "ws_1" },
    {
      role: "assistant",
      content: [
        { type: "output_text", text: "so" },
        { type: "refusal", refusal: "no" },
      ],
    },
  );
  const result = (callId: string, part: object) => ({ type: "tool-result", callId, content: [part], isError: false });
  expect(turns).toEqual([
    { role: "user", parts: [{ type: "text", text: "hi" }] },
    {
      role: "assistant",
      parts: [
        { type: "reasoning", text: "one\n\ntwo", encrypted: "x" },
        { type: "tool-call", id: "a", name: "f", argumentsJson: '{"x": 1}' },
        { type: "tool-call", id: "b", name: "g", argumentsJson: '{"input":"free"}' },
      ],
    },
    { role: "tool", parts: [result("a", { type: "text", text: "1" })] },
    { role: "tool", parts: [result("b", { type: "image", source: { url: "https://a" } })] },
    {
      role: "assistant",
      parts: [
        { type: "text", text: "so" },
        { type: "text", text: "no" },
      ],
    },
  ]);
  expect(extra).toEqual({
    "input[1].id": "rs_1",
    "input[2].id": "fc_1",
    "input[6]": { type: "web_search_call", id: "ws_1" },
  });
});

test("thinking in full goes before its summary", () => {
  const reasoning = {
    type: "reasoning",
    content: [{ type: "reasoning_text", text: "all of it" }],
    summary: [{ type: "summary_text", text: "some" }],
    encrypted_content: null,
  };
  const { turns, extra } = items(reasoning);
  expect(turns).toEqual([{ role: "assistant", parts: [{ type: "reasoning", text: "all of it" }] }]);
  expect(extra).toEqual({ "input[0].summary": reasoning.summary });
});

test("images, files and sound are taken; what lives at the provider is kept", () => {
  const { turns, extra } = user(
    { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "high" },
    { type: "input_file", file_data: "data:text/csv;base64,BBBB", filename: "a.csv" },
    { type: "input_file", file_data: "JVBERi0" },
    { type: "input_file", file_url: "https://a/b.pdf" },
    { type: "input_audio", input_audio: { data: "CCCC", format: "mp3" } },
    { type: "input_image", file_id: "file_1", image_url: null },
  );
  expect(turns[0]?.parts).toEqual([
    { type: "image", source: { base64: "AAAA", mediaType: "image/png" }, detail: "high" },
    { type: "file", source: { base64: "BBBB", mediaType: "text/csv" }, name: "a.csv" },
    { type: "file", source: { base64: "JVBERi0", mediaType: "application/pdf" } },
    { type: "file", source: { url: "https://a/b.pdf" } },
    { type: "audio", source: { base64: "CCCC", mediaType: "audio/mp3" } },
  ]);
  expect(Object.keys(extra)).toEqual(["input[0].content[5]"]);
});

test("cache marks are OpenAI's breakpoints or cache_control", () => {
  const { turns, extra } = user(
    { type: "input_text", text: "a", prompt_cache_breakpoint: { mode: "explicit" } },
    { type: "input_text", text: "b", cache_control: { type: "ephemeral", ttl: "1h" } },
    { type: "input_text", text: "c", cache_control: { type: "new" }, prompt_cache_breakpoint: { mode: "new" } },
  );
  expect(turns[0]?.parts).toEqual([
    { type: "text", text: "a", cache: { lifetime: "5m" } },
    { type: "text", text: "b", cache: { lifetime: "1h" } },
    { type: "text", text: "c" },
  ]);
  expect(Object.keys(extra)).toHaveLength(2);
});

const json = { type: "json_schema", name: "s", schema: { type: "object" }, strict: true, description: "d" };
test.each<[JsonObject, object]>([
  [
    { tools: [{ type: "function", name: "f", description: null, parameters: { a: 1 }, strict: false }] },
    { tools: [{ name: "f", parameters: { a: 1 }, strict: false }] },
  ],
  [{ tools: [{ type: "web_search" }] }, { tools: [], extra: { "tools[0]": { type: "web_search" } } }],
  [
    { tool_choice: "required", parallel_tool_calls: false },
    { toolChoice: { type: "required" }, parallelToolCalls: false },
  ],
  [{ tool_choice: { type: "function", name: "f" } }, { toolChoice: { type: "named", name: "f" } }],
  [
    { tool_choice: { type: "allowed_tools", mode: "auto", tools: [] } },
    { toolChoice: { type: "auto" }, extra: { "tool_choice.tools": [] } },
  ],
  [{ tool_choice: { type: "web_search" } }, { extra: { tool_choice: { type: "web_search" } } }],
  [
    { text: { format: json, verbosity: "low" } },
    {
      format: { type: "json-schema", name: "s", schema: { type: "object" }, strict: true },
      extra: { "text.verbosity": "low", "text.format.description": "d" },
    },
  ],
  [{ text: { format: { type: "json_object" } } }, { format: { type: "json" } }],
  [
    { reasoning: { effort: "low", summary: "auto" } },
    { reasoning: { effort: "low" }, extra: { "reasoning.summary": "auto" } },
  ],
  [{ reasoning: { max_tokens: 9, enabled: true } }, { reasoning: { budgetTokens: 9, enabled: true } }],
  [
    { store: false, previous_response_id: "r", input: null },
    { turns: [], extra: { store: false, previous_response_id: "r" } },
  ],
])("settings: %j", (body, expected) => {
  expect(read(body)).toMatchObject(expected);
});

test.each<[JsonObject, string, string]>([
  [{ input: null }, "input", "got null"],
  [{ input: 5 }, "input", "got a number"],
  [{ input: [] }, "input", "empty array"],
  [{ input: ["hi"] }, "input[0]", "got a string"],
  [{ input: [{ role: "wizard", content: "a" }] }, "input[0].role", "'wizard'"],
  [{ input: [{ role: "user", content: null }] }, "input[0].content", "got null"],
  [{ input: [{ role: "user", content: [{ type: "input_text" }] }] }, "input[0].content[0].text", "Missing"],
  [{ input: [{ type: "function_call", call_id: "a", name: "f", arguments: {} }] }, "input[0].arguments", "an object"],
  [{ input: [{ type: "function_call_output", output: "a" }] }, "input[0].call_id", "Missing"],
  [{ instructions: [] }, "instructions", "got an array"],
  [{ tool_choice: "maybe" }, "tool_choice", "Supported values"],
  [{ tool_choice: 5 }, "tool_choice", "an object"],
  [{ text: { format: { type: "json_schema" } } }, "text.format.schema", "Missing"],
])("a mistake is named: %j", (body, param, message) => {
  const [field, sentence] = refusal(body);
  expect(field).toBe(param);
  expect(sentence).toContain(message);
});
