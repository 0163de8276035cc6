import fc from "fast-check";
import { expect, test } from "vitest";
import { checkStream, requiredFields } from "../../../test/responses-grammar.js";
import { TrunklineError } from "../../canonical/error.js";
import type { Event } from "../../canonical/event.js";
import type { FinishReason } from "../../canonical/finish.js";
import type { JsonObject } from "../../canonical/json.js";
import type { Profile, Served } from "../dialect.js";
import { EventBuilder } from "../event-builder.js";
import { openaiResponses } from "./dialect.js";

const asked: JsonObject = {
  model: "m",
  input: "hi",
  stream: true,
  instructions: "be brief",
  temperature: 0.5,
  store: true,
  tools: [{ type: "function", name: "f", parameters: { type: "object" } }],
};
const { outline } = openaiResponses.readRequest(Buffer.from(JSON.stringify(asked)), "openai");
const served: Served = {
  generationId: "gen-1-abc",
  createdSeconds: 5,
  providerId: "acme",
  providerName: "Acme",
  model: "acme/tiny-1",
  costOf: () => 3_250_000,
  asked,
  nowSeconds: () => 9,
};
const usage = {
  inputTokens: 10,
  cacheReadTokens: 2,
  cacheWriteTokens: 3,
  cacheWrite1hTokens: 0,
  outputTokens: 5,
  reasoningTokens: 1,
  provenance: "reported" as const,
};

/** What providers send, in any order, as readers of their dialects turn it into events. */
const word = fc.string({ minLength: 1, maxLength: 8, unit: "binary" });
const step = fc.oneof(
  word.map((text) => (to: EventBuilder) => to.text(text)),
  word.map((text) => (to: EventBuilder) => to.reasoning(text)),
  word.map((text) => (to: EventBuilder) => to.signature(text)),
  word.map((text) => (to: EventBuilder) => to.encrypted(text)),
  fc.constant((to: EventBuilder) => to.endPart()),
  fc.tuple(word, word).map(
    ([id, name]) =>
      (to: EventBuilder) =>
        void to.startCall(id, name),
  ),
  fc.tuple(fc.nat(3), word).map(
    ([call, text]) =>
      (to: EventBuilder) =>
        to.callArguments(call, text),
  ),
  fc.nat(3).map((call) => (to: EventBuilder) => to.endCall(call)),
  word.map((text) => (to: EventBuilder) => {
    to.endPart();
    to.add({ type: "refusal", text });
  }),
  word.map((url) => (to: EventBuilder) => to.add({ type: "citation", url, title: undefined, text: "t" })),
  fc.constant((to: EventBuilder) => {
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    to.add({ type: "extra", fields: { images: [image] } });
  }),
);
const reason = fc.constantFrom<FinishReason>("stop", "length", "tool-calls", "content-filter", "error", "other");
const answer = fc.tuple(fc.array(step, { maxLength: 12 }), reason, fc.boolean()).map(([steps, why, told]): Event[] => {
  const builder = new EventBuilder();
  builder.add({ type: "start", id: "up-1", model: "tiny" });
  for (const take of steps) take(builder);
  builder.endAll();
  if (told) builder.add({ type: "usage", usage });
  builder.add({ type: "finish", finish: { reason: why, native: undefined } });
  return [...builder.take()];
});
const profiles = fc.constantFrom<Profile>("openai", "openrouter");

function write(events: readonly Event[], profile: Profile = "openai", error?: TrunklineError): string {
  const writer = openaiResponses.writeStream(served, outline, profile);
  const told = events.map((event) => writer.write(event)).join("");
  return told + (error === undefined ? writer.end() : (writer.fail?.(error) ?? ""));
}

const whole = (events: readonly Event[], profile: Profile = "openai") =>
  JSON.parse(openaiResponses.writeResponse(events, served, profile).toString());

test("every stream keeps the rules, and ends with what the plain answer says", () => {
  fc.assert(
    fc.property(answer, profiles, (events, profile) => {
      const { resource } = checkStream(write(events, profile), profile === "openai");
      expect(resource).toEqual(whole(events, profile));
    }),
  );
});

test("a stream that fails anywhere keeps the rules, and says what it had", () => {
  const error = new TrunklineError("upstream_reset", "The provider closed the connection.");
  fc.assert(
    fc.property(answer, fc.nat(40), profiles, (events, at, profile) => {
      const { events: told, resource } = checkStream(write(events.slice(0, at), profile, error), profile === "openai");
      expect(resource).toMatchObject({ status: "failed", error: { code: "server_error" }, completed_at: null });
      expect(told.at(-2)).toMatchObject({ type: "error", code: "upstream_reset", error: { code: "upstream_reset" } });
    }),
  );
});

test("what is open when an answer fails is in its items as far as it came", () => {
  const builder = new EventBuilder();
  builder.reasoning("hm");
  const error = new TrunklineError("upstream_reset", "The provider closed the connection.");
  const outputOf = () => checkStream(write([...builder.take()], "openai", error)).resource?.output;
  expect(outputOf()).toMatchObject([{ type: "reasoning", summary: [{ text: "hm" }] }]);
  builder.callArguments(builder.startCall("c", "f"), '{"a":');
  expect(outputOf()).toMatchObject([{ status: "incomplete", arguments: '{"a":' }]);
  builder.text("Hi");
  expect(outputOf()).toMatchObject([{ status: "incomplete", content: [{ text: "Hi" }] }]);
});

