// The wire format of the local model, with an engine that spells out bytes instead of a model. A real socket, no port.
import { mkdtempSync, rmSync } from "node:fs";
import { type ClientRequest, request, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { realClock, realTimers } from "../../surroundings.js";
import type { Engine, Generator } from "./engine.js";
import { createLocalServer } from "./serve.js";
import { createSlots, type SlotLimits, type Slots } from "./slots.js";

/** One byte is one token. The "model" answers with `reply` and notes how each run ended. */
function fakeEngine(reply: string, ended: string[]): Engine {
  const generator: Generator = {
    async *generate(_prompt, _sampling, signal) {
      running.count++;
      try {
        for (const byte of Buffer.from(reply)) {
          do await new Promise((resolve) => setImmediate(resolve));
          while (running.paused && !signal.aborted);
          if (signal.aborted) return;
          yield byte;
        }
      } finally {
        running.count--;
        ended.push(signal.aborted ? "aborted" : "done");
      }
    },
  };
  return {
    contextTokens: 100,
    encode: (turns) => [...Buffer.from(turns.map((turn) => turn.text).join("\n"))],
    decode: (tokens) => Buffer.from(tokens).toString("utf8"),
    createGenerator: async () => generator,
  };
}

let folder: string;
let server: Server;
let ended: string[];
let slots: Slots<Generator>;
/** Runs of the "model", and whether they stand still. */
let running: { count: number; paused: boolean };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trunkline-serve-"));
  ended = [];
  running = { count: 0, paused: false };
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

async function listen(reply: string, limits: Partial<SlotLimits> = {}): Promise<void> {
  const engine = fakeEngine(reply, ended);
  const { timers, clock } = { timers: realTimers, clock: realClock };
  const given = { slots: 1, waiting: 1, waitMs: 10_000, ...limits };
  slots = createSlots({ ...given, timers, clock, create: () => engine.createGenerator() });
  server = createLocalServer({ modelId: "tiny", engine, slots, newId: () => "id-1", nowSeconds: () => 7 });
  await new Promise<void>((resolve) => server.listen(join(folder, "s"), resolve));
}

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

function post(body: object, started?: (call: ClientRequest) => void, path = "/v1/chat/completions"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: join(folder, "s"), path, method: "POST", agent: false }, (response) => {
      let text = "";
      response.on("data", (bytes: Buffer) => {
        text += bytes.toString("utf8");
        started?.(call);
      });
      response.once("error", reject);
      response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    call.once("error", reject);
    call.end(JSON.stringify({ model: "tiny", messages: [{ role: "user", content: "Hi" }], ...body }));
  });
}

