// OpenAI's own client on /v1/responses, against providers that speak other dialects and its own; and Chat over Responses.
import { OpenRouter } from "@openrouter/sdk";
import OpenAI from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { isObject, parseJson } from "../../src/canonical/json.js";
import { checkStream, requiredFields } from "../responses-grammar.js";
import { type Folder, type GatewayProcess, startGateway, temporaryFolder } from "./gateway-process.js";
import { startToolUpstream, type ToolUpstream } from "./tool-upstream.js";
import { startUpstream, type Upstream } from "./upstream.js";

let upstream: Upstream;
let tools: ToolUpstream;
let folder: Folder;
let gateway: GatewayProcess;
let openai: OpenAI;

beforeAll(async () => {
  upstream = await startUpstream();
  tools = await startToolUpstream();
  folder = temporaryFolder();
  const row = (dialect: string, url: string) => ({ dialect, baseUrl: `${url}/v1`, apiKey: "secret" });
  const providers = {
    chat: row("openai-chat", tools.url),
    claude: row("anthropic-messages", tools.url),
    own: row("openai-responses", tools.url),
    both: { ...row("openai-chat", tools.url), dialect: ["openai-chat", "openai-responses"] },
    words: row("openai-chat", upstream.url),
  };
  gateway = await startGateway({ folder, config: JSON.stringify({ providers }) });
  openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "anything", maxRetries: 0 });
});

afterAll(async () => {
  gateway.child.kill("SIGTERM");
  await gateway.ended;
  await upstream.close();
  await tools.close();
  folder.remove();
});

const post = (body: object, path = "/v1/responses") =>
  fetch(gateway.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

const errorIn = (text: string) => {
  const body = parseJson(text);
  return isObject(body) && isObject(body.error) ? body.error : {};
};

const weather = {
  type: "function" as const,
  name: "weather",
  description: null,
  strict: true,
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
};

describe.each(["chat/m", "claude/m", "own/m"])("%s", (model) => {
  const isRelayed = model === "own/m";

  test("answers plainly, with the whole resource", async () => {
    const { data, response } = await openai.responses
      .create({ model, input: "Count.", instructions: "Be brief.", store: true })
      .withResponse();
    expect(data.output_text).toBe("One two three");
    // A provider that stores says so.
    expect(data).toMatchObject({ status: "completed", store: isRelayed, instructions: "Be brief." });
    expect(data.usage).toMatchObject({ input_tokens: 10, output_tokens: 4, total_tokens: 14 });
    expect(requiredFields.filter((field) => !(field in data))).toEqual([]);
    expect(response.headers.get("x-trunkline-provider")).toBe(model.split("/")[0]);
    expect(data.id).toBe(isRelayed ? "resp_1" : response.headers.get("x-generation-id"));
  });

  test.each(["/v1/responses", "/api/v1/responses"])("streams on %s by the rules", async (path) => {
    const answer = await post({ model, input: "Count.", stream: true }, path);
    const { events, resource } = checkStream(await answer.text(), path.startsWith("/v1"));
    const deltas = events.filter(({ type }) => type === "response.output_text.delta").map(({ delta }) => delta);
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.join("")).toBe("One two three");
    expect(resource).toMatchObject({ status: "completed", usage: { total_tokens: 14 } });
  });

  test("calls a tool and goes on with its result, plain and streamed", async () => {
    const plain = await openai.responses.create({ model, input: "How is it?", tools: [weather] });
    const streamed = await openai.responses.stream({ model, input: "How is it?", tools: [weather] }).finalResponse();
    for (const { output } of [plain, streamed]) {
      const [call] = output;
      if (call?.type !== "function_call") throw new Error("no call");
      expect([call.name, JSON.parse(call.arguments)]).toEqual(["weather", { city: "Paris" }]);
      const next = await openai.responses.create({
        model,
        tools: [weather],
        input: [
          { role: "user", content: "How is it?" },
          ...plain.output.filter((item) => item.type === "function_call"),
          { type: "function_call_output", call_id: call.call_id, output: "sunny" },
        ],
      });
      expect(next.output_text).toBe("It is sunny.");
    }
  });

  test("keeps to a schema", async () => {
    const format = zodTextFormat(z.object({ answer: z.number() }), "sum");
    const { output_parsed } = await openai.responses.parse({ model, input: "2 + 2 as JSON", text: { format } });
    expect(output_parsed).toEqual({ answer: 4 });
    expect(JSON.stringify(tools.seen.at(-1)?.body)).toContain('"answer":{"type":"number"}');
  });

  test("says that an answer was cut for its length", async () => {
    const answer = await openai.responses.create({ model, input: "Count at length.", max_output_tokens: 16 });
    expect(answer).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
  });
});

test("a client of Chat is served by a provider that speaks Responses", async () => {
  const question = [{ role: "user" as const, content: "Count at length." }];
  const plain = await openai.chat.completions.create({ model: "own/m", messages: question });
  expect(plain.choices[0]).toMatchObject({ finish_reason: "length", message: { content: "One two three" } });
  const { type: _type, ...described } = weather;
  const tool = { type: "function" as const, function: { ...described, description: "w" } };
  const asked = { model: "own/m", messages: question, tools: [tool] };
  const stream = openai.chat.completions.stream({ ...asked, stream_options: { include_usage: true } });
  const { choices, usage } = await stream.finalChatCompletion();
  expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { arguments: '{"city":"Paris"}' } });
  expect([choices[0]?.finish_reason, usage?.total_tokens]).toEqual(["tool_calls", 14]);
  const call = { id: "call_1", type: "function" as const, function: { name: "weather", arguments: "{}" } };
  const next = await openai.chat.completions.create({
    ...asked,
    messages: [
      ...question,
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: "call_1", content: "sunny" },
    ],
  });
  expect(next.choices[0]?.message.content).toBe("It is sunny.");
  expect(tools.seen.at(-1)?.body).toMatchObject({ store: false, tools: [{ type: "function", strict: true }] });
});

