import { expect, test } from "vitest";
import { readRequest } from "../openai-chat/request.js";
import { writeRequest } from "./write-request.js";

const hi = { role: "user", content: "hi" };
function write(body: object, model = "claude-sonnet-4-5", maxOutputTokens: number | undefined = 1000) {
  const chat = { model: "m", max_tokens: 2000, messages: [hi], ...body };
  const request = readRequest(Buffer.from(JSON.stringify(chat)), "openai").canonical();
  const written = writeRequest(request, { model, stream: request.stream, maxOutputTokens });
  return {
    ...written,
    body: JSON.parse(written.body.toString()),
    notes: written.notes.map(({ field, action }) => `${action} ${field}`),
  };
}

test("the request goes to its path with the version", () => {
  const { path, headers, body, notes } = write({ stream: true, stop: "X", user: "u1" });
  expect(path).toBe("/messages");
  expect(headers).toEqual({ "anthropic-version": "2023-06-01" });
  expect(body).toEqual({
    model: "claude-sonnet-4-5",
    max_tokens: 2000,
    stream: true,
    stop_sequences: ["X"],
    metadata: { user_id: "u1" },
    messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
  });
  expect(notes).toEqual([]);
});

test("the output limit is the request's, else the model's, else 4096", () => {
  expect(write({ max_tokens: null }).body.max_tokens).toBe(1000);
  const { body, notes } = write({ max_tokens: null }, "claude-x", undefined);
  expect(body.max_tokens).toBe(1000);
  expect(notes).toEqual(["emulated max_tokens"]);
});

test("roles alternate, tool results come first, and instructions stand in front", () => {
  const { body } = write({
    messages: [
      { role: "system", content: "be brief" },
      hi,
      { role: "user", content: "again" },
      { role: "assistant", content: "", tool_calls: [call("a.1"), call("b")] },
      { role: "tool", tool_call_id: "a.1", content: "1" },
      { role: "tool", tool_call_id: "b", content: "" },
      { role: "user", content: "so?" },
    ],
  });
  expect(body.system).toEqual([{ type: "text", text: "be brief" }]);
  expect(body.messages).toEqual([
    {
      role: "user",
      content: [
        { type: "text", text: "hi" },
        { type: "text", text: "again" },
      ],
    },
    {
      role: "assistant",
      content: [
        { type: "tool_use", id: "a_1", name: "f", input: { x: 1 } },
        { type: "tool_use", id: "b", name: "f", input: { x: 1 } },
      ],
    },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "a_1", content: [{ type: "text", text: "1" }] },
        { type: "tool_result", tool_use_id: "b" },
        { type: "text", text: "so?" },
      ],
    },
  ]);
});

const call = (id: string) => ({ id, type: "function", function: { name: "f", arguments: '{"x":1}' } });

test("a conversation always begins with the user and is never empty", () => {
  expect(write({ messages: [{ role: "system", content: "be brief" }] }).body).toMatchObject({
    messages: [{ role: "user", content: [{ text: "be brief" }] }],
  });
  expect(write({ messages: [{ role: "assistant", content: "I " }] }).body.messages).toMatchObject([
    { role: "user" },
    { role: "assistant", content: [{ text: "I" }] },
  ]);
});

test("images, PDFs and text files are taken, sound is noted", () => {
  const { body, notes } = write({
    messages: [
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url: "https://a/b.png" } },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,BBBB" } },
          { type: "file", file: { file_data: "data:text/plain;base64,aGk=" } },
          { type: "input_audio", input_audio: { data: "CCCC", format: "wav" } },
        ],
      },
    ],
  });
  expect(body.messages[0].content).toEqual([
    { type: "image", source: { type: "url", url: "https://a/b.png" } },
    { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
    { type: "document", source: { type: "base64", media_type: "application/pdf", data: "BBBB" }, title: "a.pdf" },
    { type: "document", source: { type: "text", media_type: "text/plain", data: "hi" } },
  ]);
  expect(notes).toEqual(["dropped messages[0]"]);
});

test.each<[unknown, boolean | undefined, object | undefined]>([
  ["auto", undefined, { type: "auto" }],
  ["required", undefined, { type: "any" }],
  ["none", undefined, { type: "none" }],
  [{ type: "function", function: { name: "f" } }, false, { type: "tool", name: "f", disable_parallel_tool_use: true }],
  [undefined, false, { type: "auto", disable_parallel_tool_use: true }],
  [undefined, undefined, undefined],
])("tool choice %j, parallel %j", (tool_choice, parallel_tool_calls, expected) => {
  const { body } = write({ tools: [{ type: "function", function: { name: "f" } }], tool_choice, parallel_tool_calls });
  expect(body.tools).toEqual([{ name: "f", input_schema: { type: "object", properties: {} } }]);
  expect(body.tool_choice).toEqual(expected);
});

