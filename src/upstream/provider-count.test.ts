// Asking the providers' own counting endpoints, over HTTP on loopback: what is sent where, with which key; and every bad answer.
import { createServer, type IncomingMessage, type Server } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { TrunklineError } from "../canonical/error.js";
import { isObject, type Json, parseJson } from "../canonical/json.js";
import type { Request } from "../canonical/request.js";
import type { Provider } from "../catalog/provider.js";
import { knownProviders } from "../catalog/providers.js";
import { realClock, realTimers } from "../surroundings.js";
import { createHttpTransport } from "./http/transport.js";
import { askProviderCount } from "./provider-count.js";

interface Seen {
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: Json | undefined;
}

let server: Server;
let origin: string;
let seen: Seen[];
let reply: { status: number; body: string } | "nothing";
const transport = createHttpTransport();

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    seen.push({ path: request.url, headers: request.headers, body: parseJson(Buffer.concat(chunks).toString()) });
    if (reply === "nothing") return;
    response.writeHead(reply.status, { "content-type": "application/json" }).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${isObject(address) ? address.port : 0}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await transport.close();
});
beforeEach(() => {
  seen = [];
  reply = { status: 200, body: '{"input_tokens":12,"object":"response.input_tokens"}' };
});

function row(id: string): Provider {
  const known = knownProviders.find((provider) => provider.id === id);
  if (known === undefined) throw new Error(`no row ${id}`);
  return { ...known, baseUrl: origin + new URL(known.baseUrl).pathname };
}

const request: Request = {
  instructions: [{ type: "text", text: "Be brief." }],
  turns: [
    { role: "user", parts: [{ type: "text", text: "Hi" }] },
    { role: "assistant", parts: [{ type: "text", text: "Hello" }] },
    { role: "user", parts: [{ type: "text", text: "Bye" }] },
  ],
  tools: [],
  maxOutputTokens: 100,
  temperature: 0.5,
  stream: true,
  extra: {},
};

const parts = { transport, clock: realClock, timers: realTimers };
const ask = (provider: Provider, model: string, change: Partial<Request> = {}, timeoutMs = 5_000) =>
  askProviderCount(parts, {
    provider,
    credential: { label: "x#0", secret: () => "s3cret" },
    model,
    request: { ...request, ...change },
    timeoutMs,
  });

async function refusal(asking: Promise<number>): Promise<TrunklineError> {
  const error: unknown = await asking.catch((cause: unknown) => cause);
  if (!TrunklineError.is(error)) throw new Error("it was not refused");
  return error;
}

test("Anthropic's: nothing but what it counts", async () => {
  expect(await ask(row("anthropic"), "claude-sonnet-4-5")).toBe(12);
  const [call] = seen;
  expect(call?.path).toBe("/v1/messages/count_tokens");
  expect(call?.headers).toMatchObject({ "x-api-key": "s3cret", "anthropic-version": "2023-06-01" });
  expect(call?.body).toEqual({
    model: "claude-sonnet-4-5",
    system: [{ type: "text", text: "Be brief." }],
    messages: expect.arrayContaining([{ role: "user", content: expect.anything() }]),
  });
});

test("Gemini's, as the request that would be sent", async () => {
  reply = { status: 200, body: '{"totalTokens":7}' };
  expect(await ask(row("google"), "gemini-2.5-flash")).toBe(7);
  const [call] = seen;
  expect(call?.path).toBe("/v1beta/models/gemini-2.5-flash:countTokens");
  expect(call?.headers["x-goog-api-key"]).toBe("s3cret");
  expect(call?.headers.authorization).toBeUndefined();
  expect(call?.body).toEqual({
    generateContentRequest: {
      model: "models/gemini-2.5-flash",
      systemInstruction: { parts: [{ text: "Be brief." }] },
      contents: [
        { role: "user", parts: [{ text: "Hi" }] },
        { role: "model", parts: [{ text: "Hello" }] },
        { role: "user", parts: [{ text: "Bye" }] },
      ],
    },
  });
});

test("OpenAI's, under Responses", async () => {
  expect(await ask(row("openai"), "gpt-4o")).toBe(12);
  const [call] = seen;
  expect(call?.path).toBe("/v1/responses/input_tokens");
  expect(call?.headers.authorization).toBe("Bearer s3cret");
  expect(call?.body).toEqual({
    model: "gpt-4o",
    instructions: "Be brief.",
    input: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello" },
      { role: "user", content: "Bye" },
    ],
  });
});

test("a provider without such an endpoint is not called", async () => {
  expect((await refusal(ask(row("groq"), "x"))).message).toContain("Groq has no endpoint for counting");
  expect(seen).toEqual([]);
});

test("tools go along, limits and sampling do not", async () => {
  const tools = [{ name: "look", parameters: { type: "object", properties: {} } }];
  await ask(row("openai"), "gpt-4o", { tools });
  await ask(row("anthropic"), "claude-sonnet-4-5", { tools });
  reply = { status: 200, body: '{"totalTokens":7}' };
  await ask(row("google"), "gemini-2.5-flash", { tools });
  for (const { body } of seen) {
    const text = JSON.stringify(body);
    expect(text).toContain("look");
    expect(text).not.toMatch(/max|temperature|stream|generationConfig|store/);
  }
});

test.each([
  ["a refused key", { status: 401, body: '{"error":{"message":"bad key s3cret"}}' }, "upstream_auth"],
  ["an unknown model", { status: 404, body: '{"error":{"message":"no such model"}}' }, "upstream_not_found"],
  ["a limit", { status: 429, body: "{}" }, "upstream_rate_limit"],
  ["a redirect", { status: 302, body: "" }, "upstream_redirect"],
  ["an answer without a number", { status: 200, body: '{"input_tokens":"many"}' }, "upstream_invalid"],
  ["a negative number", { status: 200, body: '{"input_tokens":-1}' }, "upstream_invalid"],
  ["an answer that is no JSON", { status: 200, body: "<html>" }, "upstream_invalid"],
  ["an answer without end", { status: 200, body: "x".repeat(100_000) }, "upstream_invalid"],
])("%s is a clear error", async (_name, answer, code) => {
  reply = answer;
  expect((await refusal(ask(row("anthropic"), "claude-sonnet-4-5"))).code).toBe(code);
});

test("a provider that says nothing is waited for no longer than asked", async () => {
  reply = "nothing";
  expect((await refusal(ask(row("openai"), "gpt-4o", {}, 100))).code).toBe("deadline_exceeded");
});

test("a provider that is not there is an error, not a crash", async () => {
  const gone = { ...row("openai"), baseUrl: "http://127.0.0.1:1/v1" };
  expect((await refusal(ask(gone, "gpt-4o"))).code).toBe("upstream_connect");
});
