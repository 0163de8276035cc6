import fc from "fast-check";
import { expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import type { Event } from "../../canonical/event.js";
import type { Json, JsonObject } from "../../canonical/json.js";
import { collect } from "../collect.js";
import { openaiResponses } from "./dialect.js";

function readAll(...frames: readonly JsonObject[]): readonly Event[] {
  const reader = openaiResponses.readStream();
  return frames.flatMap((frame) => reader.read(JSON.stringify(frame), undefined));
}

const created = {
  type: "response.created",
  response: { id: "resp_1", model: "m-1", status: "in_progress", output: [] },
};
const ended = (output: readonly JsonObject[] = [], more: JsonObject = {}): JsonObject => ({
  type: "response.completed",
  response: { id: "resp_1", status: "completed", output, ...more },
});
const added = (output_index: number, item: JsonObject) => ({ type: "response.output_item.added", output_index, item });
const done = (output_index: number, item: JsonObject) => ({ type: "response.output_item.done", output_index, item });
const plain = (...output: readonly JsonObject[]) =>
  openaiResponses.readResponse(Buffer.from(JSON.stringify({ id: "resp_1", status: "completed", output })));
const faultOf = (run: () => unknown): TrunklineError => {
  try {
    run();
  } catch (error) {
    if (TrunklineError.is(error)) return error;
  }
  throw new Error("nothing was thrown");
};
const errorIn = (events: readonly Event[]) => events.find((event) => event.type === "error")?.error;

test("arguments of parallel calls that come mixed stay apart", () => {
  const call = (index: number) => ({
    type: "function_call",
    id: `fc_${index}`,
    call_id: `c${index}`,
    name: `f${index}`,
  });
  const delta = (output_index: number, piece: string) => ({
    type: "response.function_call_arguments.delta",
    output_index,
    delta: piece,
  });
  const { parts, finish } = collect(
    readAll(
      created,
      added(0, call(0)),
      added(1, call(1)),
      delta(0, '{"a":'),
      delta(1, '{"b":'),
      delta(0, "1}"),
      delta(1, "2}"),
      done(1, { ...call(1), arguments: '{"b":2}' }),
      done(0, { ...call(0), arguments: '{"a":1}' }),
      ended(),
    ),
  );
  expect(parts).toEqual([
    { type: "tool-call", id: "c0", name: "f0", argumentsJson: '{"a":1}' },
    { type: "tool-call", id: "c1", name: "f1", argumentsJson: '{"b":2}' },
  ]);
  expect(finish).toEqual({ reason: "tool-calls", native: "completed" });
});

test("the input of a custom tool becomes JSON arguments, in pieces and whole", () => {
  const item = { type: "custom_tool_call", call_id: "c", name: "sql" };
  const delta = (piece: string) => ({ type: "response.custom_tool_call_input.delta", output_index: 0, delta: piece });
  const streamed = readAll(
    added(0, { ...item, input: "" }),
    delta('SELECT "a"'),
    delta("\n\u00e9"),
    done(0, { ...item, input: 'SELECT "a"\n\u00e9' }),
    ended(),
  );
  for (const events of [streamed, plain({ ...item, input: 'SELECT "a"\n\u00e9' })])
    expect(collect(events).parts).toEqual([
      { type: "tool-call", id: "c", name: "sql", argumentsJson: JSON.stringify({ input: 'SELECT "a"\n\u00e9' }) },
    ]);
  expect(collect(plain({ ...item, input: "" })).parts).toMatchObject([{ argumentsJson: '{"input":""}' }]);
});

test("reasoning is its summary where there is one, else what was thought; its encrypted form follows", () => {
  const summary = [
    { type: "summary_text", text: "one" },
    { type: "summary_text", text: "two" },
  ];
  const thought = [{ type: "reasoning_text", text: "all" }];
  expect(collect(plain({ type: "reasoning", summary, content: thought, encrypted_content: "x" })).parts).toEqual([
    { type: "reasoning", text: "one" },
    { type: "reasoning", text: "two" },
    { type: "reasoning", text: "", encrypted: "x" },
  ]);
  expect(collect(plain({ type: "reasoning", summary: [], content: thought })).parts).toEqual([
    { type: "reasoning", text: "all" },
  ]);
  const streamed = readAll(
    added(0, { type: "reasoning", summary: [], encrypted_content: "early" }),
    { type: "response.reasoning_text.delta", output_index: 0, content_index: 0, delta: "all" },
    done(0, { type: "reasoning", summary, content: thought, encrypted_content: "late" }),
    ended(),
  );
  expect(collect(streamed).parts).toEqual([
    { type: "reasoning", text: "all" },
    { type: "reasoning", text: "", encrypted: "late" },
  ]);
});

test("what an end says beyond its deltas is told", () => {
  const text = (type: string, more: JsonObject) => ({
    type: `response.output_text.${type}`,
    output_index: 0,
    content_index: 0,
    ...more,
  });
  const events = readAll(
    added(0, { type: "message", content: [] }),
    text("delta", { delta: "He" }),
    text("done", { text: "Hello" }),
    done(0, { type: "message", content: [{ type: "output_text", text: "Hello you" }] }),
    ended(),
  );
  expect(collect(events).parts).toEqual([{ type: "text", text: "Hello you" }]);
});

test("citations are told once, whether they come as events or with the text", () => {
  const note = (url: string) => ({ type: "url_citation", url, title: "T", start_index: 0, end_index: 1 });
  const text = { type: "output_text", text: "Hi", annotations: [note("https://a"), note("https://b")] };
  const item = { type: "message", role: "assistant", content: [text, { ...text, annotations: [note("https://c")] }] };
  const streamed = readAll(
    added(0, { type: "message", content: [] }),
    { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "Hi" },
    { type: "response.output_text.annotation.added", output_index: 0, content_index: 0, annotation: note("https://a") },
    done(0, item),
    ended([item]),
  );
  const tell = (content_index: number, more: JsonObject) => ({ output_index: 0, content_index, ...more });
  const told = readAll(
    ...[0, 1].flatMap((part) => [
      tell(part, { type: "response.content_part.added" }),
      tell(part, { type: "response.output_text.delta", delta: "Hi" }),
      ...(part === 0 ? ["https://a", "https://b"] : ["https://c"]).map((url) =>
        tell(part, { type: "response.output_text.annotation.added", annotation: note(url) }),
      ),
    ]),
    done(0, item),
    ended([item]),
  );
  for (const events of [streamed, told, plain(item)]) {
    const { citations, parts } = collect(events);
    expect(citations.map(({ url }) => url)).toEqual(["https://a", "https://b", "https://c"]);
    expect(parts.map((part) => (part.type === "text" ? part.text : ""))).toEqual(["Hi", "Hi"]);
  }
});

test("pictures are told as Chat tells them; a search is kept as it came", () => {
  const { extra } = collect(
    plain(
      { type: "image_generation_call", result: "AAAA", output_format: "webp" },
      { type: "web_search_call", id: "ws_1" },
      { type: "image_generation_call", result: null },
    ),
  );
  expect(extra).toEqual({
    images: [{ type: "image_url", image_url: { url: "data:image/webp;base64,AAAA" } }],
    web_search_call: { type: "web_search_call", id: "ws_1" },
  });
});

test.each<[JsonObject, object]>([
  [{ status: "completed" }, { reason: "stop", native: "completed" }],
  [{ status: "complete" }, { reason: "stop", native: "complete" }],
  [{ status: undefined }, { reason: "stop", native: "completed" }],
  [
    { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } },
    { reason: "length", native: "max_output_tokens" },
  ],
  [
    { status: "incomplete", incomplete_details: { reason: "content_filter" } },
    { reason: "content-filter", native: "content_filter" },
  ],
  [
    { status: "incomplete", incomplete_details: null },
    { reason: "other", native: "incomplete" },
  ],
])("%j ends as %j", (more, finish) => {
  const events = openaiResponses.readResponse(Buffer.from(JSON.stringify({ output: [], ...more })));
  expect(events.at(-1)).toEqual({ type: "finish", finish });
});