test("a provider of both dialects gets each client's own", async () => {
  await openai.responses.create({ model: "both/m", input: "hi" });
  await openai.chat.completions.create({ model: "both/m", messages: [{ role: "user", content: "hi" }] });
  expect(tools.seen.slice(-2).map(({ path }) => path)).toEqual(["/v1/responses", "/v1/chat/completions"]);
});

test("what is relayed keeps built-in tools and fields that nobody knows", async () => {
  const extras = { tools: [{ type: "web_search" }], odd: { deep: [1] }, model: "own/m", input: "hi" };
  const answer = await post({ ...extras, trunkline: { strict: true } });
  expect([answer.status, answer.headers.get("x-trunkline-receipt")]).toEqual([200, null]);
  expect(tools.seen.at(-1)?.body).toEqual({ ...extras, model: "m" });
});

test.each(["chat/m", "claude/m", "own/m"])("OpenRouter's own client takes %s, plain and streamed", async (model) => {
  const sdk = new OpenRouter({ apiKey: "anything", serverURL: `${gateway.url}/api/v1` });
  const plain = await sdk.beta.responses.send({ responsesRequest: { model, input: "Count.", stream: false } });
  if (!("output" in plain)) throw new Error("a plain answer was asked for");
  expect(JSON.stringify(plain.output)).toContain("One two three");
  const stream = await sdk.beta.responses.send({ responsesRequest: { model, input: "Count.", stream: true } });
  if ("output" in stream) throw new Error("a stream was asked for");
  const types: string[] = [];
  for await (const event of stream) types.push(event.type);
  expect([types[0], types.at(-1)]).toEqual(["response.created", "response.completed"]);
});

test("an upstream's refusal raises the SDK's typed error, streamed or not", async () => {
  const ask = (status: number, stream: boolean) =>
    openai.responses.create({ model: `words/fail-${status}`, input: "hi", stream });
  for (const stream of [true, false]) {
    await expect(ask(429, stream)).rejects.toBeInstanceOf(OpenAI.RateLimitError);
    await expect(ask(400, stream)).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(ask(500, stream)).rejects.toBeInstanceOf(OpenAI.InternalServerError);
  }
});

test("a stream that the provider cuts ends with an error that the SDK raises, and keeps the rules", async () => {
  const text = await (await post({ model: "words/cut", input: "hi", stream: true })).text();
  const { events, resource } = checkStream(text);
  expect(events.at(-2)).toMatchObject({ type: "error", code: expect.stringMatching(/^upstream_/) });
  expect(resource).toMatchObject({
    status: "failed",
    output: [{ status: "incomplete", content: [{ text: "One two " }] }],
  });
  const stream = await openai.responses.create({ model: "words/cut", input: "hi", stream: true });
  const read = async () => {
    for await (const _ of stream);
  };
  await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError);
});

test("a client that leaves ends the upstream call", async () => {
  const stream = await openai.responses.create({ model: "words/endless", input: "hi", stream: true });
  for await (const event of stream) if (event.type === "response.output_text.delta") break;
  const call = upstream.calls.at(-1);
  for (let waits = 0; call?.abortedAtMs === undefined && waits < 100; waits++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(call?.abortedAtMs).toBeDefined();
});

test.each([
  [{ previous_response_id: "resp_1" }, "previous_response_id"],
  [{ conversation: "conv_1" }, "conversation"],
  [{ prompt: { id: "p" } }, "prompt"],
  [{ background: true }, "background"],
  [{ input: [{ role: "user", content: [{ type: "input_image", image_url: 5 }] }] }, "input[0].content[0].image_url"],
  [{ input: [{ type: "function_call_output", output: "x" }] }, "input[0].call_id"],
  [{ tools: [{ type: "function" }] }, "tools[0].name"],
  [{ max_output_tokens: 0 }, "max_output_tokens"],
  [{ input: Array.from({ length: 10_001 }, () => ({ role: "user", content: "a" })) }, "input"],
])("%j is a 400 that names the field", async (body, param) => {
  for (const path of ["/v1/responses", "/api/v1/responses"]) {
    const answer = await post({ model: "chat/m", input: "hi", ...body }, path);
    const error = errorIn(await answer.text());
    expect([answer.status, error.param, error.code]).toEqual([
      400,
      param,
      path.startsWith("/v1") ? "invalid_request" : 400,
    ]);
  }
});

test("a built-in tool that the provider has no word for is on the receipt; strict makes it an error", async () => {
  const body = { model: "chat/m", input: "hi", tools: [{ type: "web_search" }] };
  const lax = await post(body);
  expect([lax.status, lax.headers.get("x-trunkline-receipt")]).toEqual([200, "dropped tools[0]"]);
  const strict = await post({ ...body, trunkline: { strict: true } });
  expect([strict.status, errorIn(await strict.text()).param]).toEqual([400, "tools[0]"]);
});

test("input tokens are counted without a call; what needs a store is a 404 with a sentence", async () => {
  const calls = tools.seen.length;
  const counted = await openai.responses.inputTokens.count({ model: "chat/gpt-4o", input: "Count to four." });
  expect(counted.object).toBe("response.input_tokens");
  expect(counted.input_tokens).toBeGreaterThan(3);
  expect(tools.seen).toHaveLength(calls);
  await expect(openai.responses.retrieve("resp_1")).rejects.toThrow(/keeps no responses/);
  await expect(openai.responses.compact({ model: "gpt-4o", input: "a" })).rejects.toThrow(/does not compact/);
});
