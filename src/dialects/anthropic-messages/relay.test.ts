import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { messagesEvents, messagesFault } from "../../../test/messages-grammar.js";
import type { AnswerFacts, Profile } from "../dialect.js";
import { openaiChat } from "../openai-chat/dialect.js";
import { translateStream } from "../translate.js";
import { anthropicMessages } from "./dialect.js";

const { relay } = anthropicMessages;
const served = {
  generationId: "gen-1-abc",
  createdSeconds: 1,
  providerId: "acme",
  providerName: "Acme",
  model: "acme/tiny-1",
  costOf: () => 3_250_000,
};
const target = { model: "claude-own", stream: false, maxOutputTokens: 64_000 };

const read = (body: string, profile: Profile = "openai", headers = {}) =>
  anthropicMessages.readRequest(Buffer.from(body), profile, headers);

describe("a request", () => {
  test("keeps unknown fields, order, spaces and the letters of its numbers; only the model is another", () => {
    const body = `{ "temperature":1.0e0, "of_tomorrow":{"b":1,"a":[2.50]}, "model":"x/y", "max_tokens":9,
      "messages":[{"role":"user","content":[{"type":"new","x":0.10}]}],"top_k":5 }`;
    const written = relay.request(read(body), target, false);
    expect(written.path).toBe("/messages");
    expect(written.body.toString()).toBe(body.replace('"x/y"', '"claude-own"'));
    expect(written.headers).toEqual({ "anthropic-version": "2023-06-01" });
    expect(written.notes).toEqual([]);
  });

  test("passes on which version and which trials the client speaks, and no other header", () => {
    const headers = {
      "anthropic-version": "2099-01-01",
      "anthropic-beta": "a-2025,b-2026",
      "x-api-key": "secret",
      authorization: "Bearer secret",
    };
    const client = read('{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"a"}]}', "openai", headers);
    expect(relay.request(client, target, false).headers).toEqual({
      "anthropic-version": "2099-01-01",
      "anthropic-beta": "a-2025,b-2026",
    });
    // Another dialect has no such trials: that is no silent loss.
    expect(openaiChat.writeRequest(client.canonical(), target).notes).toContainEqual(
      expect.objectContaining({ field: "anthropic-beta", action: "dropped" }),
    );
  });

  test("loses the fields of the gateway and of OpenRouter, and says which of them change the answer", () => {
    const client = read(
      JSON.stringify({
        model: "a",
        models: ["b"],
        fallbacks: [{ model: "c" }],
        provider: { order: ["acme"] },
        plugins: [],
        user: "u-1",
        trunkline: { timeoutMs: 5 },
        messages: [{ role: "user", content: "hi" }],
      }),
      "openrouter",
    );
    expect(client.outline).toMatchObject({ model: "a", fallbackModels: ["b", "c"], own: { timeoutMs: 5 } });
    const { body, notes } = relay.request(client, target, false);
    expect(JSON.parse(body.toString())).toEqual({
      model: "claude-own",
      messages: [{ role: "user", content: "hi" }],
      max_tokens: 64_000,
      metadata: { user_id: "u-1" },
    });
    expect(notes.map(({ field, action }) => `${action} ${field}`)).toEqual([
      "emulated max_tokens",
      "dropped provider",
      "renamed user",
    ]);
    const kept = JSON.parse(relay.request(client, target, true).body.toString());
    expect(kept).toMatchObject({ models: ["b"], provider: { order: ["acme"] }, user: "u-1" });
    expect(kept).not.toHaveProperty("trunkline");
  });
});

const message = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-own-2025",
  content: [
    { type: "server_tool_use", id: "s", name: "web_search", input: {} },
    { type: "text", text: "Hello" },
  ],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 5, of_tomorrow: 1.5 },
};

