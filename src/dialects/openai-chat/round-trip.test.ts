import fc from "fast-check";
import { expect, test } from "vitest";
import type { Event } from "../../canonical/event.js";
import type { Part, Request, Turn } from "../../canonical/request.js";
import type { Usage } from "../../canonical/usage.js";
import { openaiChat } from "./dialect.js";

const word = fc.string({ minLength: 1, maxLength: 12 });
const text = word.map((value) => ({ type: "text" as const, text: value }));
const cached = fc
  .tuple(text, fc.constantFrom("5m" as const, "1h" as const))
  .map(([part, lifetime]) => ({ ...part, cache: { lifetime } }));
const base64 = fc.base64String({ maxLength: 16 });
const image = fc.oneof(
  fc.webUrl().map((url) => ({ type: "image" as const, source: { url } })),
  base64.map((data) => ({ type: "image" as const, source: { base64: data, mediaType: "image/png" }, detail: "low" })),
);
const audio = base64.map((data) => ({ type: "audio" as const, source: { base64: data, mediaType: "audio/wav" } }));
const file = fc.tuple(base64, word).map(([data, name]) => ({
  type: "file" as const,
  source: { base64: data, mediaType: "application/pdf" },
  name,
}));
const call = fc.tuple(word, word, fc.json()).map(([id, name, argumentsJson]) => ({
  type: "tool-call" as const,
  id,
  name,
  argumentsJson,
}));
const reasoning = fc.oneof(
  word.map((value) => ({ type: "reasoning" as const, text: value })),
  fc.tuple(word, word).map(([value, signature]) => ({ type: "reasoning" as const, text: value, signature })),
  word.map((encrypted) => ({ type: "reasoning" as const, text: "", encrypted })),
);
const content = fc.array(fc.oneof(text, cached, image, audio, file), { minLength: 1, maxLength: 3 });
const user = fc
  .tuple(content, fc.option(word, { nil: undefined }))
  .map(([parts, name]): Turn => ({ role: "user", parts, ...(name !== undefined && { name }) }));
const assistant = fc
  .tuple(fc.array(reasoning, { maxLength: 2 }), fc.array(text, { maxLength: 2 }), fc.array(call, { maxLength: 2 }))
  .map((parts): Turn => ({ role: "assistant", parts: parts.flat() }));
const result = fc.tuple(word, content).map(([callId, parts]): Turn => {
  const part: Part = { type: "tool-result", callId, content: parts, isError: false };
  return { role: "tool", parts: [part] };
});
const system = text.map((part): Turn => ({ role: "system", parts: [part] }));

