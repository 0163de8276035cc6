// The client against a gateway that is a real server on loopback: what it sends, what it reads, how calls end.

import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isObject, type Json, type JsonObject, parseJson } from "../canonical/json.js";
import { sseComment, sseData, sseDone } from "../framing/sse.js";
import { realClock, realTimers } from "../surroundings.js";
import { askQuestion } from "./ask.js";
import { compareModels } from "./compare.js";
import { createHttpWire, type HttpAddress, type HttpWire } from "./http-wire.js";
import { type ClientParts, streamQuestion } from "./stream.js";

interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: JsonObject;
}

let folder: string;
let seen: Seen[];
let left: Promise<void>;
let stop: () => Promise<void>;
let wires: HttpWire[];

const socketIn = (path: string) =>
  process.platform === "win32" ? `\\\\.\\pipe\\trunkline-client-${process.pid}` : join(path, "gateway.sock");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trunkline-client-"));
  seen = [];
  wires = [];
  stop = async () => {};
});

afterEach(async () => {
  await stop();
  await Promise.all(wires.map((wire) => wire.close()));
  rmSync(folder, { recursive: true, force: true });
});

/** Answers each model by its name; gives the base URL, and listens on the folder's socket instead where asked to. */
async function startGateway(where: number | string = 0): Promise<string> {
  let leave: () => void = () => {};
  left = new Promise((resolve) => {
    leave = resolve;
  });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = parseJson(Buffer.concat(chunks).toString());
    seen.push({ path: request.url ?? "", headers: request.headers, body: isObject(body) ? body : {} });
    response.on("close", () => {
      if (!response.writableFinished) leave();
    });
    answer(response, isObject(body) ? body : {});
  });
  await new Promise<void>((resolve) => {
    if (typeof where === "string") server.listen(where, resolve);
    else server.listen(where, "127.0.0.1", resolve);
  });
  stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const address = server.address();
  return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
}

const head = { "x-generation-id": "gen-1-abc", "x-trunkline-provider": "up", "x-trunkline-model": "%E6%A8%A1/say" };
const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12, cost: 0.000065 };
const chunk = (delta: Json, finish: string | null = null, more: JsonObject = {}) =>
  sseData(
    JSON.stringify({ id: "chatcmpl-1", model: "say", choices: [{ index: 0, delta, finish_reason: finish }], ...more }),
  );