const framesOf = (answer: Answer): unknown[] =>
  answer.text
    .split("\n\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice("data: ".length)));

describe("the local model's server", () => {
  test("answers plainly with usage from the tokenizer", async () => {
    await listen("Hello");
    const answer = await post({});
    expect(JSON.parse(answer.text)).toEqual({
      id: "id-1",
      object: "chat.completion",
      created: 7,
      model: "tiny",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "Hello", refusal: null },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: { prompt_tokens: 2, completion_tokens: 5, total_tokens: 7 },
    });
  });

  test("streams whole characters and then usage in a frame without choices", async () => {
    await listen("aé🐍");
    const answer = await post({ stream: true, stream_options: { include_usage: true } });
    expect(answer.headers["content-type"]).toMatch(/^text\/event-stream/);
    expect(answer.text.endsWith("data: [DONE]\n\n")).toBe(true);
    const head = { id: "id-1", object: "chat.completion.chunk", created: 7, model: "tiny" };
    const choice = (delta: object, finish_reason: string | null = null) => ({
      ...head,
      choices: [{ index: 0, delta, finish_reason }],
    });
    expect(framesOf(answer)).toEqual([
      choice({ role: "assistant", content: "" }),
      choice({ content: "a" }),
      choice({ content: "é" }),
      choice({ content: "🐍" }),
      choice({}, "stop"),
      { ...head, choices: [], usage: { prompt_tokens: 2, completion_tokens: 7, total_tokens: 9 } },
    ]);
  });

  test("ends at max_tokens with the reason length and no half character", async () => {
    await listen("ab🐍");
    const choice = { message: { content: "ab" }, finish_reason: "length" };
    expect(JSON.parse((await post({ max_tokens: 4 })).text)).toMatchObject({ choices: [choice] });
  });

  test("ends before a stop sequence with the reason stop", async () => {
    await listen("one END two");
    const choice = { message: { content: "one " }, finish_reason: "stop" };
    expect(JSON.parse((await post({ stop: ["END"], max_tokens: 7 })).text)).toMatchObject({ choices: [choice] });
  });

  test("refuses a prompt that is longer than the context and says both numbers", async () => {
    await listen("x");
    for (const [length, found] of [
      [120, /maximum context length is 100 tokens.*120 tokens/],
      [100_000, /maximum context length is 100 tokens.*more than 391 tokens/],
    ] as const) {
      const answer = await post({ messages: [{ role: "user", content: "x".repeat(length) }] });
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toMatchObject({
        error: { code: "context_length_exceeded", message: expect.stringMatching(found) },
      });
    }
  });

  test("ends at the end of the context with the reason length", async () => {
    await listen("y".repeat(200));
    const answer = await post({ messages: [{ role: "user", content: "x".repeat(90) }] });
    expect(JSON.parse(answer.text)).toMatchObject({
      choices: [{ finish_reason: "length" }],
      usage: { completion_tokens: 9 },
    });
  });

  test("stops generating when the client leaves, and serves the next one", async () => {
    await listen("x".repeat(50_000_000 / 1000));
    await expect(post({ stream: true, max_tokens: 90 }, (call) => call.destroy())).rejects.toThrow();
    await expect.poll(() => ended).toEqual(["aborted"]);
    expect((await post({ max_tokens: 3 })).status).toBe(200);
  });

  test("under more load than slots and queue hold, serves what fits in order and refuses the rest with 503", async () => {
    await listen("x".repeat(40), { slots: 2, waiting: 5 });
    running.paused = true;
    const order: number[] = [];
    let refusals = 0;
    const asked = Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const answer = await post({ max_tokens: 10 + index });
        if (answer.status === 200) order.push(index);
        else refusals++;
        return answer;
      }),
    );
    await expect.poll(() => refusals).toBe(23);
    running.paused = false;
    const answers = await asked;
    const refused = answers.filter(({ status }) => status === 503);
    expect([answers.filter(({ status }) => status === 200).length, refused.length]).toEqual([7, 23]);
    expect(order).toEqual(order.toSorted((first, second) => first - second));
    for (const { headers, text } of refused) {
      expect(Number(headers["retry-after"])).toBeGreaterThanOrEqual(1);
      const message = "The local model is busy and its queue is full.";
      expect(JSON.parse(text)).toEqual({ error: { message, type: "server_error", code: "overloaded", param: null } });
    }
    expect((await post({ max_tokens: 3 })).status).toBe(200);
  });

  test("a client that is gone while it waits leaves the queue, and its place is another's", async () => {
    await listen("x".repeat(90), { waiting: 1 });
    running.paused = true;
    const first = post({ stream: true });
    await expect.poll(() => running.count).toBe(1);
    const leaving = request({
      socketPath: join(folder, "s"),
      path: "/v1/chat/completions",
      method: "POST",
      agent: false,
    });
    leaving.once("error", () => undefined);
    leaving.end(JSON.stringify({ model: "tiny", messages: [{ role: "user", content: "Hi" }] }));
    await expect.poll(() => slots.waiting).toBe(1);
    leaving.destroy();
    await expect.poll(() => slots.waiting).toBe(0);
    const next = post({ max_tokens: 3 });
    await expect.poll(() => slots.waiting).toBe(1);
    running.paused = false;
    expect([(await first).status, (await next).status]).toEqual([200, 200]);
    expect(ended).toEqual(["done", "done"]);
  });

  test("who waits too long for its turn is told so with 503 and when to come back", async () => {
    await listen("x".repeat(90), { waitMs: 30 });
    running.paused = true;
    const first = post({});
    await expect.poll(() => running.count).toBe(1);
    const late = await post({});
    running.paused = false;
    expect([late.status, late.headers["retry-after"]]).toEqual([503, "1"]);
    expect(JSON.parse(late.text)).toMatchObject({ error: { message: expect.stringMatching(/waited too long/) } });
    expect((await first).status).toBe(200);
  });

  test("refuses another model's name and another path with a 404", async () => {
    await listen("x");
    expect(JSON.parse((await post({ model: "gpt" })).text)).toMatchObject({
      error: { code: "model_not_found", param: "model" },
    });
    expect((await post({}, undefined, "/v1/else")).status).toBe(404);
  });
});
