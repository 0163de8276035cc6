import fc from "fast-check";
import { expect, test } from "vitest";
import { messagesEvents, messagesFault } from "../../../test/messages-grammar.js";
import type { Event } from "../../canonical/event.js";
import type { Usage } from "../../canonical/usage.js";
import { EventBuilder } from "../event-builder.js";
import { anthropicMessages } from "./dialect.js";

const served = {
  generationId: "gen-1-abc",
  createdSeconds: 1,
  providerId: "acme",
  providerName: "Acme",
  model: "acme/tiny-1",
  costOf: () => 3_250_000,
};
const outline = anthropicMessages.readRequest(
  Buffer.from('{"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"a"}]}'),
  "openai",
).outline;
const profiles = fc.constantFrom("openai" as const, "openrouter" as const);

function streamOf(events: readonly Event[], profile: "openai" | "openrouter" = "openai"): string {
  const writer = anthropicMessages.writeStream(served, outline, profile);
  return events.map((event) => writer.write(event)).join("") + writer.end();
}

function readStream(stream: string): readonly Event[] {
  const reader = anthropicMessages.readStream();
  const read = messagesEvents(stream).flatMap(({ name, data }) => reader.read(JSON.stringify(data), name));
  expect(reader.done).toBe(true);
  return read;
}

const plain = (events: readonly Event[], profile: "openai" | "openrouter" = "openai") =>
  JSON.parse(anthropicMessages.writeResponse(events, served, profile).toString());

// What this dialect expresses: parts one after another, citations within text, arguments that are objects.
const word = fc.string({ minLength: 1, maxLength: 12 });
const object = fc
  .dictionary(word, fc.oneof(word, fc.integer(), fc.boolean()), { maxKeys: 3 })
  .map((value) => JSON.stringify(value));
const pieces = fc.array(word, { minLength: 1, maxLength: 3 });
const part = fc.oneof(
  fc.record({ kind: fc.constant("text" as const), texts: pieces, cites: fc.boolean() }),
  fc.record({ kind: fc.constant("reasoning" as const), texts: pieces, signature: fc.option(word) }),
  fc.record({ kind: fc.constant("encrypted" as const), data: word }),
  fc.record({ kind: fc.constant("call" as const), id: word, name: word, json: object }),
);
const usage = fc
  .record({
    fresh: fc.nat(99),
    cacheReadTokens: fc.nat(99),
    cacheWriteTokens: fc.nat(99),
    cacheWrite1hTokens: fc.nat(99),
    outputTokens: fc.integer({ min: 50, max: 99 }),
    reasoningTokens: fc.nat(50),
  })
  .map(({ fresh, ...rest }): Usage => {
    const inputTokens = fresh + rest.cacheReadTokens + rest.cacheWriteTokens + rest.cacheWrite1hTokens;
    return { inputTokens, ...rest, provenance: "reported" };
  });
const finish = fc.constantFrom<Extract<Event, { type: "finish" }>["finish"]>(
  { reason: "stop", native: "end_turn" },
  { reason: "stop", native: "pause_turn" },
  { reason: "length", native: "max_tokens" },
  { reason: "length", native: "model_context_window_exceeded" },
  { reason: "tool-calls", native: "tool_use" },
  { reason: "content-filter", native: "refusal" },
);

const answer = fc
  .tuple(fc.array(part, { maxLength: 4 }), usage, finish, fc.option(word))
  .map(([parts, used, ending, refusal]): readonly Event[] => {
    const builder = new EventBuilder();
    builder.add({ type: "start", id: "gen-1-abc", model: "acme/tiny-1" });
    for (const one of parts) {
      builder.endPart();
      if (one.kind === "text") {
        for (const text of one.texts) builder.text(text);
        if (one.cites) builder.add({ type: "citation", url: "https://a.example", title: "A", text: "cited" });
      } else if (one.kind === "reasoning") {
        for (const text of one.texts) builder.reasoning(text);
        builder.signature(one.signature ?? "");
      } else if (one.kind === "encrypted") builder.encrypted(one.data);
      else {
        const call = builder.startCall(one.id, one.name);
        builder.callArguments(call, one.json);
        builder.endCall(call);
      }
    }
    builder.endAll();
    builder.add({ type: "usage", usage: used });
    if (refusal !== null && ending.reason === "content-filter") builder.add({ type: "refusal", text: refusal });
    builder.add({ type: "finish", finish: ending });
    return builder.take();
  });

