import fc from "fast-check";
import { expect, test } from "vitest";
import type { AnswerFacts, Profile } from "../dialect.js";
import { ChatRelay } from "./relay-stream.js";

const served = {
  generationId: "gen-1-abc",
  createdSeconds: 1,
  providerId: "acme",
  providerName: "Acme",
  model: "acme/tiny-1",
  costOf: () => 3_250_000,
};
const outline = {
  model: "acme/tiny-1",
  fallbackModels: [],
  stream: true,
  includeUsage: false,
  maxOutputTokens: undefined,
  choices: 1,
  wantsReasoning: false,
  hasTools: false,
  hasImages: false,
  bodyBytes: 1,
  own: {},
};

function relay(
  source: string,
  options: { profile?: Profile; size?: number; includeUsage?: boolean; choices?: number } = {},
): { out: string; facts: AnswerFacts; done: boolean } {
  const { profile = "openai", size = Number.MAX_SAFE_INTEGER, includeUsage = false, choices = 1 } = options;
  const stream = new ChatRelay(served, { ...outline, includeUsage, choices }, profile);
  const bytes = Buffer.from(source);
  let out = "";
  for (let at = 0; at < bytes.length; at += size) out += stream.push(bytes.subarray(at, at + size))?.toString() ?? "";
  const { done } = stream;
  out += stream.end()?.toString() ?? "";
  return { out, facts: stream.facts, done };
}

const event = (frame: object) => `data: ${JSON.stringify(frame)}\n\n`;
const frame = (delta: object, finish: string | null = null, more: object = {}) =>
  event({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 5,
    model: "tiny-2024",
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  });
const tokens = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const usageFrame = event({ id: "chatcmpl-1", choices: [], usage: tokens });
const start = frame({ role: "assistant", content: "" }, null, { usage: null });
const hello = frame({ content: "Hello" }, null, { usage: null });
const done = "data: [DONE]\n\n";
const usual = start + hello + hello + frame({}, "stop", { usage: null }) + usageFrame + done;
const frames = (out: string) =>
  out
    .split("\n\n")
    .filter((part) => part.startsWith("data: {"))
    .map((part) => JSON.parse(part.slice(6)));

test("frames pass untouched, and usage with its cost comes apart where it was asked for", () => {
  const { out, facts } = relay(usual, { includeUsage: true });
  expect(out.startsWith(start + hello + hello)).toBe(true);
  expect(frames(out).at(-1)).toEqual({
    id: "chatcmpl-1",
    choices: [],
    usage: { ...tokens, cost: 0.00325 },
    provider: "Acme",
  });
  expect(out.endsWith(done)).toBe(true);
  expect(facts).toMatchObject({
    content: true,
    terminal: true,
    finish: { reason: "stop" },
    upstreamModel: "tiny-2024",
  });
  expect(facts.usage).toMatchObject({ inputTokens: 10, outputTokens: 5, provenance: "reported" });
});

test("usage that was not asked for stands on the finish frame", () => {
  const all = frames(relay(usual).out);
  expect(all).toHaveLength(4);
  expect(all.at(-1)).toMatchObject({
    choices: [{ finish_reason: "stop" }],
    usage: { total_tokens: 15, cost: 0.00325 },
  });
});

test("OpenRouter's profile says who served on each frame, and ends with finish, usage and cost", () => {
  const all = frames(relay(usual, { profile: "openrouter" }).out);
  expect(all).toHaveLength(4);
  for (const one of all)
    expect(one).toMatchObject({ id: "gen-1-abc", model: "acme/tiny-1", provider: "Acme", created: 5 });
  expect(all[1]).not.toHaveProperty("usage");
  expect(all.at(-1)).toMatchObject({
    choices: [{ delta: { role: "assistant", content: "" }, finish_reason: "stop", native_finish_reason: "stop" }],
    usage: { ...tokens, cost: 0.00325, is_byok: false, prompt_tokens_details: { cached_tokens: 0 } },
  });
});

test("OpenRouter's profile shows reasoning under its own names and maps unknown finish reasons", () => {
  const source =
    frame({ reasoning_content: "hm" }) + frame({ content: null }, "end_turn", { system_fingerprint: null }) + done;
  const all = frames(relay(source, { profile: "openrouter" }).out);
  expect(all[0].choices[0].delta).toMatchObject({
    reasoning: "hm",
    reasoning_details: [{ type: "reasoning.text", text: "hm", index: 0 }],
  });
  expect(all[1].choices[0]).toMatchObject({ finish_reason: "stop", native_finish_reason: "end_turn" });
  expect(all[1]).not.toHaveProperty("system_fingerprint");
});

