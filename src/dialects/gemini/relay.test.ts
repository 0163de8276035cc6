import fc from "fast-check";
import { expect, test } from "vitest";
import { geminiEvents } from "../../../test/gemini-grammar.js";
import type { AnswerStream } from "../dialect.js";
import { openaiChat } from "../openai-chat/dialect.js";
import { translateStream } from "../translate.js";
import { geminiClient } from "./client.js";
import { gemini } from "./dialect.js";

const served = {
  generationId: "gen-1-abc",
  createdSeconds: 1,
  providerId: "acme",
  providerName: "Acme",
  model: "acme/tiny-1",
  costOf: () => undefined,
};
const target = { model: "gemini-x", stream: true, maxOutputTokens: undefined };
const body = (more: string) => Buffer.from(`{ "contents": [{"parts":[{"text":"a"}]}]${more}}`);

function relayOf(sse: boolean, more = ""): AnswerStream {
  const client = geminiClient({ model: "m", stream: true, sse });
  const { outline } = client.readRequest(body(more), "openai");
  const relay = client.relay?.stream(served, outline, "openai");
  if (relay === undefined) throw new Error("it has a relay");
  return relay;
}

function through(stream: AnswerStream, source: string, size: number): string {
  const bytes = Buffer.from(source);
  let out = "";
  for (let at = 0; at < bytes.length; at += size) out += stream.push(bytes.subarray(at, at + size)) ?? "";
  return out + (stream.end() ?? "");
}

const event = (value: object) => `${["data", JSON.stringify(value)].join(": ")}\n\n`;
const said = (text: string, more: object = {}) => ({
  candidates: [{ content: { parts: [{ text, ofTomorrow: 1.0 }], role: "model" }, ...more }],
  responseId: "r",
});
const source =
  event(said("Grüße ")) +
  event(said("👋")) +
  event({
    ...said("", { finishReason: "STOP" }),
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  });
const sizes = fc.integer({ min: 1, max: 300 });

test("the body goes on as it came, without the gateway's own fields", () => {
  const client = geminiClient({ model: "m", stream: true, sse: true });
  const send = (bytes: Buffer) => client.relay?.request(client.readRequest(bytes, "openai"), target, false);
  const plain = body(', "generationConfig": {"temperature": 1.0}, "ofTomorrow": 1e2');
  expect(send(plain)?.body).toBe(plain);
  expect(send(plain)?.path).toBe("/models/gemini-x:streamGenerateContent?alt=sse");
  expect(send(body(', "trunkline": {"timeoutMs": 5}, "model": "models/m"'))?.body.toString()).toBe(body("").toString());
});

test("any split of the provider's bytes gives the client the same bytes, and the same facts", () => {
  fc.assert(
    fc.property(sizes, (size) => {
      const stream = relayOf(true);
      expect(through(stream, source, size)).toBe(source);
      expect(stream.facts).toMatchObject({
        content: true,
        terminal: true,
        finish: { reason: "stop", native: "STOP" },
        usage: { inputTokens: 3, outputTokens: 2 },
        upstreamId: "r",
        outputBytes: Buffer.byteLength("Grüße 👋"),
      });
    }),
  );
});

test("lines that end as Google ends them are events like others", () => {
  const stream = relayOf(true);
  expect(geminiEvents(through(stream, source.replaceAll("\n", "\r\n"), 7))).toEqual(geminiEvents(source));
  expect(stream.facts.terminal).toBe(true);
});

test("as one JSON array the events are the same", () => {
  fc.assert(
    fc.property(sizes, (size) => {
      const out = through(relayOf(false), `: a comment\n\n${source}`, size);
      expect(geminiEvents(out)).toEqual(geminiEvents(source));
    }),
  );
});

test("any split gives a client of another dialect the same answer", () => {
  const { outline } = openaiChat.readRequest(
    Buffer.from('{"model":"m","stream":true,"messages":[{"role":"user","content":"a"}]}'),
    "openai",
  );
  const chat = (size: number) => through(translateStream(gemini, openaiChat, served, outline, "openai"), source, size);
  const whole = chat(Number.MAX_SAFE_INTEGER);
  expect(whole).toContain("Grüße ");
  expect(whole.endsWith("[DONE]\n\n")).toBe(true);
  fc.assert(
    fc.property(sizes, (size) => {
      expect(chat(size)).toBe(whole);
    }),
  );
});

test("of two candidates both must end", () => {
  const two = ', "generationConfig": {"candidateCount": 2}';
  const second = event({ candidates: [{ content: { parts: [{ text: "b" }] }, index: 1, finishReason: "STOP" }] });
  const stream = relayOf(true, two);
  stream.push(Buffer.from(source));
  expect(stream.facts.terminal).toBe(false);
  stream.push(Buffer.from(second));
  expect(stream.facts.terminal).toBe(true);
  // A provider that gives fewer has still answered.
  const fewer = relayOf(true, two);
  expect(through(fewer, source, 50)).toBe(source);
  expect(fewer.facts.fault).toBeUndefined();
});

test.each([
  ["cut", event(said("a")), "upstream_truncated"],
  ["broken", `${event(said("a"))}data: {"candidates":\n\n`, "upstream_invalid"],
  [
    "failed",
    event(said("a")) + event({ error: { code: 503, message: "Gone.", status: "UNAVAILABLE" } }),
    "upstream_overloaded",
  ],
])("an answer that is %s has a fault, and its own error does not reach the client as it is", (_name, bytes, code) => {
  const stream = relayOf(true);
  expect(through(stream, bytes, 40)).toBe(event(said("a")));
  expect(stream.facts.fault?.code).toBe(code);
});

test("a plain answer keeps its bytes; one that is none has a fault", () => {
  const { relay } = geminiClient({ model: "m", stream: false, sse: false });
  const whole = Buffer.from(JSON.stringify(said("a", { finishReason: "STOP" }), undefined, 2));
  const answer = relay?.response(whole, served, "openai");
  expect(answer?.body).toBe(whole);
  expect(answer?.facts).toMatchObject({ content: true, terminal: true, fault: undefined });
  expect(relay?.response(Buffer.from("<html>"), served, "openai").facts.fault?.code).toBe("upstream_invalid");
});
