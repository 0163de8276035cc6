// The official SDKs against a real gateway: OpenAI's on /v1, OpenRouter's own two on /api/v1.
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { OpenRouter } from "@openrouter/sdk";
import { generateText, streamText } from "ai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Folder, type GatewayProcess, startGateway, temporaryFolder } from "./gateway-process.js";
import { startUpstream, type Upstream } from "./upstream.js";

let upstream: Upstream;
let folder: Folder;
let gateway: GatewayProcess;

beforeAll(async () => {
  upstream = await startUpstream();
  folder = temporaryFolder();
  gateway = await startGateway({
    folder,
    config: `
providers:
  chat: { name: Chatty, dialect: openai-chat, baseUrl: "${upstream.url}/v1", apiKey: chat-secret }
  claude: { name: Claudia, dialect: anthropic-messages, baseUrl: "${upstream.url}/v1", apiKey: claude-secret, authentication: { header: x-api-key } }
models:
  chat/say: { windowTokens: 32768, price: { inputUsdPerMTok: "2.50", outputUsdPerMTok: "10" } }
`,
  });
});

afterAll(async () => {
  gateway.child.kill("SIGTERM");
  await gateway.ended;
  await upstream.close();
  folder.remove();
});

const question = [{ role: "user" as const, content: "Count to four." }];
const answer = "One two three four.";

describe.each(["chat/say", "claude/say"])("%s", (model) => {
  const openai = () => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "anything", maxRetries: 0 });

  test("the OpenAI SDK gets a plain answer, and headers that say who served", async () => {
    const { data, response } = await openai().chat.completions.create({ model, messages: question }).withResponse();
    expect(data.choices[0]?.message.content).toBe(answer);
    expect(data.choices[0]?.finish_reason).toBe("stop");
    expect(data.usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 });
    expect(response.headers.get("x-trunkline-provider")).toBe(model.split("/")[0]);
    expect(response.headers.get("x-generation-id")).toMatch(/^gen-\d+-[0-9A-Za-z]{20}$/);
  });

  test("the OpenAI SDK streams", async () => {
    const stream = await openai().chat.completions.create({
      model,
      messages: question,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe(answer);
    expect(usage?.total_tokens).toBe(14);
  });

  test("OpenRouter's SDK accepts the plain answer, the stream and the generation", async () => {
    const sdk = new OpenRouter({ apiKey: "anything", serverURL: `${gateway.url}/api/v1` });
    const plain = await sdk.chat.send({ chatRequest: { model, messages: question, stream: false } });
    if (!("choices" in plain)) throw new Error("a plain answer was asked for");
    expect(plain.choices[0]?.message.content).toBe(answer);
    const stream = await sdk.chat.send({ chatRequest: { model, messages: question, stream: true } });
    if ("choices" in stream) throw new Error("a stream was asked for");
    let text = "";
    let id = "";
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      id = chunk.id;
    }
    expect(text).toBe(answer);
    // The record is there when the answer ends: no client has to wait for it.
    expect((await sdk.generations.getGeneration({ id })).data).toMatchObject({ id, streamed: true });
    const { data } = await sdk.generations.getGeneration({ id: plain.id });
    expect(data).toMatchObject({ id: plain.id, nativeTokensPrompt: 10, nativeTokensCompletion: 4 });
  });

  test("OpenRouter's provider for the AI SDK accepts both", async () => {
    const provider = createOpenRouter({ apiKey: "anything", baseURL: `${gateway.url}/api/v1` });
    const plain = await generateText({ model: provider.chat(model), prompt: "Count to four." });
    expect(plain.text).toBe(answer);
    const stream = streamText({ model: provider.chat(model), prompt: "Count to four." });
    let text = "";
    for await (const part of stream.textStream) text += part;
    expect(text).toBe(answer);
    expect((await stream.usage).inputTokens).toBe(10);
  });
});

test("OpenRouter's SDK accepts the model list", async () => {
  const sdk = new OpenRouter({ apiKey: "anything", serverURL: `${gateway.url}/api/v1` });
  const pages = await sdk.models.list();
  let count = 0;
  for await (const { result } of pages) count += result.data.length;
  expect(count).toBeGreaterThan(200);
});

test("a known price is in the header and beside the usage", async () => {
  const { data, response } = await new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "anything" }).chat.completions
    .create({ model: "chat/say", messages: question })
    .withResponse();
  expect(response.headers.get("x-trunkline-cost-usd")).toBe("0.000065");
  expect(data.usage).toMatchObject({ cost: 0.000065 });
});

test("each provider sees its own secret and no other's", async () => {
  const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "the-clients-own" });
  await openai.chat.completions.create({ model: "chat/say", messages: question });
  await openai.chat.completions.create({ model: "claude/say", messages: question });
  const [chat, claude] = upstream.calls.slice(-2);
  expect(chat?.headers.authorization).toBe("Bearer chat-secret");
  expect(chat?.headers["x-api-key"]).toBeUndefined();
  expect(claude?.headers["x-api-key"]).toBe("claude-secret");
  expect(claude?.headers.authorization).toBeUndefined();
});

test.each([
  [400, OpenAI.BadRequestError],
  [404, OpenAI.NotFoundError],
  [429, OpenAI.RateLimitError],
  [500, OpenAI.InternalServerError],
])("an upstream %i raises the SDK's typed error", async (status, type) => {
  const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "anything", maxRetries: 0 });
  const call = openai.chat.completions.create({ model: `chat/fail-${status}`, messages: question });
  await expect(call).rejects.toBeInstanceOf(type);
});
