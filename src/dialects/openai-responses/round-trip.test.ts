import fc from "fast-check";
import { expect, test } from "vitest";
import type { Event } from "../../canonical/event.js";
import type { Part, Request, Turn } from "../../canonical/request.js";
import type { Served } from "../dialect.js";
import { EventBuilder } from "../event-builder.js";
import { openaiResponses } from "./dialect.js";

const word = fc.string({ minLength: 1, maxLength: 12, unit: "binary" });
const text = word.map((value) => ({ type: "text" as const, text: value }));
const base64 = fc.base64String({ minLength: 4, maxLength: 16 });
const image = fc.oneof(
  fc.webUrl().map((url) => ({ type: "image" as const, source: { url } })),
  base64.map((data) => ({ type: "image" as const, source: { base64: data, mediaType: "image/png" }, detail: "low" })),
);
const audio = base64.map((data) => ({ type: "audio" as const, source: { base64: data, mediaType: "audio/wav" } }));
const file = fc.oneof(
  fc.tuple(base64, word).map(([data, name]) => ({
    type: "file" as const,
    source: { base64: data, mediaType: "application/pdf" },
    name,
  })),
  fc.webUrl().map((url) => ({ type: "file" as const, source: { url } })),
);
const call = fc.tuple(word, word, fc.json()).map(([id, name, argumentsJson]) => ({
  type: "tool-call" as const,
  id,
  name,
  argumentsJson,
}));
const sealed = fc.tuple(fc.oneof(fc.constant(""), word), word).map(([value, encrypted]) => ({
  type: "reasoning" as const,
  text: value,
  encrypted,
}));
const content = fc.array(fc.oneof(text, image, audio, file), { minLength: 1, maxLength: 3 });
const user = content.map((parts): Turn => ({ role: "user", parts }));
/** What the model made between two turns of others is one turn. */
const assistant = fc
  .array(fc.oneof<fc.Arbitrary<Part>[]>(text, call, sealed), { minLength: 1, maxLength: 4 })
  .map((parts): Turn => ({ role: "assistant", parts }));
const result = fc.tuple(word, content).map(([callId, parts]): Turn => {
  return { role: "tool", parts: [{ type: "tool-result", callId, content: parts, isError: false }] };
});
const system = text.map((part): Turn => ({ role: "system", parts: [part] }));
const other = fc.oneof(user, result, system);

const request: fc.Arbitrary<Request> = fc.record(
  {
    instructions: fc.array(text, { maxLength: 1 }),
    turns: fc
      .tuple(user, fc.array(fc.tuple(other, fc.option(assistant)), { maxLength: 3 }))
      .map(([first, rest]) => [first, ...rest.flatMap(([a, b]) => (b === null ? [a] : [a, b]))]),
    tools: fc.array(
      fc.record(
        { name: word, description: word, parameters: fc.constant({ type: "object" }), strict: fc.boolean() },
        { requiredKeys: ["name", "parameters", "strict"], noNullPrototype: true },
      ),
      { maxLength: 2 },
    ),
    toolChoice: fc.oneof(
      fc.constantFrom({ type: "none" as const }, { type: "auto" as const }, { type: "required" as const }),
      word.map((name) => ({ type: "named" as const, name })),
    ),
    parallelToolCalls: fc.boolean(),
    format: fc.oneof(
      fc.constantFrom({ type: "text" as const }, { type: "json" as const }),
      fc
        .tuple(word, fc.boolean())
        .map(([name, strict]) => ({ type: "json-schema" as const, name, schema: { type: "object" }, strict })),
    ),
    maxOutputTokens: fc.integer({ min: 1, max: 9000 }),
    temperature: fc.constantFrom(0, 0.5, 2),
    topP: fc.constantFrom(0.1, 1),
    reasoning: fc.record({ effort: fc.constantFrom("none", "low", "high") }, { noNullPrototype: true }),
    user: word,
    metadata: fc.constant({ a: "b" }),
    stream: fc.boolean(),
    extra: fc.constantFrom({}, { verbosity: "low", service_tier: "flex" }),
  },
  { requiredKeys: ["instructions", "turns", "tools", "stream", "extra"], noNullPrototype: true },
);

test("a request that is written and read back is the same", () => {
  fc.assert(
    fc.property(request, (asked) => {
      const target = { model: "m", stream: asked.stream, maxOutputTokens: undefined };
      const { body, notes } = openaiResponses.writeRequest(asked, target);
      expect(notes).toEqual([]);
      expect(openaiResponses.readRequest(body, "openai").canonical()).toEqual(asked);
    }),
  );
});