describe("a plain answer", () => {
  test("keeps its bytes on /v1", () => {
    const body = Buffer.from(JSON.stringify(message, undefined, 1));
    const answer = relay.response(body, served, "openai");
    expect(answer.body).toBe(body);
    expect(answer.facts).toMatchObject({
      terminal: true,
      content: true,
      upstreamId: "msg_1",
      usage: { inputTokens: 10, outputTokens: 5 },
      finish: { reason: "stop", native: "end_turn" },
    });
  });

  test("says on /api/v1 which generation it is, who served and what it cost", () => {
    const { body } = relay.response(Buffer.from(JSON.stringify(message)), served, "openrouter");
    expect(JSON.parse(body.toString())).toEqual({
      ...message,
      id: "gen-1-abc",
      model: "acme/tiny-1",
      provider: "Acme",
      usage: { ...message.usage, is_byok: false, cost: 0.00325 },
    });
  });

  test.each([
    ["[]", "upstream_invalid"],
    ["{}", "upstream_invalid"],
    ['{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}', "upstream_overloaded"],
  ])("%s is a fault", (body, code) => {
    const { facts } = relay.response(Buffer.from(body), served, "openai");
    expect(facts.fault?.code).toBe(code);
  });
});

const event = (data: { readonly type: string; readonly [field: string]: unknown }) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const delta = (text: string) => event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } });
const start =
  event({ type: "message_start", message: { ...message, content: [], stop_reason: null } }) +
  event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }) +
  event({ type: "ping" });
const spoken = delta("Hello") + delta(" you, ") + delta("it is \u{1f600}.");
const blockStop = event({ type: "content_block_stop", index: 0 });
const messageDelta = event({
  type: "message_delta",
  delta: { stop_reason: "end_turn", stop_sequence: null },
  usage: { output_tokens: 7 },
});
const stop = event({ type: "message_stop" });
const usual = start + spoken + blockStop + messageDelta + stop;

interface Relayed {
  readonly out: string;
  readonly facts: AnswerFacts;
  readonly done: boolean;
}

function relayed(source: string, profile: Profile = "openai", sizes: readonly number[] = []): Relayed {
  const stream = relay.stream(
    served,
    read('{"model":"m","max_tokens":1,"messages":[{"role":"user","content":""}]}').outline,
    profile,
  );
  const bytes = Buffer.from(source);
  let out = "";
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[turn % sizes.length] ?? 1);
    out += stream.push(bytes.subarray(at, at + size))?.toString() ?? "";
    at += size;
  }
  const { done } = stream;
  out += stream.end()?.toString() ?? "";
  return { out, facts: stream.facts, done };
}

const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 });