const traps: Record<string, string> = {
  usual,
  crlf: usual.replaceAll("\n", "\r\n"),
  spaced: usual.replaceAll('":', '": '),
  comments: `: hi\n\n${usual.replaceAll("data: {", ": x\n\ndata: {")}`,
  "finish with usage": start + hello + frame({}, "stop", { usage: tokens }) + done,
  "finish repeated with usage": start + hello + frame({}, "stop") + frame({}, "stop", { usage: tokens }) + done,
  "usage of Groq": start + hello + frame({}, "stop", { x_groq: { usage: tokens } }) + done,
  "usage in each frame":
    start + frame({ content: "a" }, null, { usage: tokens }) + frame({}, "stop", { usage: tokens }) + done,
  "no finish reason": start + hello + done,
  "no end marker": start + hello + frame({}, "stop"),
  "parts as content":
    frame({ content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }] }) +
    hello +
    frame({}, "stop") +
    done,
  error: start + hello + event({ error: { message: "busy", code: 503 } }) + hello,
  truncated: start + hello + hello,
  "broken JSON": `${start}data: {"a"\n\n${usual}`,
  "text after the end": start + hello + frame({}, "stop") + hello + usageFrame + done,
};

test.each(Object.keys(traps))("any split of the bytes gives the same answer: %s", (name) => {
  const source = traps[name] ?? "";
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 }),
      fc.boolean(),
      fc.constantFrom<Profile>("openai", "openrouter"),
      (size, includeUsage, profile) => {
        const whole = relay(source, { profile, includeUsage });
        const split = relay(source, { profile, includeUsage, size });
        expect(split.out).toBe(whole.out);
        expect({ ...split.facts, outputBytes: 0 }).toEqual({ ...whole.facts, outputBytes: 0 });
      },
    ),
    { numRuns: 30 },
  );
});

test.each(["finish with usage", "finish repeated with usage", "usage of Groq", "text after the end"])(
  "late and odd usage is read and shown once: %s",
  (name) => {
    for (const includeUsage of [true, false]) {
      const { out, facts } = relay(traps[name] ?? "", { includeUsage });
      expect(facts.usage?.inputTokens).toBe(10);
      expect(frames(out).filter((one) => one.usage)).toHaveLength(1);
    }
  },
);

test("text after the finish reason is dropped", () => {
  expect(relay(traps["text after the end"] ?? "").out.match(/Hello/g)).toHaveLength(1);
});

test("a stream that ends without a terminal is truncated, and nothing is made up", () => {
  const { out, facts } = relay(start + hello);
  expect(facts.fault?.code).toBe("upstream_truncated");
  expect(out).toBe(start + hello);
});

test("a finish reason or the end marker is enough", () => {
  expect(relay(traps["no end marker"] ?? "").facts.fault).toBeUndefined();
  expect(relay(traps["no finish reason"] ?? "").facts).toMatchObject({ fault: undefined, terminal: true });
  expect(relay(usual).done).toBe(true);
});

test("an error inside the stream is a fault with its class, and its frame is not passed on", () => {
  const { out, facts } = relay(traps.error ?? "");
  expect(facts.fault).toMatchObject({ code: "upstream_overloaded", message: "busy" });
  expect(out).toBe(start + hello);
});

test("with several choices the answer ends when all have", () => {
  const one = (index: number, finish: string | null) =>
    event({ id: "x", choices: [{ index, delta: { content: "a" }, finish_reason: finish }] });
  const { out, facts } = relay(one(0, null) + one(1, null) + one(0, "stop") + one(1, "length") + done, { choices: 2 });
  expect(frames(out)).toHaveLength(4);
  expect(facts.fault).toBeUndefined();
  expect(relay(one(0, "stop") + one(1, null), { choices: 2 }).facts.fault?.code).toBe("upstream_truncated");
  // A provider that ignores `n` gives one answer, and that is whole.
  expect(relay(one(0, "stop"), { choices: 2 }).facts.fault).toBeUndefined();
});

test("content as parts is made plain, with its thinking apart", () => {
  const [first] = frames(relay(traps["parts as content"] ?? "").out);
  expect(first.choices[0].delta).toEqual({ content: "", reasoning_content: "hm" });
});

test("whole frames without news pass as the very bytes that came", () => {
  const stream = new ChatRelay(served, outline, "openai");
  stream.push(Buffer.from(start + hello));
  const bytes = Buffer.from(hello + hello);
  expect(stream.push(bytes)).toBe(bytes);
  expect(stream.alive).toBe(true);
  expect(stream.facts.outputBytes).toBeGreaterThan(5);
});

test("comments keep the stream alive and are not passed on", () => {
  const stream = new ChatRelay(served, outline, "openai");
  expect(stream.push(Buffer.from(": waiting\n\n"))).toBeUndefined();
  expect(stream.alive).toBe(true);
  stream.push(Buffer.from("data: {"));
  expect(stream.alive).toBe(false);
});