const request: fc.Arbitrary<Request> = fc.record(
  {
    instructions: fc.array(fc.oneof(text, cached), { maxLength: 2 }),
    turns: fc
      .tuple(user, fc.array(fc.oneof(user, assistant, result, system), { maxLength: 4 }))
      .map(([first, rest]) => [first, ...rest]),
    tools: fc.array(
      fc.record(
        { name: word, description: word, parameters: fc.constant({ type: "object" }), strict: fc.boolean() },
        { requiredKeys: ["name"], noNullPrototype: true },
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
    topK: fc.integer({ min: 1, max: 50 }),
    frequencyPenalty: fc.constantFrom(-2, 0.5),
    presencePenalty: fc.constantFrom(-2, 0.5),
    seed: fc.integer(),
    stop: fc.array(word, { minLength: 1, maxLength: 4 }),
    choices: fc.integer({ min: 1, max: 4 }),
    reasoning: fc.oneof(
      fc.record({ effort: fc.constantFrom("low", "high") }, { noNullPrototype: true }),
      fc.record({ budgetTokens: fc.integer({ min: 1, max: 9000 }), enabled: fc.boolean() }, { noNullPrototype: true }),
    ),
    user: word,
    metadata: fc.constant({ a: "b" }),
    stream: fc.boolean(),
    extra: fc.constantFrom({}, { logprobs: true, service_tier: "flex" }),
  },
  { requiredKeys: ["instructions", "turns", "tools", "stream", "extra"], noNullPrototype: true },
);

test("a request that is written and read back is the same", () => {
  fc.assert(
    fc.property(request, (asked) => {
      const target = { model: "m", stream: asked.stream, maxOutputTokens: undefined, keepsExtensions: true };
      const { body, notes } = openaiChat.writeRequest(asked, target);
      expect(notes).toEqual([]);
      expect(openaiChat.readRequest(body, "openai").canonical()).toEqual(asked);
    }),
  );
});

test("what OpenAI's own API cannot say is on the receipt", () => {
  const { canonical } = openaiChat.readRequest(
    Buffer.from(
      JSON.stringify({
        model: "m",
        top_k: 5,
        min_p: 0.1,
        reasoning: { max_tokens: 500 },
        messages: [
          { role: "user", content: [{ type: "text", text: "a", cache_control: { type: "ephemeral" } }] },
          { role: "assistant", content: "b", reasoning_content: "hm", audio: { id: "x" } },
        ],
      }),
    ),
    "openai",
  );
  const { body, notes } = openaiChat.writeRequest(canonical(), {
    model: "m",
    stream: false,
    maxOutputTokens: undefined,
  });
  expect(notes.map(({ field }) => field).sort()).toEqual([
    "cache_control",
    "messages[1].audio",
    "messages[1].reasoning",
    "min_p",
    "reasoning.max_tokens",
    "top_k",
  ]);
  expect(JSON.parse(body.toString())).toMatchObject({ reasoning_effort: "minimal" });
});

const served = {
  generationId: "gen-1-abc",
  createdSeconds: 1,
  providerId: "acme",
  providerName: "Acme",
  model: "acme/tiny-1",
  costOf: () => undefined,
};
const usage: Usage = {
  inputTokens: 10,
  cacheReadTokens: 2,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 5,
  reasoningTokens: 1,
  provenance: "reported",
};

/** Events of an answer: reasoning, text, tool calls, in that order as the Chat dialect has them. */
const answer = fc
  .tuple(
    fc.option(word),
    fc.option(word),
    fc.option(word),
    fc.array(fc.tuple(word, word, fc.json()), { maxLength: 2 }),
    fc.boolean(),
  )
  .map(([thought, signature, spoken, calls, hasUsage]): Event[] => {
    const events: Event[] = [{ type: "start", id: "gen-1-abc", model: "acme/tiny-1" }];
    let index = 0;
    if (thought !== null)
      events.push(
        { type: "reasoning-start", index },
        { type: "reasoning-delta", index, text: thought },
        { type: "reasoning-end", index: index++, signature: signature ?? undefined, encrypted: undefined },
      );
    if (spoken !== null)
      events.push(
        { type: "text-start", index },
        { type: "text-delta", index, text: spoken },
        { type: "text-end", index: index++ },
      );
    for (const [call, [id, name, argumentsJson]] of calls.entries())
      events.push(
        { type: "tool-call-start", index, call, id: `${id}${call}`, name },
        { type: "tool-call-delta", index, call, argumentsJson },
        { type: "tool-call-end", index: index++, call },
      );
    if (hasUsage) events.push({ type: "usage", usage });
    events.push({
      type: "finish",
      finish: { reason: calls.length > 0 ? "tool-calls" : "stop", native: calls.length > 0 ? "tool_calls" : "stop" },
    });
    return events;
  });

const byType = (events: readonly Event[]) => [...events].filter(({ type }) => type !== "usage");
const usageIn = (events: readonly Event[]) => events.filter(({ type }) => type === "usage").at(-1);

test("a plain answer that is written and read back is the same, in both profiles", () => {
  fc.assert(
    fc.property(answer, fc.constantFrom("openai" as const, "openrouter" as const), (events, profile) => {
      const read = openaiChat.readResponse(openaiChat.writeResponse(events, served, profile));
      expect(byType(read)).toEqual(byType(events));
      expect(usageIn(read)).toEqual(usageIn(events));
    }),
  );
});

test("a stream that is written and read back is the same, in both profiles", () => {
  const asked = openaiChat.readRequest(
    Buffer.from('{"model":"m","stream":true,"messages":[{"role":"user","content":"a"}]}'),
    "openai",
  ).outline;
  fc.assert(
    fc.property(
      answer,
      fc.constantFrom("openai" as const, "openrouter" as const),
      fc.boolean(),
      (events, profile, includeUsage) => {
        const writer = openaiChat.writeStream(served, { ...asked, includeUsage }, profile);
        const source = events.map((event) => writer.write(event)).join("") + writer.end();
        const reader = openaiChat.readStream();
        const read = source
          .split("\n\n")
          .filter((frame) => frame !== "")
          .flatMap((frame) => reader.read(frame.slice(6), undefined));
        expect(reader.done).toBe(true);
        expect(joined(read)).toEqual(joined(events));
        expect(usageIn(read)).toEqual(usageIn(events));
      },
    ),
  );
});

/** Ends of tool calls may come earlier or later; what they hold may not change. */
function joined(events: readonly Event[]): unknown {
  const plain = JSON.parse(openaiChat.writeResponse(events, served, "openrouter").toString());
  return { ...plain, usage: undefined };
}
