import { expect, test } from "vitest";
import type { Event } from "../../canonical/event.js";
import { readResponse, readStream } from "./stream.js";

function read(frames: readonly object[]): { events: readonly Event[]; terminal: boolean; done: boolean } {
  const reader = readStream();
  const events = frames.flatMap((frame) => reader.read(JSON.stringify(frame), undefined));
  return { events, terminal: reader.terminal, done: reader.done };
}
const start = {
  type: "message_start",
  message: {
    id: "msg_1",
    model: "claude-x",
    usage: { input_tokens: 10, cache_read_input_tokens: 100, output_tokens: 1 },
  },
};
const block = (index: number, content_block: object) => ({ type: "content_block_start", index, content_block });
const delta = (index: number, part: object) => ({ type: "content_block_delta", index, delta: part });
const stop = (index: number) => ({ type: "content_block_stop", index });
const end = (stop_reason: string, usage: object = { output_tokens: 7 }) => [
  { type: "message_delta", delta: { stop_reason }, usage },
  { type: "message_stop" },
];

test("thinking, text and a tool call become parts with indexes of ours", () => {
  const { events, done } = read([
    start,
    { type: "ping" },
    block(0, { type: "thinking", thinking: "" }),
    delta(0, { type: "thinking_delta", thinking: "hm" }),
    delta(0, { type: "signature_delta", signature: "sig" }),
    stop(0),
    block(1, { type: "redacted_thinking", data: "xyz" }),
    stop(1),
    block(3, { type: "text", text: "" }),
    delta(3, { type: "text_delta", text: "ok" }),
    stop(3),
    block(5, { type: "tool_use", id: "toolu_1", name: "f", input: {} }),
    delta(5, { type: "input_json_delta", partial_json: '{"x"' }),
    delta(5, { type: "input_json_delta", partial_json: ":1}" }),
    stop(5),
    { type: "of_tomorrow", x: 1 },
    ...end("tool_use"),
  ]);
  expect(done).toBe(true);
  expect(events).toEqual([
    { type: "start", id: "msg_1", model: "claude-x" },
    { type: "reasoning-start", index: 0 },
    { type: "reasoning-delta", index: 0, text: "hm" },
    { type: "reasoning-end", index: 0, signature: "sig", encrypted: undefined },
    { type: "reasoning-start", index: 1 },
    { type: "reasoning-end", index: 1, signature: undefined, encrypted: "xyz" },
    { type: "text-start", index: 2 },
    { type: "text-delta", index: 2, text: "ok" },
    { type: "text-end", index: 2 },
    { type: "tool-call-start", index: 3, call: 0, id: "toolu_1", name: "f" },
    { type: "tool-call-delta", index: 3, call: 0, argumentsJson: '{"x"' },
    { type: "tool-call-delta", index: 3, call: 0, argumentsJson: ":1}" },
    { type: "tool-call-end", index: 3, call: 0 },
    {
      type: "usage",
      usage: {
        inputTokens: 110,
        cacheReadTokens: 100,
        cacheWriteTokens: 0,
        cacheWrite1hTokens: 0,
        outputTokens: 7,
        reasoningTokens: 0,
        provenance: "reported",
      },
    },
    { type: "finish", finish: { reason: "tool-calls", native: "tool_use" } },
  ]);
});

test("input is the sum of its disjoint parts, and the last usage wins", () => {
  const { events } = read([
    start,
    ...end("end_turn", {
      input_tokens: 5,
      cache_read_input_tokens: null,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
      output_tokens: 9,
      output_tokens_details: { thinking_tokens: 4 },
    }),
  ]);
  expect(events.find(({ type }) => type === "usage")).toMatchObject({
    usage: {
      inputTokens: 135,
      cacheReadTokens: 100,
      cacheWriteTokens: 10,
      cacheWrite1hTokens: 20,
      outputTokens: 9,
      reasoningTokens: 4,
    },
  });
});

test.each([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["pause_turn", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool-calls"],
  ["refusal", "content-filter"],
  ["of_tomorrow", "other"],
])("stop reason %s is %s", (native, reason) => {
  expect(read([start, ...end(native)]).events.at(-1)).toEqual({ type: "finish", finish: { reason, native } });
});

test("a tool call without arguments has the empty object", () => {
  const { events } = read([start, block(0, { type: "tool_use", id: "t", name: "f", input: {} }), stop(0)]);
  expect(events).toContainEqual({ type: "tool-call-delta", index: 0, call: 0, argumentsJson: "{}" });
});

test("citations with an address are citations, other blocks are kept as extra", () => {
  const { events } = read([
    start,
    block(0, { type: "server_tool_use", id: "s", name: "web_search", input: {} }),
    stop(0),
    block(1, { type: "text", text: "a" }),
    delta(1, { type: "citations_delta", citation: { url: "https://a.b", title: "T", cited_text: "c" } }),
    stop(1),
  ]);
  expect(events).toContainEqual({ type: "citation", url: "https://a.b", title: "T", text: "c" });
  expect(events.find(({ type }) => type === "extra")).toMatchObject({ fields: { server_tool_use: { id: "s" } } });
});

test("an error event has its class, and a cut answer is not complete", () => {
  const { events, terminal } = read([
    start,
    { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
  ]);
  expect(events.at(-1)).toMatchObject({ type: "error", error: { code: "upstream_overloaded" } });
  expect(terminal).toBe(false);
});

test("a plain answer is read as a stream that was collected", () => {
  const message = {
    ...start.message,
    content: [
      { type: "text", text: "Hi" },
      { type: "tool_use", id: "t", name: "f", input: { x: 1 } },
    ],
    stop_reason: "tool_use",
  };
  const events = readResponse(Buffer.from(JSON.stringify(message)));
  expect(events.map(({ type }) => type)).toEqual([
    "start",
    "text-start",
    "text-delta",
    "text-end",
    "tool-call-start",
    "tool-call-delta",
    "tool-call-end",
    "usage",
    "finish",
  ]);
  for (const body of ["", "[]", "{}", '{"content":null}']) expect(() => readResponse(Buffer.from(body))).toThrow();
  expect(() => readResponse(Buffer.from('{"type":"error","error":{"type":"api_error","message":"x"}}'))).toThrow("x");
});