test("thinking follows the model's generation", () => {
  const reasoning = { reasoning_effort: "low", max_tokens: 10_000 };
  expect(write(reasoning, "claude-sonnet-4-5").body.thinking).toEqual({ type: "enabled", budget_tokens: 2048 });
  expect(write(reasoning, "claude-opus-4-20250514").body.thinking).toEqual({ type: "enabled", budget_tokens: 2048 });
  expect(write(reasoning, "claude-opus-4-7").body).toMatchObject({
    thinking: { type: "adaptive", display: "summarized" },
    output_config: { effort: "low" },
  });
  expect(write({ reasoning: { max_tokens: 3000 } }, "claude-opus-4-6").body.thinking).toEqual({
    type: "enabled",
    budget_tokens: 1999,
  });
  expect(write({ reasoning: { max_tokens: 3000 } }, "claude-sonnet-5")).toMatchObject({
    body: { thinking: { type: "adaptive" }, output_config: { effort: "medium" } },
    notes: ["emulated reasoning.max_tokens"],
  });
  expect(write({ reasoning_effort: "none" }, "claude-sonnet-5").body.thinking).toEqual({ type: "disabled" });
});

test("the output limit is never raised for thinking", () => {
  expect(write({ reasoning_effort: "high" })).toMatchObject({
    body: { max_tokens: 2000, thinking: { budget_tokens: 1600 } },
    notes: ["clamped reasoning"],
  });
  expect(write({ reasoning_effort: "high", max_tokens: 1024 })).toMatchObject({ notes: ["dropped reasoning"] });
});

test("thinking goes back with its signature, and is not asked for where it is missing", () => {
  const loop = (assistant: object) => ({
    max_tokens: 9000,
    reasoning_effort: "low",
    messages: [
      hi,
      { role: "assistant", content: null, tool_calls: [call("a")], ...assistant },
      { role: "tool", tool_call_id: "a", content: "1" },
    ],
  });
  const details = [
    { type: "reasoning.text", text: "hm", signature: "sig", index: 0 },
    { type: "reasoning.encrypted", data: "xyz", index: 1 },
  ];
  expect(write(loop({ reasoning_details: details })).body).toMatchObject({
    thinking: { type: "enabled" },
    messages: [
      {},
      {
        content: [
          { type: "thinking", thinking: "hm", signature: "sig" },
          { type: "redacted_thinking", data: "xyz" },
          { type: "tool_use" },
        ],
      },
      {},
    ],
  });
  const unsigned = write(loop({ reasoning_content: "hm" }));
  expect(unsigned.body).not.toHaveProperty("thinking");
  expect(unsigned.notes).toEqual(["dropped messages[1].reasoning", "dropped reasoning"]);
});

test("a schema is demanded where the model keeps to one, else asked for in words", () => {
  const schema = { type: "object", properties: { a: { type: "object", properties: {} } } };
  const response_format = { type: "json_schema", json_schema: { name: "x", schema } };
  expect(write({ response_format })).toMatchObject({
    body: {
      output_config: {
        format: {
          type: "json_schema",
          schema: { additionalProperties: false, properties: { a: { additionalProperties: false } } },
        },
      },
    },
    notes: ["clamped response_format"],
  });
  const asked = write({ response_format }, "claude-3-5-haiku-20241022");
  expect(asked.body.system[0].text).toContain('"type":"object"');
  expect(asked.notes).toEqual(["emulated response_format"]);
});

test("sampling is clamped, or left out where the model takes none", () => {
  expect(write({ temperature: 1.5, top_k: 5 })).toMatchObject({
    body: { temperature: 1, top_k: 5 },
    notes: ["clamped temperature"],
  });
  expect(write({ temperature: 0.5, top_p: 0.5 })).toMatchObject({
    body: { temperature: 0.5 },
    notes: ["dropped top_p"],
  });
  const none = write({ temperature: 0.5, top_p: 0.5, top_k: 5 }, "claude-opus-5");
  expect(none.body).not.toHaveProperty("temperature");
  expect(none.notes).toEqual(["dropped temperature", "dropped top_p", "dropped top_k"]);
});

test("what the API has no field for is on the receipt", () => {
  const { notes } = write({
    seed: 1,
    frequency_penalty: 1,
    presence_penalty: 1,
    n: 2,
    metadata: { a: "b" },
    logprobs: true,
  });
  expect(notes).toEqual([
    "dropped seed",
    "dropped frequency_penalty",
    "dropped presence_penalty",
    "dropped n",
    "dropped metadata",
    "dropped logprobs",
  ]);
});
