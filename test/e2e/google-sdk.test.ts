// Google's official SDK against a real gateway, over providers that speak Gemini (relayed), Messages and Chat; and OpenAI's
// SDK over the one that speaks Gemini.
import { ApiError, type GenerateContentResponse, GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { geminiEvents, geminiFault } from "../gemini-grammar.js";
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
  chat: { dialect: openai-chat, baseUrl: "${upstream.url}/v1", apiKey: chat-secret }
  claude: { dialect: anthropic-messages, baseUrl: "${upstream.url}/v1", apiKey: claude-secret, authentication: { header: x-api-key } }
  gem: { dialect: gemini, baseUrl: "${upstream.url}/v1beta", apiKey: gem-secret, authentication: { header: x-goog-api-key } }
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

const sdk = (apiKey = key) =>
  new GoogleGenAI({ apiKey, httpOptions: { baseUrl: gateway.url, retryOptions: { attempts: 1 } } });
const question = "Count to four.";
const answer = "One two three four.";
const tools = [{ functionDeclarations: [{ name: "weather", parametersJsonSchema: { type: "object" } }] }];

async function streamed(model: string, config = {}): Promise<readonly GenerateContentResponse[]> {
  const chunks: GenerateContentResponse[] = [];
  for await (const chunk of await sdk().models.generateContentStream({ model, contents: question, config }))
    chunks.push(chunk);
  return chunks;
}

describe.each(["gem", "claude", "chat"])("over %s", (provider) => {
  test("a plain answer and a stream, with usage", async () => {
    const plain = await sdk().models.generateContent({ model: `${provider}/say`, contents: question });
    expect(plain.text).toBe(answer);
    expect(plain.candidates?.[0]?.finishReason).toBe("STOP");
    expect(plain.usageMetadata).toMatchObject({ promptTokenCount: 10, candidatesTokenCount: 4, totalTokenCount: 14 });
    const chunks = await streamed(`${provider}/say`);
    expect(chunks.map(({ text }) => text ?? "").join("")).toBe(answer);
    expect(chunks.at(-1)?.usageMetadata?.totalTokenCount).toBe(14);
  });

  test("a function is called, and its response goes back, with what was signed", async () => {
    const model = `${provider}/call`;
    const plain = await sdk().models.generateContent({ model, contents: question, config: { tools } });
    expect(plain.functionCalls).toMatchObject([{ name: "weather", args: { city: "Oslo" } }]);
    const inPieces = (await streamed(model, { tools })).flatMap(({ functionCalls }) => functionCalls ?? []);
    expect(inPieces).toMatchObject([{ name: "weather", args: { city: "Oslo" } }]);
    const spoken = plain.candidates?.[0]?.content;
    if (spoken === undefined) throw new Error("an answer was expected");
    const response = { functionResponse: { name: "weather", response: { result: "snow" } } };
    const next = await sdk().models.generateContent({
      model: `${provider}/say`,
      contents: [{ role: "user", parts: [{ text: question }] }, spoken, { role: "user", parts: [response] }],
      config: { tools },
    });
    expect(next.text).toBe(answer);
    const seen = JSON.stringify(upstream.calls.at(-1)?.body);
    expect(seen).toContain("snow");
    if (provider === "gem") expect(seen).toContain('"thoughtSignature":"signed"');
  });

  test("thoughts are parts of their own, plain and streamed", async () => {
    const model = `${provider}/think`;
    const config = { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 }, maxOutputTokens: 4096 };
    const plain = await sdk().models.generateContent({ model, contents: question, config });
    for (const chunks of [[plain], await streamed(model, config)]) {
      const parts = chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
      const joined = (thought: boolean) =>
        parts.filter((part) => (part.thought === true) === thought).map((part) => part.text ?? "");
      expect([joined(true).join(""), joined(false).join("")]).toEqual(["Hm.", answer]);
    }
  });

  test.each([400, 404, 429, 500])("an upstream %i raises the SDK's error with that status", async (status) => {
    const call = sdk().models.generateContent({ model: `${provider}/fail-${status}`, contents: question });
    await expect(call).rejects.toBeInstanceOf(ApiError);
    await expect(call).rejects.toMatchObject({ status });
  });

  test.each(["say", "think", "call", "cut"])("%s keeps to the rules of a stream, in both framings", async (model) => {
    for (const alt of ["?alt=sse", ""]) {
      const response = await fetch(`${gateway.url}/v1beta/models/${provider}/${model}:streamGenerateContent${alt}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-goog-api-key": key },
        body: JSON.stringify({ contents: [{ parts: [{ text: question }] }], tools }),
      });
      const text = await response.text();
      expect(geminiFault(text)).toBeUndefined();
      const last = geminiEvents(text).at(-1);
      expect(last?.error === undefined).toBe(model !== "cut");
    }
  });

  test("a client that leaves ends the call to the provider", async () => {
    const leave = new AbortController();
    let chunks = 0;
    const stream = await sdk().models.generateContentStream({
      model: `${provider}/endless`,
      contents: question,
      config: { abortSignal: leave.signal },
    });
    const reading = (async () => {
      for await (const _chunk of stream) if (++chunks === 2) leave.abort();
    })();
    await reading.catch(() => undefined);
    const call = upstream.calls.at(-1);
    await expect.poll(() => call?.abortedAtMs).toBeDefined();
  });
});

describe("OpenAI's SDK over gem", () => {
  const openai = () => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 });
  const messages = [{ role: "user" as const, content: question }];

  test("answers, streams, and carries the signature of a call to the next turn", async () => {
    const plain = await openai().chat.completions.create({ model: "gem/say", messages });
    expect(plain.choices[0]?.message.content).toBe(answer);
    const asked = {
      model: "gem/call",
      messages,
      tools: [{ type: "function" as const, function: { name: "weather", parameters: { type: "object" } } }],
    };
    const { message } = (await openai().chat.completions.create(asked)).choices[0] ?? {};
    const [call] = message?.tool_calls ?? [];
    if (message === undefined || call === undefined) throw new Error("a call was expected");
    expect(call.id).toMatch(/^call_gemini-1_0$/);
    await openai().chat.completions.create({
      ...asked,
      messages: [...messages, message, { role: "tool", tool_call_id: call.id, content: "snow" }],
    });
    expect(upstream.calls.at(-1)?.body).toMatchObject({
      contents: [
        { role: "user" },
        { role: "model", parts: [{ functionCall: { name: "weather" }, thoughtSignature: "signed" }] },
        { role: "user", parts: [{ functionResponse: { name: "weather", response: { output: "snow" } } }] },
      ],
    });
  });
});

test("a wrong key is an error of the SDK's; the provider sees its own secret and no other's", async () => {
  const wrong = sdk("sk-tl-another").models.generateContent({ model: "gem/say", contents: question });
  await expect(wrong).rejects.toMatchObject({ status: 401 });
  const url = `${gateway.url}/v1beta/models/gem/say:generateContent?key=${key}`;
  const body = JSON.stringify({ contents: [{ parts: [{ text: question }] }] });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  expect(response.status).toBe(200);
  const seen = upstream.calls.at(-1);
  expect(seen?.headers["x-goog-api-key"]).toBe("gem-secret");
  expect(seen?.path).toBe("/v1beta/models/say:generateContent");
  expect(JSON.stringify(seen)).not.toContain(key);
  expect(gateway.output()).not.toContain(key);
});

test("tokens are counted without asking anybody, and models are listed", async () => {
  const before = upstream.calls.length;
  const { totalTokens } = await sdk().models.countTokens({ model: "gem/say", contents: question });
  expect(totalTokens).toBeGreaterThan(2);
  expect(upstream.calls).toHaveLength(before);
  const model = await sdk().models.get({ model: "google/gemini-2.5-flash" });
  expect(model.name).toBe("models/google/gemini-2.5-flash");
});