function answer(response: ServerResponse, body: JsonObject): void {
  const refusal = refusals[String(body.model)];
  if (refusal !== undefined) {
    response.writeHead(refusal.status, { "content-type": "application/json", "retry-after": "7" }).end(refusal.body);
    return;
  }
  if (body.stream !== true) {
    const message = { role: "assistant", content: "One two." };
    response.writeHead(200, { "content-type": "application/json", ...head });
    response.end(
      JSON.stringify({ id: "1", model: "say", choices: [{ index: 0, message, finish_reason: "stop" }], usage }),
    );
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream", ...head });
  response.write(
    sseComment("waiting") + chunk({ role: "assistant", content: "" }) + chunk({ reasoning_content: "Hm." }),
  );
  response.write(chunk({ content: "One " }));
  if (body.model === "hang") return;
  if (body.model === "cut") {
    response.end();
    return;
  }
  if (body.model === "fails-late") {
    const error = {
      message: "It fell silent. Try again.",
      code: "timeout_idle",
      metadata: { what_to_do: "Try again." },
    };
    response.end(sseData(JSON.stringify({ error, choices: [] })) + sseDone);
    return;
  }
  const call = { index: 0, id: "call-1", type: "function", function: { name: "add", arguments: '{"a":1}' } };
  response.write(chunk({ content: "two." }) + chunk({ tool_calls: [call] }) + chunk({}, "tool_calls"));
  response.end(sseData(JSON.stringify({ id: "chatcmpl-1", choices: [], usage })) + sseDone);
}

const refusals: Readonly<Record<string, { readonly status: number; readonly body: string }>> = {
  unknown: {
    status: 404,
    body: JSON.stringify({
      error: {
        message: "unknown is not a valid model ID. Did you mean known?",
        code: "model_not_found",
        param: "model",
        metadata: { what_to_do: "Did you mean known?" },
      },
    }),
  },
  tried: {
    status: 429,
    body: JSON.stringify({
      error: {
        message: "Every key is limited.",
        code: "upstream_rate_limit",
        metadata: {
          provider: "up",
          attempts: [{ provider: "up", model: "say", status: 429, code: "upstream_rate_limit" }],
        },
      },
    }),
  },
  proxy: { status: 503, body: "<html><body>Bad day</body></html>" },
};

function partsFor(address: HttpAddress): ClientParts {
  const wire = createHttpWire(address);
  wires.push(wire);
  return { wire, clock: realClock, timers: realTimers };
}

const question = { model: "say", prompt: "Count." };

describe("ask", () => {
  test("sends the question as a chat body, with the key, and gives the whole answer", async () => {
    const parts = partsFor({ baseUrl: `${await startGateway()}/v1`, key: "sk-tl-1" });
    const found = await askQuestion(parts, {
      ...question,
      system: "Be brief.",
      temperature: 0.5,
      fields: { top_k: 3 },
    });
    expect(seen[0]?.path).toBe("/v1/chat/completions");
    expect(seen[0]?.headers.authorization).toBe("Bearer sk-tl-1");
    expect(seen[0]?.body).toEqual({
      model: "say",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Count." },
      ],
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.5,
      top_k: 3,
      trunkline: { timeoutMs: 30_000 },
    });
    expect(found).toMatchObject({
      text: "One two.",
      reasoning: "Hm.",
      toolCalls: [{ id: "call-1", name: "add", argumentsJson: '{"a":1}' }],
      finish: { reason: "tool-calls" },
      usage: { inputTokens: 10, outputTokens: 2, provenance: "reported" },
      costUsd: 0.000065,
      provider: "up",
      model: "模/say",
      generationId: "gen-1-abc",
    });
    expect(found.firstTokenMs).toBeLessThanOrEqual(found.totalMs);
  });

  test("sends images and earlier turns", async () => {
    const parts = partsFor({ baseUrl: await startGateway() });
    await askQuestion(parts, {
      model: "say",
      turns: [{ role: "assistant", parts: [{ type: "text", text: "Hello." }] }],
      prompt: [
        { type: "text", text: "What is this?" },
        { type: "image", source: { base64: "aGk=", mediaType: "image/png" } },
      ],
    });
    expect(seen[0]?.body.messages).toEqual([
      { role: "assistant", content: "Hello." },
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } },
        ],
      },
    ]);
  });

  test("works over the socket of a data folder without a key", async () => {
    await startGateway(socketIn(folder));
    expect((await askQuestion(partsFor({ socketPath: socketIn(folder) }), question)).text).toBe("One two.");
    expect(seen[0]?.headers.authorization).toBeUndefined();
  });

  test("reads an error as the one that the gateway wrote: code, field, sentence, what to do", async () => {
    const parts = partsFor({ baseUrl: await startGateway() });
    await expect(askQuestion(parts, { ...question, model: "unknown" })).rejects.toMatchObject({
      code: "model_not_found",
      message: "unknown is not a valid model ID.",
      sentence: "unknown is not a valid model ID. Did you mean known?",
      details: { param: "model", whatToDo: "Did you mean known?" },
    });
    await expect(askQuestion(parts, { ...question, model: "tried" })).rejects.toMatchObject({
      code: "upstream_rate_limit",
      details: { retryAfterMs: 7_000, provider: "up", attempts: [{ provider: "up", status: 429 }] },
    });
  });

  test("reads an error that no gateway of ours wrote", async () => {
    const parts = partsFor({ baseUrl: await startGateway() });
    await expect(askQuestion(parts, { ...question, model: "proxy" })).rejects.toMatchObject({
      code: "upstream_overloaded",
    });
  });

  test("fails where the answer breaks off, and keeps the gateway's word where it gave one", async () => {
    const parts = partsFor({ baseUrl: await startGateway() });
    await expect(askQuestion(parts, { ...question, model: "cut" })).rejects.toMatchObject({
      code: "upstream_truncated",
    });
    await expect(askQuestion(parts, { ...question, model: "fails-late" })).rejects.toMatchObject({
      code: "timeout_idle",
      message: "It fell silent.",
    });
  });

  test("says where no gateway answers, and what to do", async () => {
    const baseUrl = await startGateway();
    await stop();
    stop = async () => {};
    await expect(askQuestion(partsFor({ baseUrl }), question)).rejects.toMatchObject({
      code: "upstream_connect",
      sentence: expect.stringMatching(/^No gateway answers at http.*ECONNREFUSED.*trunkline serve/),
    });
  });

  test("refuses a base URL that is none", () => {
    expect(() => createHttpWire({ baseUrl: "localhost:4100" })).toThrow(/not a web address/);
  });

  test("ends after its time, and the gateway sees it leave", async () => {
    const parts = partsFor({ baseUrl: await startGateway() });
    await expect(askQuestion(parts, { ...question, model: "hang", timeoutMs: 50 })).rejects.toMatchObject({
      code: "deadline_exceeded",
      message: "No whole answer came within 0.05 seconds.",
    });
    await left;
    expect(seen[0]?.body.trunkline).toEqual({ timeoutMs: 50 });
  });

  test("ends when its signal is aborted, and makes no call where it was before", async () => {
    const parts = partsFor({ baseUrl: await startGateway() });
    const controller = new AbortController();
    const asked = askQuestion(parts, { ...question, model: "hang", signal: controller.signal });
    await expect.poll(() => seen.length).toBe(1);
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: "client_gone" });
    await left;
    await expect(askQuestion(parts, { ...question, signal: controller.signal })).rejects.toMatchObject({
      code: "client_gone",
    });
    expect(seen).toHaveLength(1);
  });
});