describe("a stream", () => {
  test("keeps its bytes on /v1, however they are split", () => {
    fc.assert(
      fc.property(sizes, (split) => {
        const { out, facts, done } = relayed(usual, "openai", split);
        expect(out).toBe(usual);
        expect(done).toBe(true);
        expect(facts).toMatchObject({
          terminal: true,
          content: true,
          fault: undefined,
          usage: { inputTokens: 10, outputTokens: 7 },
          finish: { reason: "stop", native: "end_turn" },
        });
      }),
    );
    expect(messagesFault(usual)).toBeUndefined();
  });

  test("says on /api/v1 which generation it is, who served and what it cost", () => {
    const { out } = relayed(usual, "openrouter");
    expect(messagesFault(out)).toBeUndefined();
    const events = messagesEvents(out).map(({ data }) => data);
    expect(events[0]).toMatchObject({ message: { id: "gen-1-abc", model: "acme/tiny-1", provider: "Acme" } });
    expect(events.at(-2)).toMatchObject({ usage: { output_tokens: 7, cost: 0.00325, is_byok: false } });
    expect(out).toContain(spoken);
  });

  test("is estimated by its content, not by what is around it", () => {
    const words = "a".repeat(50);
    const { facts } = relayed(start + delta("x") + delta(words).repeat(20));
    expect(facts.outputBytes).toBe(1_001);
  });

  test("gets the names of its events where the provider leaves them out", () => {
    expect(relayed(usual.replace(/^event: .*\n/gm, "")).out).toBe(usual);
  });

  test("that is cut before its end has a fault, and no end", () => {
    const { out, facts } = relayed(start + spoken);
    expect(out).toBe(start + spoken);
    expect(facts.fault?.code).toBe("upstream_truncated");
  });

  test("that stops with its stop reason is whole", () => {
    const { out, facts } = relayed(start + spoken + blockStop + messageDelta);
    expect(out).toBe(usual);
    expect(facts.fault).toBeUndefined();
  });

  test("drops what comes after its end", () => {
    const error = event({ type: "error", error: { type: "api_error", message: "late" } });
    expect(relayed(start + spoken + blockStop + messageDelta + delta("late") + error + stop + delta("later")).out).toBe(
      usual,
    );
  });

  test("with an error inside has a fault, and the client gets nothing of it", () => {
    const error = event({ type: "error", error: { type: "overloaded_error", message: "Busy" } });
    const { out, facts } = relayed(start + delta("Hello") + error);
    expect(out).toBe(start + delta("Hello"));
    expect(facts.fault?.code).toBe("upstream_overloaded");
  });

  test("of a provider's own tool is content from its first block on", () => {
    const block = { type: "server_tool_use", id: "s", name: "web_search", input: {} };
    const { facts } = relayed(
      event({ type: "message_start", message: { ...message, content: [] } }) +
        event({ type: "content_block_start", index: 0, content_block: block }),
    );
    expect(facts.content).toBe(true);
  });

  test("of any bytes never throws, and what cannot be read is a fault of the taxonomy", () => {
    const frames = fc.array(
      fc.oneof(
        fc.constantFrom(
          start,
          delta("a"),
          blockStop,
          messageDelta,
          stop,
          "event: x\ndata: {\n\n",
          "data: 1\n\n",
          ": c\n\n",
        ),
        fc.json().map((json) => `event: content_block_delta\ndata: ${json}\n\n`),
        fc
          .json()
          .map((json) => `event: message_delta\ndata: {"type":"message_delta","delta":${json},"usage":${json}}\n\n`),
        fc.string(),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(frames, sizes, fc.constantFrom<Profile>("openai", "openrouter"), (source, split, profile) => {
        const { facts } = relayed(source.join(""), profile, split);
        expect(["upstream_invalid", "upstream_truncated", undefined]).toContain(facts.fault?.code);
      }),
    );
  });
});

const chatFrame = (choice: object, more: object = {}) =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", model: "gpt", choices: [{ index: 0, ...choice }], ...more })}\n\n`;
const call = (index: number, given: object) => chatFrame({ delta: { tool_calls: [{ index, ...given }] } });
const chatStream =
  chatFrame({ delta: { role: "assistant", content: "" } }) +
  chatFrame({ delta: { reasoning_content: "Hm." } }) +
  chatFrame({ delta: { content: "Ask" } }) +
  chatFrame({ delta: { content: "ing \u{1f600}" } }) +
  call(0, { id: "a", type: "function", function: { name: "f", arguments: "" } }) +
  call(1, { id: "b", type: "function", function: { name: "g", arguments: '{"y"' } }) +
  call(0, { function: { arguments: '{"x":1}' } }) +
  call(1, { function: { arguments: ":2}" } }) +
  chatFrame({ delta: {}, finish_reason: "tool_calls" }) +
  'data: {"id":"c","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}\n\n' +
  "data: [DONE]\n\n";

test("a Chat stream becomes the same Messages stream, however its bytes are split", () => {
  const { outline } = read('{"model":"m","max_tokens":1,"stream":true,"messages":[{"role":"user","content":""}]}');
  const translated = (split: readonly number[]) => {
    const stream = translateStream(openaiChat, anthropicMessages, served, outline, "openai");
    const bytes = Buffer.from(chatStream);
    let out = "";
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = split[turn % split.length] ?? 1;
      out += stream.push(bytes.subarray(at, at + size))?.toString() ?? "";
      at += size;
    }
    return out + (stream.end()?.toString() ?? "");
  };
  const whole = translated([chatStream.length * 2]);
  expect(messagesFault(whole)).toBeUndefined();
  expect(
    messagesEvents(whole)
      .filter(({ name }) => name === "content_block_start")
      .map(({ data }) => data.content_block),
  ).toMatchObject([
    { type: "thinking" },
    { type: "text" },
    { type: "tool_use", id: "a" },
    { type: "tool_use", id: "b" },
  ]);
  fc.assert(
    fc.property(sizes, (split) => {
      expect(translated(split)).toBe(whole);
    }),
  );
});
