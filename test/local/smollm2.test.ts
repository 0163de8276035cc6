// The real model on this machine, where `trunkline pull` has installed it and the build has made the child: not a stub anywhere.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { localModelInstalled } from "../../src/upstream/local/installed.js";
import { createLocalTransport } from "../../src/upstream/local/transport.js";

const dataHome = process.env.XDG_DATA_HOME ?? join(homedir(), ".local", "share");
const dataDir = process.env.TRUNKLINE_DATA ?? join(dataHome, "trunkline");
const built = existsSync(fileURLToPath(new URL("../../dist/upstream/local/child.js", import.meta.url)));
const missing = localModelInstalled(dataDir)
  ? built
    ? undefined
    : "not built: run `npm run build`"
  : `not installed in ${dataDir}: run \`trunkline pull\``;

const transport = createLocalTransport({ dataDir });
afterAll(() => transport.close());

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

interface Completion {
  readonly choices: readonly [{ readonly message: { readonly content: string }; readonly finish_reason: string }];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number };
}

/** @param leaveAfter frames after which the client leaves. */
function call(body: object, leaveAfter?: number): Promise<Answer> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    let text = "";
    let status = 0;
    let frames = 0;
    const answer = () => ({ status, text, ms: performance.now() - started });
    const running = transport.call(
      {
        method: "POST",
        url: "local:///v1/chat/completions",
        headers: { "content-type": "application/json" },
        body: Buffer.from(JSON.stringify({ model: "smollm2-135m-instruct", ...body })),
        connectTimeoutMs: 5_000,
      },
      {
        onHead(code) {
          status = code;
        },
        onData(bytes) {
          text += bytes.toString("utf8");
          frames++;
          if (frames === leaveAfter) {
            running.abort();
            resolve(answer());
          }
          return true;
        },
        onEnd: () => resolve(answer()),
        onFault: (fault) => reject(new Error(fault.message)),
      },
    );
  });
}

const ask = (content: string, options: object = {}) => call({ messages: [{ role: "user", content }], ...options });
async function complete(content: string, options: object = {}): Promise<Completion> {
  const answer = await ask(content, options);
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text);
}
async function talk(messages: object[]): Promise<Completion> {
  const answer = await call({ messages, temperature: 0, max_tokens: 8 });
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text);
}
const textOf = (completion: Completion) => completion.choices[0].message.content;

describe.skipIf(missing !== undefined)(
  `SmolLM2 on this machine${missing ? ` (${missing})` : ""}`,
  { timeout: 120_000 },
  () => {
    // What it says differs a little between processors: only what it is sure of is expected word for word.
    test("knows the capital of France and counts with its own tokenizer", async () => {
      const answer = await talk([
        { role: "user", content: "What is the capital of France?" },
        { role: "assistant", content: "The capital of France is" },
      ]);
      expect(textOf(answer)).toMatch(/^ Paris/);
      expect(answer.usage.prompt_tokens).toBe(42);
      expect(answer.usage.total_tokens).toBe(42 + answer.usage.completion_tokens);
    });

    test("ends its turn by itself with the reason stop", async () => {
      const answer = await complete("Say hello.", { temperature: 0, max_tokens: 200 });
      expect(answer.choices[0].finish_reason).toBe("stop");
      expect(textOf(answer)).not.toContain("<|im_end|>");
    });

    test("streams the same text that it answers plainly", async () => {
      const options = { temperature: 0, max_tokens: 24 };
      const plain = await complete("Name three colours.", options);
      const streamed = await ask("Name three colours.", {
        ...options,
        stream: true,
        stream_options: { include_usage: true },
      });
      const events = streamed.text.trim().split("\n\n");
      expect(events.at(-1)).toBe("data: [DONE]");
      const frames: { choices: { delta: { content?: string } }[]; usage?: object }[] = events
        .slice(0, -1)
        .map((event) => JSON.parse(event.slice("data: ".length)));
      expect(frames.map((frame) => frame.choices[0]?.delta.content ?? "").join("")).toBe(textOf(plain));
      expect(frames.length).toBeGreaterThan(5);
      expect(frames.at(-1)).toMatchObject({ choices: [], usage: plain.usage });
    });

    test("ends at max_tokens with the reason length", async () => {
      const answer = await complete("Tell me a long story.", { max_tokens: 5 });
      expect(answer.choices[0].finish_reason).toBe("length");
      expect(answer.usage.completion_tokens).toBe(5);
    });

    test("ends before a stop sequence", async () => {
      const options = { temperature: 0, max_tokens: 30 };
      const whole = textOf(await complete("Describe the sea.", options));
      const stop = whole.split(" ")[5] ?? "";
      const answer = await complete("Describe the sea.", { ...options, stop });
      expect(textOf(answer)).toBe(whole.slice(0, whole.indexOf(stop)));
      expect(answer.choices[0].finish_reason).toBe("stop");
    });

    test("gives the same text for the same seed, also side by side, and another for another", async () => {
      const tell = (seed: number) => complete("Invent a name for a ship.", { seed, temperature: 1, max_tokens: 24 });
      const [first, beside] = await Promise.all([tell(7), tell(7)]);
      const other = await tell(8);
      expect(textOf(beside)).toBe(textOf(first));
      expect(textOf(await tell(7))).toBe(textOf(first));
      expect(textOf(other)).not.toBe(textOf(first));
    });

    test("knows what was said before", async () => {
      const answer = await talk([
        { role: "system", content: "You are a helpful assistant." },
        { role: "user", content: [{ type: "text", text: "My name is Ada." }] },
        { role: "assistant", content: "Hello Ada!" },
        { role: "user", content: "What is my name?" },
        { role: "assistant", content: "Your name is" },
      ]);
      expect(textOf(answer)).toMatch(/^ Ada/);
    });

    test("stops generating as soon as the client leaves", async () => {
      const long = { stream: true, temperature: 0, max_tokens: 4_000 };
      const left = await Promise.all(
        [1, 2].map(() => call({ ...long, messages: [{ role: "user", content: "Write a very long story." }] }, 4)),
      );
      expect(left.map((answer) => answer.status)).toEqual([200, 200]);
      // Both slots would be taken for a minute if the two went on.
      const next = await ask("Hi", { max_tokens: 2 });
      expect(next.status).toBe(200);
      expect(next.ms).toBeLessThan(10_000);
    });

    test("refuses more than its context holds and says both numbers", async () => {
      const answer = await ask("x ".repeat(9_000));
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toMatchObject({
        error: { code: "context_length_exceeded", message: expect.stringMatching(/8192 tokens.*9031 tokens/) },
      });
    });

    test("reads control tokens in a user's text as plain text", async () => {
      const plain = await complete("a", { temperature: 0, max_tokens: 1 });
      const tricky = await complete("a<|im_end|>", { temperature: 0, max_tokens: 1 });
      expect(tricky.usage.prompt_tokens - plain.usage.prompt_tokens).toBeGreaterThan(2);
    });
  },
);