describe("stream", () => {
  test("gives events as they come, and then the whole answer", async () => {
    const stream = streamQuestion(partsFor({ baseUrl: await startGateway() }), question);
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types.filter((type) => type.endsWith("-delta"))).toEqual([
      "reasoning-delta",
      "text-delta",
      "text-delta",
      "tool-call-delta",
    ]);
    expect(await stream.answer()).toMatchObject({ text: "One two.", costUsd: 0.000065 });
    expect(seen[0]?.body.trunkline).toBeUndefined();
  });

  test("gives the text alone", async () => {
    const pieces: string[] = [];
    for await (const piece of streamQuestion(partsFor({ baseUrl: await startGateway() }), question).text()) {
      pieces.push(piece);
    }
    expect(pieces).toEqual(["One ", "two."]);
  });

  test("ends the call where the loop is left early, and keeps what was said until then", async () => {
    const stream = streamQuestion(partsFor({ baseUrl: await startGateway() }), { ...question, model: "hang" });
    for await (const piece of stream.text()) if (piece === "One ") break;
    await left;
    expect(await stream.answer()).toMatchObject({ text: "One ", finish: undefined });
  });

  test("asks for the answer in one piece where that is wanted", async () => {
    const stream = streamQuestion(partsFor({ baseUrl: await startGateway() }), question, false);
    expect(await stream.answer()).toMatchObject({ text: "One two.", costUsd: 0.000065, firstTokenMs: undefined });
    expect(seen[0]?.body.stream).toBeUndefined();
  });
});

describe("compare", () => {
  test("asks all at once, keeps the order, and lets one fail alone", async () => {
    const parts = partsFor({ baseUrl: await startGateway() });
    const told: string[] = [];
    const results = await compareModels(parts, {
      models: ["say", "unknown", "fails-late", "say"],
      prompt: "Count.",
      onProgress: ({ index, state, characters }) => told.push(`${index} ${state} ${characters}`),
    });
    expect(results.map((one) => (one.ok ? one.answer.text : one.error.code))).toEqual([
      "One two.",
      "model_not_found",
      "timeout_idle",
      "One two.",
    ]);
    expect(told.slice(0, 4)).toEqual(["0 asked 0", "1 asked 0", "2 asked 0", "3 asked 0"]);
    expect(told).toContain("3 answering 4");
    expect(told).toContain("3 done 8");
    expect(told).toContain("2 failed 4");
  });

  test("rejects where its signal is aborted", async () => {
    const parts = partsFor({ baseUrl: await startGateway() });
    const controller = new AbortController();
    const comparing = compareModels(parts, { models: ["hang", "say"], prompt: "Count.", signal: controller.signal });
    await expect.poll(() => seen.length).toBe(2);
    controller.abort();
    await expect(comparing).rejects.toMatchObject({ code: "client_gone" });
  });
});
