// What OpenAI's and OpenRouter's own clients make of our answers: they check them more strictly than any schema of ours.
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { HTTPClient, OpenRouter } from "@openrouter/sdk";
import { generateText, streamText } from "ai";
import OpenAI from "openai";
import { expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import { anthropicMessages } from "../anthropic-messages/dialect.js";
import type { Profile } from "../dialect.js";
import { translateStream, translateWhole } from "../translate.js";
import { openaiChat } from "./dialect.js";

const served = {
  generationId: "gen-1-abc",
  createdSeconds: 1,
  providerId: "acme",
  providerName: "Acme",
  model: "acme/tiny-1",
  costOf: () => 3_250_000,
};
const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, prompt_tokens_details: null };
const chunk = (delta: object, finish: string | null = null, more: object = {}) =>
  `data: ${JSON.stringify({ id: "c", created: 5, model: "tiny", system_fingerprint: null, choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`;
const stream = [
  chunk({ role: "assistant", content: null, tool_calls: null }),
  chunk({ reasoning_content: "hm" }),
  chunk({ content: "Hi" }),
  chunk({
    content: null,
    tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }],
  }),
  chunk({ tool_calls: [{ index: 0, id: null, function: { name: null, arguments: '{"x":1}' } }] }),
  chunk({}, "tool_calls"),
  `data: ${JSON.stringify({ id: "c", choices: [], usage })}\n\ndata: [DONE]\n\n`,
].join("");
const whole = JSON.stringify({
  id: "c",
  object: "chat.completion",
  created: 5,
  model: "tiny",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "Hi", reasoning_content: "hm", tool_calls: null },
      finish_reason: "eos",
    },
  ],
  usage,
});
const thinking = [
  { type: "message_start", message: { id: "m", model: "claude", usage: { input_tokens: 10 } } },
  { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "hm", signature: "sig" } },
  { type: "content_block_stop", index: 0 },
  { type: "content_block_start", index: 1, content_block: { type: "text", text: "Hi" } },
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } },
  { type: "message_stop" },
]
  .map((frame) => `data: ${JSON.stringify(frame)}\n\n`)
  .join("");
const message = JSON.stringify({
  content: [{ type: "text", text: "Hi" }],
  stop_reason: "end_turn",
  usage: { input_tokens: 10, output_tokens: 5 },
});

/** A gateway of a page: reads the client's request, answers from a recording. */
function answering(profile: Profile, upstream: "chat" | "messages" | "error" | "cut"): typeof fetch {
  return async (input, init) => {
    const asked = input instanceof Request ? await input.text() : String(init?.body);
    const { outline } = openaiChat.readRequest(Buffer.from(asked), profile);
    if (upstream === "error") {
      const error = new TrunklineError("upstream_refused", "no such thing", { param: "x", provider: "acme" });
      const { status, body } = openaiChat.writeError(error, "gen-1-abc", profile);
      return new Response(body, { status, headers: { "content-type": "application/json" } });
    }
    if (!outline.stream) {
      const { body } =
        upstream === "messages"
          ? translateWhole(anthropicMessages, openaiChat, Buffer.from(message), served, profile)
          : openaiChat.relay.response(Buffer.from(whole), served, profile);
      return new Response(body.toString(), { headers: { "content-type": "application/json" } });
    }
    const answer =
      upstream === "messages"
        ? translateStream(anthropicMessages, openaiChat, served, outline, profile)
        : openaiChat.relay.stream(served, outline, profile);
    const source = upstream === "messages" ? thinking : upstream === "cut" ? stream.slice(0, 420) : stream;
    let out = String(answer.push(Buffer.from(source)) ?? "") + String(answer.end() ?? "");
    if (answer.facts.fault !== undefined) out += openaiChat.writeStreamError(answer.facts.fault, served, profile);
    return new Response(out, { headers: { "content-type": "text/event-stream" } });
  };
}

const upstreams = ["chat", "messages"] as const;
const messages = [{ role: "user" as const, content: "hi" }];

test.each(upstreams)("OpenAI's client takes plain answers and streams from %s", async (upstream) => {
  const client = new OpenAI({
    apiKey: "k",
    baseURL: "http://x/v1",
    fetch: answering("openai", upstream),
    maxRetries: 0,
  });
  const plain = await client.chat.completions.create({ model: "m", messages });
  expect(plain.choices[0]?.message.content).toBe("Hi");
  const final = await client.chat.completions.stream({ model: "m", messages }).finalChatCompletion();
  expect(final.choices[0]?.message.content).toBe("Hi");
  const withUsage = await client.chat.completions.create({
    model: "m",
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  const frames = [];
  for await (const frame of withUsage) frames.push(frame);
  expect(frames.filter((frame) => frame.usage)).toHaveLength(1);
  expect(frames.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 15, cost: 0.00325 } });
});

test("OpenAI's client raises its own errors, before the stream and inside it", async () => {
  const client = (upstream: "error" | "cut") =>
    new OpenAI({ apiKey: "k", baseURL: "http://x/v1", fetch: answering("openai", upstream), maxRetries: 0 });
  await expect(client("error").chat.completions.create({ model: "m", messages })).rejects.toMatchObject({
    status: 400,
    code: "upstream_refused",
    param: "x",
  });
  const frames = await client("cut").chat.completions.create({ model: "m", messages, stream: true });
  const all = async () => {
    for await (const _ of frames);
  };
  await expect(all()).rejects.toMatchObject({ code: "upstream_truncated" });
});

test.each(upstreams)("OpenRouter's client takes plain answers and streams from %s", async (upstream) => {
  const client = new OpenRouter({
    apiKey: "k",
    serverURL: "http://x/api/v1",
    httpClient: new HTTPClient({ fetcher: answering("openrouter", upstream) }),
  });
  const plain = await client.chat.send({ chatRequest: { model: "m", messages } });
  expect(plain).toMatchObject({ id: "gen-1-abc", model: "acme/tiny-1", usage: { cost: 0.00325 } });
  const frames = [];
  const answer = await client.chat.send({ chatRequest: { model: "m", messages, stream: true } });
  if (!(Symbol.asyncIterator in answer)) throw new Error("the client read no stream");
  for await (const frame of answer) frames.push(frame);
  expect(frames.at(-1)).toMatchObject({ usage: { totalTokens: 15, cost: 0.00325 } });
  expect(frames.map((frame) => frame.choices[0]?.delta.content ?? "").join("")).toBe("Hi");
  expect(frames.map((frame) => frame.choices[0]?.delta.reasoning ?? "").join("")).toBe("hm");
});

test.each(upstreams)("the AI SDK takes plain answers and streams from %s", async (upstream) => {
  const model = createOpenRouter({ apiKey: "k", baseURL: "http://x/api/v1", fetch: answering("openrouter", upstream) })(
    "m",
  );
  expect(await generateText({ model, prompt: "hi", maxRetries: 0 })).toMatchObject({ text: "Hi" });
  const result = streamText({ model, prompt: "hi", maxRetries: 0 });
  expect(await result.text).toBe("Hi");
  expect(await result.reasoningText).toBe("hm");
  expect((await result.usage).totalTokens).toBe(15);
  expect((await result.providerMetadata)?.openrouter).toMatchObject({ provider: "Acme", usage: { cost: 0.00325 } });
});