test.each<[JsonObject | string, string]>([
  ["<html>", "upstream_invalid"],
  [{ id: "x" }, "upstream_invalid"],
  [{ status: "queued", output: [] }, "upstream_invalid"],
  [{ status: "failed", output: [], error: { code: "rate_limit_exceeded", message: "slow" } }, "upstream_rate_limit"],
  [{ error: { code: "server_error", message: "down" } }, "upstream_error"],
])("the plain answer %j is an error", (body, code) => {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  expect(faultOf(() => openaiResponses.readResponse(bytes)).code).toBe(code);
});

test.each<[string, JsonObject, string]>([
  ["as OpenAI sends it", { type: "error", error: { code: "insufficient_quota", message: "no" } }, "upstream_credit"],
  ["as it is documented", { type: "error", code: "rate_limit_exceeded", message: "slow" }, "upstream_rate_limit"],
  ["without a type", { error: { message: "odd" } }, "upstream_error"],
  [
    "as a failed response",
    { type: "response.failed", response: { status: "failed", error: { code: "server_error", message: "down" } } },
    "upstream_error",
  ],
  ["as a failed response without a reason", { type: "response.failed", response: {} }, "upstream_error"],
])("an error inside a stream is read %s", (_, frame, code) => {
  expect(errorIn(readAll(created, frame))?.code).toBe(code);
});