/** Deltas of one part as one: where a text is cut is no part of its meaning. */
function joined(events: readonly Event[]): readonly Event[] {
  const out: Event[] = [];
  for (const event of events) {
    const last = out.at(-1);
    if (event.type === "text-delta" && last?.type === "text-delta")
      out.splice(-1, 1, { ...last, text: last.text + event.text });
    else if (event.type === "reasoning-delta" && last?.type === "reasoning-delta")
      out.splice(-1, 1, { ...last, text: last.text + event.text });
    else out.push(event);
  }
  return out;
}

test("a stream that is written and read back is the same, and keeps to the rules", () => {
  fc.assert(
    fc.property(answer, profiles, (events, profile) => {
      const stream = streamOf(events, profile);
      expect(messagesFault(stream)).toBeUndefined();
      expect(readStream(stream)).toEqual(events);
    }),
  );
});

test("a plain answer that is written and read back is the same", () => {
  fc.assert(
    fc.property(answer, profiles, (events, profile) => {
      const read = anthropicMessages.readResponse(anthropicMessages.writeResponse(events, served, profile));
      expect(joined(read)).toEqual(joined(events));
    }),
  );
});

test("calls whose arguments come mixed are written one after the other", () => {
  const stream = streamOf([
    { type: "start", id: undefined, model: undefined },
    { type: "text-start", index: 0 },
    { type: "text-delta", index: 0, text: "Two calls." },
    { type: "text-end", index: 0 },
    { type: "tool-call-start", index: 1, call: 0, id: "a", name: "f" },
    { type: "tool-call-start", index: 2, call: 1, id: "b", name: "g" },
    { type: "tool-call-delta", index: 2, call: 1, argumentsJson: '{"y":' },
    { type: "tool-call-delta", index: 1, call: 0, argumentsJson: '{"x":1}' },
    { type: "text-start", index: 3 },
    { type: "text-delta", index: 3, text: "Late." },
    { type: "tool-call-delta", index: 2, call: 1, argumentsJson: "2}" },
    { type: "text-end", index: 3 },
    { type: "tool-call-end", index: 2, call: 1 },
    { type: "tool-call-end", index: 1, call: 0 },
    { type: "finish", finish: { reason: "tool-calls", native: "tool_calls" } },
  ]);
  expect(messagesFault(stream)).toBeUndefined();
  const message = messagesEvents(stream).map(({ data }) => data);
  expect(
    message.filter(({ type }) => type === "content_block_delta").map(({ index, delta }) => ({ index, delta })),
  ).toEqual([
    { index: 0, delta: { type: "text_delta", text: "Two calls." } },
    { index: 1, delta: { type: "input_json_delta", partial_json: '{"x":1}' } },
    { index: 2, delta: { type: "input_json_delta", partial_json: '{"y":' } },
    { index: 2, delta: { type: "input_json_delta", partial_json: "2}" } },
    { index: 3, delta: { type: "text_delta", text: "Late." } },
  ]);
  expect(message.at(-2)).toMatchObject({ type: "message_delta", delta: { stop_reason: "tool_use" } });
});

test("the first block of several goes out as it comes", () => {
  const writer = anthropicMessages.writeStream(served, outline, "openai");
  writer.write({ type: "tool-call-start", index: 0, call: 0, id: "a", name: "f" });
  writer.write({ type: "tool-call-start", index: 1, call: 1, id: "b", name: "g" });
  expect(writer.write({ type: "tool-call-delta", index: 1, call: 1, argumentsJson: "{}" })).toBe("");
  expect(writer.write({ type: "tool-call-delta", index: 0, call: 0, argumentsJson: "{}" })).toContain(
    "input_json_delta",
  );
});

