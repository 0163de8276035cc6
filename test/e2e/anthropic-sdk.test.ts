// Anthropic's official SDK against a real gateway, over a provider that speaks Messages (relayed) and one that speaks Chat.
import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { messagesEvents, messagesFault } from "../messages-grammar.js";
import { type Folder, type GatewayProcess, startGateway, temporaryFolder } from "./gateway-process.js";
import { startUpstream, type Upstream } from "./upstream.js";

const key = "sk-tl-0123456789";
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
  claude/say: { windowTokens: 32768, price: { inputUsdPerMTok: "2.50", outputUsdPerMTok: "10" } }
`,
    environment: { TRUNKLINE_KEYS: key },
  });
});

afterAll(async () => {
  gateway.child.kill("SIGTERM");
  await gateway.ended;
  await upstream.close();
  folder.remove();
});

const sdk = (options: ConstructorParameters<typeof Anthropic>[0] = {}) =>
  new Anthropic({ baseURL: gateway.url, apiKey: key, maxRetries: 0, ...options });
const asking = (model: string) => ({
  model,
  max_tokens: 256,
  messages: [{ role: "user" as const, content: "Count to four." }],
});
const answer = "One two three four.";

describe.each(["chat", "claude"])("over %s", (provider) => {
  test("a plain answer, its usage, and headers that say who served", async () => {
    const { data, response, request_id } = await sdk()
      .messages.create(asking(`${provider}/say`))
      .withResponse();
    expect(data).toMatchObject({
      type: "message",
      role: "assistant",
      content: [{ type: "text", text: answer }],
      stop_reason: "end_turn",
      usage: { input_tokens: 10, output_tokens: 4 },
    });
    expect(request_id).toMatch(/^gen-\d+-[0-9A-Za-z]{20}$/);
    expect(response.headers.get("x-generation-id")).toBe(request_id);
    expect(response.headers.get("x-trunkline-provider")).toBe(provider);
    expect(response.headers.get("x-trunkline-cost-usd")).toBe("0.000065");
  });

  test("a stream, and the message that it makes", async () => {
    const stream = sdk().messages.stream(asking(`${provider}/say`));
    const types: string[] = [];
    let text = "";
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === "content_block_delta" && event.delta.type === "text_delta") text += event.delta.text;
    }
    expect(text).toBe(answer);
    expect(types[0]).toBe("message_start");
    expect(types.slice(-3)).toEqual(["content_block_stop", "message_delta", "message_stop"]);
    const message = await stream.finalMessage();
    expect(message).toMatchObject({ stop_reason: "end_turn", usage: { input_tokens: 10, output_tokens: 4 } });
  });

  test("a tool is called, plain and streamed, and its result goes back", async () => {
    const tools = [{ name: "weather", input_schema: { type: "object" as const } }];
    const asked = { ...asking(`${provider}/call`), tools };
    const streamed = await sdk().messages.stream(asked).finalMessage();
    const plain = await sdk().messages.create(asked);
    for (const message of [streamed, plain]) {
      expect(message.stop_reason).toBe("tool_use");
      expect(message.content).toMatchObject([{ type: "tool_use", name: "weather", input: { city: "Oslo" } }]);
    }
    const [call] = plain.content;
    if (call?.type !== "tool_use") throw new Error("a call was asked for");
    const result = { type: "tool_result" as const, tool_use_id: call.id, content: "snow" };
    const next = await sdk().messages.create({
      ...asked,
      model: `${provider}/say`,
      messages: [...asked.messages, { role: "assistant", content: plain.content }, { role: "user", content: [result] }],
    });
    expect(next.content).toMatchObject([{ type: "text", text: answer }]);
    const seen = JSON.stringify(upstream.calls.at(-1)?.body);
    expect(seen).toContain("snow");
    expect(seen).toContain(call.id);
  });

  test("thinking comes before the text, plain and streamed", async () => {
    const asked = {
      ...asking(`${provider}/think`),
      max_tokens: 2048,
      thinking: { type: "enabled" as const, budget_tokens: 1024 },
    };
    for (const message of [await sdk().messages.create(asked), await sdk().messages.stream(asked).finalMessage()])
      expect(message.content).toMatchObject([
        { type: "thinking", thinking: "Hm.", signature: provider === "claude" ? "signed" : "" },
        { type: "text", text: answer },
      ]);
  });

  test.each([
    [400, Anthropic.BadRequestError, "invalid_request_error"],
    [404, Anthropic.NotFoundError, "not_found_error"],
    [429, Anthropic.RateLimitError, "rate_limit_error"],
    [500, Anthropic.InternalServerError, "api_error"],
    [529, Anthropic.InternalServerError, "overloaded_error"],
  ])("an upstream %i raises the SDK's typed error, %s", async (status, type, name) => {
    const error: unknown = await sdk()
      .messages.create(asking(`${provider}/fail-${status}`))
      .catch((cause: unknown) => cause);
    if (!(error instanceof Anthropic.APIError)) throw new Error("an error of the SDK was expected");
    expect(error).toBeInstanceOf(type);
    expect(error.type).toBe(name);
    expect(error.requestID).toMatch(/^gen-/);
    expect(error.error).toMatchObject({ type: "error", request_id: error.requestID });
  });

  test("a stream that is cut ends with an error, not as if it were whole", async () => {
    const stream = sdk().messages.stream(asking(`${provider}/cut`));
    await expect(stream.finalMessage()).rejects.toThrow(Anthropic.APIError);
  });

  test("leaving a stream ends the call to the provider", async () => {
    const before = upstream.calls.length;
    const stream = await sdk().messages.create({ ...asking(`${provider}/endless`), stream: true });
    let events = 0;
    for await (const _ of stream) if (++events === 5) break;
    await expect.poll(() => upstream.calls[before]?.abortedAtMs).toBeDefined();
  });

  test.each(["say", "think", "call", "cut"])("the stream of %s keeps to the rules of this dialect", async (model) => {
    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": key },
      body: JSON.stringify({ ...asking(`${provider}/${model}`), stream: true }),
    });
    const text = await response.text();
    expect(messagesFault(text)).toBeUndefined();
    expect(messagesEvents(text).at(-1)?.name).toBe(model === "cut" ? "error" : "message_stop");
  });

  test("OpenRouter's path says who served and what it cost, and needs no max_tokens", async () => {
    const { max_tokens, ...asked } = asking(`${provider}/say`);
    const response = await fetch(`${gateway.url}/api/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      body: JSON.stringify(asked),
    });
    expect(await response.json()).toMatchObject({
      id: response.headers.get("x-generation-id"),
      model: `${provider}/say`,
      provider: provider === "chat" ? "Chatty" : "Claudia",
      usage: { input_tokens: 10, output_tokens: 4, cost: 0.000065, is_byok: false },
    });
  });
});

