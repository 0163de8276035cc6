import fc from "fast-check";
import { expect, test } from "vitest";
import { geminiEvents, geminiFault } from "../../../test/gemini-grammar.js";
import { TrunklineError } from "../../canonical/error.js";
import type { Event } from "../../canonical/event.js";
import { collect } from "../collect.js";
import { EventBuilder } from "../event-builder.js";
import { geminiClient } from "./client.js";
import { readResponse, readStream } from "./stream.js";

const served = {
  generationId: "gen-1-abc",
  createdSeconds: 1,
  providerId: "acme",
  providerName: "Acme",
  model: "acme/tiny-1",
  costOf: () => 3_250_000,
};
const client = (sse = true) => geminiClient({ model: "m", stream: true, sse });
const outlineOf = (dialect: ReturnType<typeof client>) =>
  dialect.readRequest(Buffer.from('{"contents":[{"parts":[{"text":"a"}]}]}'), "openai").outline;

function streamOf(events: readonly Event[], sse = true): string {
  const dialect = client(sse);
  const writer = dialect.writeStream(served, outlineOf(dialect), "openai");
  return events.map((event) => writer.write(event)).join("") + writer.end();
}

const plain = (events: readonly Event[]) => client().writeResponse(events, served, "openai");

function readBack(stream: string): readonly Event[] {
  const reader = readStream();
  const read = geminiEvents(stream).flatMap((event) => reader.read(JSON.stringify(event), undefined));
  expect(reader.terminal).toBe(true);
  return read;
}

// What this dialect expresses: parts one after another, sources once each, arguments that are objects.
const word = fc.string({ minLength: 1, maxLength: 12 });
const object = fc
  .dictionary(word, fc.oneof(word, fc.integer(), fc.boolean()), { maxKeys: 3 })
  .map((value) => JSON.stringify(JSON.parse(JSON.stringify(value))));