test("citations that come without a text, or before it, are kept", () => {
  const citation: Event = { type: "citation", url: "https://a.example", title: undefined, text: undefined };
  const finished: Event = { type: "finish", finish: { reason: "stop", native: "stop" } };
  const source = {
    type: "web_search_result_location",
    url: "https://a.example",
    title: null,
    encrypted_index: "",
    cited_text: "",
  };
  expect(plain([citation, finished]).content).toEqual([{ type: "text", text: "", citations: [source] }]);
  const text: Event[] = [
    { type: "text-start", index: 0 },
    { type: "text-delta", index: 0, text: "So." },
    { type: "text-end", index: 0 },
  ];
  expect(plain([citation, ...text, finished]).content).toEqual([{ type: "text", text: "So.", citations: [source] }]);
  expect(plain([...text, citation, finished]).content).toEqual([{ type: "text", text: "So.", citations: [source] }]);
  expect(plain([...text, finished]).content).toEqual([{ type: "text", text: "So." }]);
});

test("a refusal of another dialect stops as one, and says why", () => {
  const answered = plain([
    { type: "refusal", text: "I will " },
    { type: "refusal", text: "not." },
    { type: "finish", finish: { reason: "stop", native: "stop" } },
  ]);
  expect(answered).toMatchObject({
    content: [],
    stop_reason: "refusal",
    stop_details: { type: "refusal", explanation: "I will not." },
  });
});

test("arguments that were cut off are kept as text", () => {
  const answered = plain([
    { type: "tool-call-start", index: 0, call: 0, id: "a", name: "f" },
    { type: "tool-call-delta", index: 0, call: 0, argumentsJson: '{"x":' },
    { type: "finish", finish: { reason: "length", native: "length" } },
  ]);
  expect(answered.content).toEqual([{ type: "tool_use", id: "a", name: "f", input: { arguments: '{"x":' } }]);
  expect(answered.stop_reason).toBe("max_tokens");
});

test("a finish that is an error makes no whole answer", () => {
  const failed: Event = { type: "finish", finish: { reason: "error", native: "error" } };
  expect(() => streamOf([failed])).toThrow(expect.objectContaining({ code: "upstream_error" }));
});

test("on /api/v1 the answer says who served and what it cost; on /v1 it is Anthropic's alone", () => {
  const events: Event[] = [
    {
      type: "usage",
      usage: {
        inputTokens: 10,
        cacheReadTokens: 4,
        cacheWriteTokens: 0,
        cacheWrite1hTokens: 0,
        outputTokens: 2,
        reasoningTokens: 0,
        provenance: "reported",
      },
    },
    { type: "finish", finish: { reason: "stop", native: "stop" } },
  ];
  const counts = { input_tokens: 6, cache_creation_input_tokens: 0, cache_read_input_tokens: 4, output_tokens: 2 };
  expect(plain(events)).toEqual({
    id: "gen-1-abc",
    type: "message",
    role: "assistant",
    model: "acme/tiny-1",
    content: [],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: counts,
  });
  expect(plain(events, "openrouter")).toMatchObject({
    provider: "Acme",
    usage: { ...counts, cost: 0.00325, is_byok: false },
  });
  const [start, end] = messagesEvents(streamOf(events, "openrouter")).map(({ data }) => data);
  expect(start).toMatchObject({ message: { provider: "Acme" } });
  expect(end).toMatchObject({ usage: { ...counts, cost: 0.00325 } });
});

test("where the provider tells no usage, the counts that clients demand are 0", () => {
  expect(plain([{ type: "finish", finish: { reason: "other", native: undefined } }]).usage).toEqual({
    input_tokens: 0,
    output_tokens: 0,
  });
});

test("the grammar finds what breaks the rules", () => {
  const good = streamOf([
    { type: "text-start", index: 0 },
    { type: "text-delta", index: 0, text: "a" },
    { type: "text-end", index: 0 },
  ]);
  const frames = good.split("\n\n").filter((frame) => frame !== "");
  expect(messagesFault(good)).toBeUndefined();
  const delta = frames.findIndex((frame) => frame.includes("text_delta"));
  for (const left of [...frames.keys()].filter((at) => at !== delta))
    expect(messagesFault(`${frames.filter((_, at) => at !== left).join("\n\n")}\n\n`), frames[left]).toBeDefined();
  expect(messagesFault(good + good)).toBeDefined();
  expect(messagesFault(good.replace('"index":0', '"index":1'))).toBeDefined();
  expect(messagesFault(good.replace("event: content_block_stop", "event: other"))).toBeDefined();
});