test("the resource repeats what was asked, and keeps nothing", () => {
  const resource = whole([{ type: "finish", finish: { reason: "stop", native: "stop" } }]);
  expect(requiredFields.filter((field) => !(field in resource))).toEqual([]);
  expect(resource).toMatchObject({
    id: "gen-1-abc",
    created_at: 5,
    completed_at: 9,
    model: "acme/tiny-1",
    instructions: "be brief",
    temperature: 0.5,
    top_p: 1,
    tools: [{ type: "function", name: "f", description: null, strict: null }],
    text: { format: { type: "text" } },
    store: false,
    output: [],
    usage: null,
  });
});

test.each<[FinishReason, string, string | null]>([
  ["stop", "completed", null],
  ["tool-calls", "completed", null],
  ["length", "incomplete", "max_output_tokens"],
  ["content-filter", "incomplete", "content_filter"],
  ["error", "failed", null],
])("an answer that ends by %s is %s", (why, status, reason) => {
  const events: Event[] = [
    { type: "text-start", index: 0 },
    { type: "text-delta", index: 0, text: "Hi" },
    { type: "usage", usage },
    { type: "finish", finish: { reason: why, native: undefined } },
  ];
  const resource = whole(events);
  expect(resource).toMatchObject({ status, incomplete_details: reason === null ? null : { reason } });
  expect(resource.output[0].status).toBe(status === "completed" ? "completed" : "incomplete");
  expect(resource.usage).toEqual({
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 2, cache_write_tokens: 3 },
    output_tokens: 5,
    output_tokens_details: { reasoning_tokens: 1 },
    total_tokens: 15,
    cost: 0.00325,
  });
});

test("citations, refusals, reasoning with its seal and pictures stand in items of their kind", () => {
  const builder = new EventBuilder();
  builder.add({ type: "citation", url: "https://a", title: "A", text: undefined });
  builder.reasoning("hm");
  builder.signature("sig");
  builder.text("Hi");
  builder.endPart();
  builder.add({ type: "citation", url: "https://b", title: undefined, text: "quoted" });
  builder.add({ type: "refusal", text: "no" });
  builder.add({
    type: "extra",
    fields: { images: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }, { odd: 1 }] },
  });
  builder.add({ type: "finish", finish: { reason: "stop", native: "stop" } });
  expect(whole(builder.take()).output).toEqual([
    {
      id: "rs_1-abc_0",
      type: "reasoning",
      summary: [{ type: "summary_text", text: "hm" }],
      encrypted_content: "trunkline-signature.sig",
    },
    {
      id: "msg_1-abc_1",
      type: "message",
      role: "assistant",
      status: "completed",
      content: [
        {
          type: "output_text",
          text: "Hi",
          logprobs: [],
          annotations: [
            { type: "url_citation", start_index: 0, end_index: 0, url: "https://a", title: "A" },
            { type: "url_citation", start_index: 2, end_index: 2, url: "https://b", title: "", content: "quoted" },
          ],
        },
        { type: "refusal", refusal: "no" },
      ],
    },
    { id: "ig_1-abc_2", type: "image_generation_call", status: "completed", result: "AAAA" },
  ]);
});

test("what an answer gave can be handed back: the seal of its reasoning, its text, its calls", () => {
  const builder = new EventBuilder();
  builder.reasoning("hm");
  builder.signature("sig");
  builder.encrypted("dark");
  builder.text("Hi");
  builder.callArguments(builder.startCall("call_1", "f"), "{}");
  builder.endAll();
  builder.add({ type: "finish", finish: { reason: "tool-calls", native: undefined } });
  const { output } = whole(builder.take());
  const next = { ...asked, input: [...output, { type: "function_call_output", call_id: "call_1", output: "1" }] };
  const { turns, extra } = openaiResponses.readRequest(Buffer.from(JSON.stringify(next)), "openai").canonical();
  expect(extra).toEqual({});
  expect(turns[0]?.parts).toEqual([
    { type: "reasoning", text: "hm", signature: "sig" },
    { type: "reasoning", text: "", encrypted: "dark" },
    { type: "text", text: "Hi" },
    { type: "tool-call", id: "call_1", name: "f", argumentsJson: "{}" },
  ]);
});

test("an error after the status went out, before any answer, is one event", () => {
  const error = new TrunklineError("timeout_first_token", "Nothing came.", { whatToDo: "Wait longer." });
  const { events, resource } = checkStream(openaiResponses.writeStreamError(error, undefined, "openai"));
  expect(resource).toBeUndefined();
  expect(events).toMatchObject([{ type: "error", message: "Nothing came. Wait longer.", param: null }]);
  checkStream(openaiResponses.writeStreamError(error, served, "openrouter"), false);
});