const pieces = fc.array(word, { minLength: 1, maxLength: 3 });
const part = fc.oneof(
  fc.record({ kind: fc.constant("text" as const), texts: pieces }),
  fc.record({ kind: fc.constant("reasoning" as const), texts: pieces, signature: fc.option(word) }),
  fc.record({ kind: fc.constant("encrypted" as const), data: word }),
  fc.record({ kind: fc.constant("call" as const), id: word, name: word, json: object }),
);
const usage = fc.record({
  inputTokens: fc.integer({ min: 50, max: 99 }),
  cached: fc.nat(50),
  answer: fc.nat(50),
  thought: fc.nat(50),
});
const answer = fc
  .tuple(
    fc.array(part, { maxLength: 5 }),
    fc.uniqueArray(fc.webUrl(), { maxLength: 2 }),
    usage,
    fc.constantFrom("STOP", "MAX_TOKENS", "SAFETY"),
    fc.option(word),
  )
  .map(([parts, urls, used, native, refusal]): readonly Event[] => {
    const builder = new EventBuilder();
    builder.add({ type: "start", id: "gen-1-abc", model: "acme/tiny-1" });
    for (const one of parts) {
      builder.endPart();
      if (one.kind === "text") for (const text of one.texts) builder.text(text);
      else if (one.kind === "reasoning") {
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
    for (const url of urls) builder.add({ type: "citation", url, title: "A", text: "cited" });
    builder.add({
      type: "usage",
      usage: {
        inputTokens: used.inputTokens,
        cacheReadTokens: used.cached,
        cacheWriteTokens: 0,
        cacheWrite1hTokens: 0,
        outputTokens: used.answer + used.thought,
        reasoningTokens: used.thought,
        provenance: "reported",
      },
    });
    const stopped = builder.calls > 0 ? "tool-calls" : "stop";
    const reason = native === "STOP" ? stopped : native === "SAFETY" ? "content-filter" : "length";
    if (reason === "content-filter" && refusal !== null) builder.add({ type: "refusal", text: refusal });
    builder.add({ type: "finish", finish: { reason, native } });
    return builder.take();
  });

/** Neighbours that mean one thing: text and text, a thought and the thought that goes on. */
function meaning(events: readonly Event[]) {
  const { parts, ...rest } = collect(events);
  const joined: (typeof parts)[number][] = [];
  for (const one of parts) {
    const last = joined.at(-1);
    if (one.type === "text" && last?.type === "text") joined.splice(-1, 1, { ...one, text: last.text + one.text });
    else if (
      one.type === "reasoning" &&
      one.encrypted === undefined &&
      last?.type === "reasoning" &&
      last.encrypted === undefined &&
      last.signature === undefined
    )
      joined.splice(-1, 1, { ...one, text: last.text + one.text });
    else joined.push(one);
  }
  return { ...rest, parts: joined };
}

test.each([true, false])(
  "a stream that is written and read back is the same, and keeps to the rules: sse %s",
  (sse) => {
    fc.assert(
      fc.property(answer, (events) => {
        const stream = streamOf(events, sse);
        expect(geminiFault(stream)).toBeUndefined();
        expect(meaning(readBack(stream))).toEqual(meaning(events));
      }),
    );
  },
);

test("a plain answer that is written and read back is the same", () => {
  fc.assert(
    fc.property(answer, (events) => {
      expect(meaning(readResponse(plain(events)))).toEqual(meaning(events));
    }),
  );
});

test("calls whose arguments come mixed are each written whole", () => {
  const stream = streamOf([
    { type: "start", id: undefined, model: undefined },
    { type: "tool-call-start", index: 0, call: 0, id: "a", name: "f" },
    { type: "tool-call-start", index: 1, call: 1, id: "b", name: "g" },
    { type: "tool-call-delta", index: 1, call: 1, argumentsJson: '{"y":' },
    { type: "tool-call-delta", index: 0, call: 0, argumentsJson: '{"x":1}' },
    { type: "tool-call-delta", index: 1, call: 1, argumentsJson: "2}" },
    { type: "tool-call-end", index: 1, call: 1 },
    { type: "tool-call-end", index: 0, call: 0 },
    { type: "finish", finish: { reason: "tool-calls", native: "tool_calls" } },
  ]);
  expect(geminiFault(stream)).toBeUndefined();
  expect(collect(readBack(stream)).parts).toEqual([
    { type: "tool-call", id: "b", name: "g", argumentsJson: '{"y":2}' },
    { type: "tool-call", id: "a", name: "f", argumentsJson: '{"x":1}' },
  ]);
});

test("what a model says when it refuses is text; what a filter says is the reason of the end", () => {
  const refused = (reason: "stop" | "content-filter"): readonly Event[] => [
    { type: "refusal", text: "No." },
    { type: "finish", finish: { reason, native: undefined } },
  ];
  const candidateOf = (reason: "stop" | "content-filter") =>
    JSON.parse(plain(refused(reason)).toString()).candidates[0];
  expect(candidateOf("stop")).toMatchObject({ content: { parts: [{ text: "No." }] }, finishReason: "STOP" });
  expect(candidateOf("content-filter")).toMatchObject({
    content: { parts: [] },
    finishReason: "SAFETY",
    finishMessage: "No.",
  });
  for (const reason of ["stop", "content-filter"] as const) expect(streamOf(refused(reason))).toContain('"No."');
});

test("pictures and sound become data, whatever framing", () => {
  const events: readonly Event[] = [
    {
      type: "extra",
      fields: {
        images: [{ image_url: { url: "data:image/png;base64,AAAA" } }, { image_url: { url: "https://a" } }, 5],
      },
    },
    { type: "extra", fields: { audio: { data: "BBBB", transcript: "hi" }, other: 1 } },
    { type: "finish", finish: { reason: "stop", native: "stop" } },
  ];
  const parts = [
    { inlineData: { mimeType: "image/png", data: "AAAA" } },
    { fileData: { fileUri: "https://a" } },
    { inlineData: { mimeType: "audio/wav", data: "BBBB" } },
    { text: "hi" },
  ];
  expect(JSON.parse(plain(events).toString()).candidates[0].content.parts).toEqual(parts);
  expect(geminiFault(streamOf(events))).toBeUndefined();
});

const late = new TrunklineError("upstream_error", "It broke.", { provider: "acme" });

test.each([true, false])("an error ends a stream that has begun, and one that has not: sse %s", (sse) => {
  const dialect = client(sse);
  const first = dialect.writeStream(served, outlineOf(dialect), "openai");
  first.write({ type: "text-delta", index: 0, text: "lost with its endpoint" });
  expect(geminiEvents(dialect.writeStreamError(late, undefined, "openai"))).toMatchObject([{ error: { code: 500 } }]);
  const second = dialect.writeStream(served, outlineOf(dialect), "openai");
  const begun = second.write({ type: "text-delta", index: 0, text: "a" });
  const whole = begun + dialect.writeStreamError(late, served, "openai");
  expect(geminiFault(whole)).toBeUndefined();
  expect(geminiEvents(whole)).toHaveLength(2);
});

test("what keeps a JSON array alive may stand anywhere between its items", () => {
  const { keepAlive = "" } = client(false);
  const dialect = client(false);
  const writer = dialect.writeStream(served, outlineOf(dialect), "openai");
  const pieces = ["a", "b"].map((text) => writer.write({ type: "text-delta", index: 0, text }));
  const stream = [keepAlive, ...pieces.flatMap((piece) => [piece, keepAlive]), writer.end()].join("");
  expect(JSON.parse(stream)).toHaveLength(3);
});

test.each<[TrunklineError, number, string]>([
  [new TrunklineError("invalid_api_key", "No key."), 401, "UNAUTHENTICATED"],
  [new TrunklineError("model_not_found", "No."), 404, "NOT_FOUND"],
  [new TrunklineError("upstream_error", "No."), 500, "INTERNAL"],
  [new TrunklineError("upstream_overloaded", "No."), 503, "UNAVAILABLE"],
  [new TrunklineError("upstream_refused", "No.", { status: 422 }), 422, "INVALID_ARGUMENT"],
])("%s is HTTP %i, %s", (error, status, word) => {
  const written = client().writeError(error, "gen-1", "openai");
  expect(written.status).toBe(status);
  expect(JSON.parse(written.body).error).toMatchObject({ code: status, status: word });
});

test("an error names the field, and when to try again", () => {
  const error = new TrunklineError("rate_limit_exceeded", "Slow.", { param: "contents[0]", retryAfterMs: 1500 });
  const { details } = JSON.parse(client().writeError(error, "gen-1", "openai").body).error;
  expect(details).toEqual([
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: "RATE_LIMIT_EXCEEDED",
      domain: "trunkline",
      metadata: { code: "rate_limit_exceeded", param: "contents[0]", generationId: "gen-1" },
    },
    {
      "@type": "type.googleapis.com/google.rpc.BadRequest",
      fieldViolations: [{ field: "contents[0]", description: "Slow." }],
    },
    { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "2s" },
  ]);
});