test("nothing after the last event counts, and the end marker ends", () => {
  const reader = openaiResponses.readStream();
  const feed = (frame: JsonObject) => reader.read(JSON.stringify(frame), undefined);
  feed(ended());
  expect([reader.terminal, reader.done]).toEqual([true, true]);
  expect(feed({ type: "response.output_text.delta", output_index: 0, delta: "late" })).toEqual([]);
  expect(feed({ type: "error", message: "late" })).toEqual([]);
  const other = openaiResponses.readStream();
  expect(other.read(" [DONE]", undefined)).toEqual([]);
  expect([other.terminal, other.done]).toEqual([false, true]);
  expect(other.read("ping", undefined)).toEqual([]);
  expect(() => openaiResponses.readStream().read('{"type":', undefined)).toThrow(TrunklineError);
});

test("an event without a type is what its name says", () => {
  const reader = openaiResponses.readStream();
  const events = reader.read(JSON.stringify({ output_index: 0, delta: "Hi" }), "response.output_text.delta");
  expect(events).toContainEqual({ type: "text-delta", index: 0, text: "Hi" });
});

test("usage counts what was cached and written to the cache", () => {
  const usage = {
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 4, cache_write_tokens: 3 },
    output_tokens: 6,
    output_tokens_details: { reasoning_tokens: 2 },
  };
  expect(collect(readAll(created, ended([], { usage }))).usage).toEqual({
    inputTokens: 10,
    cacheReadTokens: 4,
    cacheWriteTokens: 3,
    cacheWrite1hTokens: 0,
    outputTokens: 6,
    reasoningTokens: 2,
    provenance: "reported",
  });
  expect(collect(readAll(ended([], { usage: { input_tokens: "10" } }))).usage).toBeUndefined();
});

test("no frames make the reader throw anything but the taxonomy's errors, and what it tells is well-formed", () => {
  const type = fc.constantFrom(
    ..."created output_item.added output_item.done content_part.added output_text.delta output_text.done refusal.delta"
      .split(" ")
      .map((name) => `response.${name}`),
    ..."reasoning_text.delta function_call_arguments.delta function_call_arguments.done completed failed"
      .split(" ")
      .map((name) => `response.${name}`),
    "error",
  );
  const item = fc.record({
    type: fc.constantFrom("message", "reasoning", "function_call", "custom_tool_call", "image_generation_call", 5),
    content: fc.oneof(fc.jsonValue(), fc.array(fc.record({ type: fc.constant("output_text"), text: fc.jsonValue() }))),
    name: fc.jsonValue(),
    arguments: fc.jsonValue(),
    input: fc.jsonValue(),
  });
  const frame = fc.record({
    type,
    output_index: fc.oneof(fc.nat(3), fc.jsonValue()),
    item: fc.oneof(item, fc.jsonValue()),
    delta: fc.oneof(fc.string(), fc.jsonValue()),
    text: fc.jsonValue(),
    response: fc.oneof(fc.jsonValue(), fc.record({ output: fc.array(item), status: fc.jsonValue() })),
  });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), (frames) => {
      const reader = openaiResponses.readStream();
      const begun = new Set<number>();
      let next = 0;
      for (const one of frames) {
        const events = reader.read(JSON.stringify(one satisfies { [field: string]: unknown }), undefined);
        for (const event of events) {
          if (!("index" in event)) continue;
          if (event.type.endsWith("-start")) {
            expect(event.index).toBe(next++);
            begun.add(event.index);
          } else expect(begun.has(event.index)).toBe(true);
          if (event.type.endsWith("-end")) begun.delete(event.index);
        }
        if (reader.terminal) expect([...begun]).toEqual([]);
      }
    }),
  );
});

test("a long answer is read in time that grows with its length", () => {
  const timeOf = (count: number) => {
    const reader = openaiResponses.readStream();
    const delta = JSON.stringify({
      type: "response.output_text.delta",
      output_index: 0,
      content_index: 0,
      delta: "ab",
    });
    const text: Json = "ab".repeat(count);
    const item = { type: "message", content: [{ type: "output_text", text }] };
    const startedMs = performance.now();
    for (let i = 0; i < count; i++) reader.read(delta, undefined);
    reader.read(JSON.stringify(done(0, item)), undefined);
    reader.read(JSON.stringify(ended([item])), undefined);
    return performance.now() - startedMs;
  };
  timeOf(10_000);
  const small = Math.min(timeOf(10_000), timeOf(10_000), timeOf(10_000));
  const large = Math.min(timeOf(80_000), timeOf(80_000));
  expect(large).toBeLessThan(Math.max(small * 24, 200));
});
