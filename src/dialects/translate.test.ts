import fc from "fast-check";
import { expect, test } from "vitest";
import { anthropicMessages } from "./anthropic-messages/dialect.js";
import type { AnswerFacts, Profile } from "./dialect.js";
import { openaiChat } from "./openai-chat/dialect.js";
import { translateStream, translateWhole } from "./translate.js";

const served = {
  generationId: "gen-1-abc",
  createdSeconds: 1,
  providerId: "acme",
  providerName: "Acme",
  model: "acme/tiny-1",
  costOf: () => 3_250_000,
};
const { outline } = openaiChat.readRequest(
  Buffer.from('{"model":"m","stream":true,"messages":[{"role":"user","content":"a"}]}'),
  "openai",
);

function translate(source: string, size: number, profile: Profile): { out: string; facts: AnswerFacts; done: boolean } {
  const stream = translateStream(anthropicMessages, openaiChat, served, outline, profile);
  const bytes = Buffer.from(source);
  let out = "";
  for (let at = 0; at < bytes.length; at += size) out += stream.push(bytes.subarray(at, at + size)) ?? "";
  const { done } = stream;
  return { out: out + (stream.end() ?? ""), facts: stream.facts, done };
}

const event = (frame: { type: string; [field: string]: unknown }) =>
  `event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`;
const begin =
  event({
    type: "message_start",
    message: { id: "msg_1", model: "claude", usage: { input_tokens: 10, output_tokens: 1 } },
  }) +
  event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }) +
  event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Grüße 👋" } });
const end =
  event({ type: "content_block_stop", index: 0 }) +
  event({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } }) +
  event({ type: "message_stop" });

test.each(["openai", "openrouter"] as const)(
  "any split of the provider's bytes gives the same answer: %s",
  (profile) => {
    const whole = translate(begin + end, Number.MAX_SAFE_INTEGER, profile);
    expect(whole.done).toBe(true);
    expect(whole.facts).toMatchObject({
      content: true,
      terminal: true,
      finish: { reason: "stop", native: "end_turn" },
      usage: { inputTokens: 10, outputTokens: 5 },
      outputBytes: Buffer.byteLength("Grüße 👋"),
    });
    expect(whole.out.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(whole.out).toContain('"cost":0.00325');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (size) => {
        expect(translate(begin + end, size, profile)).toEqual(whole);
      }),
    );
  },
);

test("a stream that is cut is a fault, and nothing is made up", () => {
  const { out, facts } = translate(begin, 50, "openai");
  expect(facts.fault?.code).toBe("upstream_truncated");
  expect(out).not.toContain("[DONE]");
});

test("an error in the stream is a fault with its class", () => {
  const error = event({ type: "error", error: { type: "rate_limit_error", message: "slow down" } });
  const { out, facts } = translate(begin + error + end, 50, "openai");
  expect(facts.fault?.code).toBe("upstream_rate_limit");
  expect(out).not.toContain("[DONE]");
});

test("a plain answer is translated, and what cannot be read is a fault", () => {
  const message = {
    id: "msg_1",
    content: [{ type: "text", text: "Hi" }],
    stop_reason: "end_turn",
    usage: { input_tokens: 1, output_tokens: 2 },
  };
  const whole = translateWhole(anthropicMessages, openaiChat, Buffer.from(JSON.stringify(message)), served, "openai");
  expect(JSON.parse(whole.body.toString())).toMatchObject({
    id: "gen-1-abc",
    choices: [{ message: { content: "Hi" }, finish_reason: "stop", native_finish_reason: "end_turn" }],
    usage: { prompt_tokens: 1, completion_tokens: 2, cost: 0.00325 },
  });
  expect(whole.facts).toMatchObject({ content: true, terminal: true });
  const broken = translateWhole(anthropicMessages, openaiChat, Buffer.from("<html>"), served, "openai");
  expect(broken.facts.fault?.code).toBe("upstream_invalid");
  expect(broken.body).toHaveLength(0);
});