const served: Served = {
  generationId: "gen-1-abc",
  createdSeconds: 1,
  providerId: "acme",
  providerName: "Acme",
  model: "acme/tiny-1",
  costOf: () => undefined,
};

/** Steps that this dialect tells apart, in any order; a call's arguments are whole before something else begins. */
const step = fc.oneof(
  word.map((value) => (to: EventBuilder) => to.text(value)),
  word.map((value) => (to: EventBuilder) => to.reasoning(value)),
  word.map((value) => (to: EventBuilder) => to.encrypted(value)),
  fc.constant((to: EventBuilder) => to.endPart()),
  fc.tuple(word, word, fc.json()).map(([id, name, argumentsJson]) => (to: EventBuilder) => {
    const made = to.startCall(id, name);
    to.callArguments(made, argumentsJson);
    to.endCall(made);
  }),
  word.map((value) => (to: EventBuilder) => {
    to.endPart();
    to.add({ type: "refusal", text: value });
  }),
);
const answer = fc
  .tuple(
    fc.array(step, { maxLength: 8 }),
    fc.constantFrom("stop" as const, "length" as const, "content-filter" as const),
    fc.boolean(),
  )
  .map(([steps, why, hasUsage]): Event[] => {
    const builder = new EventBuilder();
    builder.add({ type: "start", id: "gen-1-abc", model: "acme/tiny-1" });
    for (const take of steps) take(builder);
    builder.endAll();
    if (hasUsage)
      builder.add({
        type: "usage",
        usage: {
          ...{ inputTokens: 10, cacheReadTokens: 2, cacheWriteTokens: 3, cacheWrite1hTokens: 0 },
          ...{ outputTokens: 5, reasoningTokens: 1, provenance: "reported" },
        },
      });
    const calls = builder.calls > 0 && why === "stop";
    const native = { stop: "completed", length: "max_output_tokens", "content-filter": "content_filter" }[why];
    builder.add({ type: "finish", finish: { reason: calls ? "tool-calls" : why, native } });
    return [...builder.take()];
  });

/** What the events say, however they are cut: pieces of one part or refusal are joined, usage stands last. */
function said(events: readonly Event[]): readonly unknown[] {
  const joined: unknown[] = [];
  let last: { -readonly [K in "type" | "text"]: string } | undefined;
  for (const event of events) {
    if (event.type === "usage") continue;
    const isText = event.type === "text-delta" || event.type === "reasoning-delta" || event.type === "refusal";
    if (isText && last?.type === event.type) last.text += event.text;
    else {
      last = isText ? { ...event } : undefined;
      joined.push(last ?? event);
    }
  }
  return [...joined, events.findLast(({ type }) => type === "usage")];
}

test("a plain answer that is written and read back is the same", () => {
  fc.assert(
    fc.property(answer, fc.constantFrom("openai" as const, "openrouter" as const), (events, profile) => {
      const read = openaiResponses.readResponse(openaiResponses.writeResponse(events, served, profile));
      expect(said(read)).toEqual(said(events));
    }),
  );
});

function framesOf(source: string): readonly string[] {
  return source.split("\n\n").filter((frame) => frame !== "");
}

const dataOf = (frame: string) => frame.slice(frame.indexOf("data: ") + 6);
const asked = openaiResponses.readRequest(Buffer.from('{"model":"m","input":"a","stream":true}'), "openai").outline;

test("a stream that is written and read back is the same, and so is one that tells its items at their end alone", () => {
  fc.assert(
    fc.property(
      answer,
      fc.constantFrom("openai" as const, "openrouter" as const),
      fc.constantFrom(
        /never/,
        /\.delta"/,
        /"response\.(?!created|output_item|completed|incomplete)/,
        /"response\.(?!created|in_progress|completed|incomplete)/,
      ),
      (events, profile, left) => {
        const writer = openaiResponses.writeStream(served, asked, profile);
        const source = events.map((event) => writer.write(event)).join("") + writer.end();
        const reader = openaiResponses.readStream();
        const read = framesOf(source)
          .map(dataOf)
          .filter((data) => !left.test(data.slice(0, 60)))
          .flatMap((data) => reader.read(data, undefined));
        expect([reader.terminal, reader.done]).toEqual([true, true]);
        expect(said(read)).toEqual(said(events));
      },
    ),
  );
});