test("a key is taken as x-api-key and as a bearer token; without one, an error of the SDK's", async () => {
  const bearer = sdk({ apiKey: null, authToken: key });
  expect((await bearer.messages.create(asking("claude/say"))).content).toHaveLength(1);
  const wrong = sdk({ apiKey: "sk-tl-another" }).messages.create(asking("claude/say"));
  await expect(wrong).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
  await expect(wrong).rejects.toMatchObject({ type: "authentication_error" });
});

test("trials are sent on to a provider of the same dialect; each sees its own secret and no other's", async () => {
  await sdk().beta.messages.create({ ...asking("claude/say"), betas: ["context-1m-2025-08-07"] });
  const seen = upstream.calls.at(-1);
  expect(seen?.headers["anthropic-beta"]).toBe("context-1m-2025-08-07");
  // Which version of the API it speaks is the SDK's matter.
  expect(seen?.headers["anthropic-version"]).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  expect(seen?.headers["x-api-key"]).toBe("claude-secret");
  expect(JSON.stringify(seen)).not.toContain(key);
});

test("tokens are counted without asking anybody", async () => {
  const before = upstream.calls.length;
  const { messages } = asking("claude/say");
  const short = await sdk().messages.countTokens({ model: "claude/say", messages });
  const long = await sdk().messages.countTokens({
    model: "anthropic/claude-sonnet-4.5",
    messages,
    system: "You count with care, and in words.",
    tools: [{ name: "weather", input_schema: { type: "object" } }],
  });
  expect(short.input_tokens).toBeGreaterThan(3);
  expect(long.input_tokens).toBeGreaterThan(short.input_tokens + 20);
  expect(upstream.calls).toHaveLength(before);
  const unknown = sdk().messages.countTokens({ model: "nobody/knows-this", messages });
  await expect(unknown).rejects.toBeInstanceOf(Anthropic.NotFoundError);
});

test("models are listed as Anthropic lists them, page by page, and one by one", async () => {
  const all: Anthropic.ModelInfo[] = [];
  for await (const model of sdk().models.list({ limit: 1 })) all.push(model);
  expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining(["chat/say", "claude/say"]));
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  const [first, second] = all;
  if (first === undefined || second === undefined) throw new Error("two models were expected");
  expect(first).toMatchObject({ type: "model", id: "chat/say", max_input_tokens: 32_768 });
  expect(first.created_at).toMatch(/^\d{4}-\d{2}-\d{2}T00:00:00Z$/);
  const before = await sdk().models.list({ before_id: second.id, limit: 5 });
  expect(before).toMatchObject({ data: [{ id: first.id }], has_more: false, first_id: first.id, last_id: first.id });
  const known = await sdk().models.retrieve("anthropic/claude-sonnet-4.5");
  expect(known).toMatchObject({ type: "model", id: "anthropic/claude-sonnet-4.5" });
  await expect(sdk().models.retrieve("nobody/knows-this")).rejects.toBeInstanceOf(Anthropic.NotFoundError);
  await expect(sdk().models.list({ after_id: "nobody" })).rejects.toBeInstanceOf(Anthropic.BadRequestError);
});
