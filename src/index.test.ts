// The library as its users have it: in process, without a server, over the echo.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as library from "./index.js";
import {
  ConfigError,
  countTokens,
  createTrunkline,
  type Trunkline,
  TrunklineError,
  type TrunklineOptions,
} from "./index.js";

let folder: string;
let opened: Trunkline[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trunkline-library-"));
  opened = [];
});

afterEach(async () => {
  for (const trunkline of opened) await trunkline.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Nothing of the developer's own environment reaches a test. */
async function create(options: TrunklineOptions = {}): Promise<Trunkline> {
  const environment = { XDG_DATA_HOME: join(folder, "xdg") };
  const trunkline = await createTrunkline({ workingDirectory: folder, environment, ...options });
  opened.push(trunkline);
  return trunkline;
}

const echo = { model: "simulator/echo", prompt: "Say hello." };
const said = "simulator/echo: this is no model. You wrote: Say hello.";

/** The docstrings' examples, compiled. Never called: the first one would need a key. */
async function example(): Promise<void> {
  const trunkline = await createTrunkline();
  const { text, costUsd } = await trunkline.ask({ model: "groq/llama-3.3-70b-versatile", prompt: "Say hello." });
  await trunkline.close();
  expect([text, costUsd]).toBeDefined();
  const count = await trunkline.countTokens("hamburger", "openai/gpt-4o");
  console.log(count.tokens, count.how, count.fits); // 2 exact yes
  const quotes = await trunkline.estimateCost({ prompt: "Say hello." }, { models: ["openai/gpt-4o", "cheapest:3"] });
  for (const { model, endpoints } of quotes) console.log(model, endpoints[0]?.likely?.usd);
  const { tokens, how } = await countTokens("hamburger", "o200k_base");
  console.log(tokens, how); // 2 exact
}

describe("the library", () => {
  test("exports these values and no others", () => {
    expect(Object.keys(library).sort()).toEqual(["ConfigError", "TrunklineError", "countTokens", "createTrunkline"]);
  });

  test("shows examples that are compiled", () => {
    const source = readFileSync(new URL("./index.ts", import.meta.url), "utf8");
    const examples = [...source.matchAll(/@example\n([\s\S]*?)\n *\*(?:\/|\n)/g)].map((match) => match[1] ?? "");
    expect(examples.length).toBe(4);
    const compiled = readFileSync(new URL("./index.test.ts", import.meta.url), "utf8");
    for (const line of examples.join("\n").split("\n")) expect(compiled).toContain(line.replace(/^ *\* ?/, ""));
    expect(example).toBeTypeOf("function");
  });

  test("asks, and gives who served, tokens and cost", async () => {
    const trunkline = await create();
    expect(await trunkline.ask(echo)).toMatchObject({
      text: said,
      finish: { reason: "stop" },
      usage: { inputTokens: 2, outputTokens: 9 },
      costUsd: 0,
      provider: "simulator",
      model: "simulator/echo",
      generationId: expect.stringMatching(/^gen-/),
    });
  });

  test("streams, and ends the call where the loop is left", async () => {
    const trunkline = await create();
    let text = "";
    for await (const piece of trunkline.stream(echo).text()) {
      text += piece;
      if (text.includes("this")) break;
    }
    expect(said.startsWith(text)).toBe(true);
    expect(text.length).toBeLessThan(said.length);
  });

  test("compares, one failing alone", async () => {
    const trunkline = await create();
    const results = await trunkline.compare({ models: ["simulator/echo", "openai/gpt-4o"], prompt: "Say hello." });
    expect(results.map((one) => (one.ok ? one.answer.text : one.error.code))).toEqual([
      said,
      "provider_not_configured",
    ]);
  });

  test("rejects with errors that are recognised by their code", async () => {
    const trunkline = await create();
    const error: unknown = await trunkline
      .ask({ ...echo, model: "nobody/knows-this" })
      .catch((cause: unknown) => cause);
    expect(TrunklineError.is(error) && error.code).toBe("model_not_found");
    const late = await trunkline.ask({ ...echo, timeoutMs: 30 }).catch((cause: unknown) => cause);
    expect(TrunklineError.is(late) && late.code).toBe("deadline_exceeded");
  });

  test("takes a limit for every call, which a call may change", async () => {
    const trunkline = await create({ timeoutMs: 30 });
    await expect(trunkline.ask(echo)).rejects.toMatchObject({ code: "deadline_exceeded" });
    expect((await trunkline.ask({ ...echo, timeoutMs: 5_000 })).text).toBe(said);
  });

  test("ends at the signal", async () => {
    const trunkline = await create();
    await expect(trunkline.ask({ ...echo, signal: AbortSignal.timeout(30) })).rejects.toMatchObject({
      code: "client_gone",
    });
  });

  test("lists models, and with a key of a provider says who serves them", async () => {
    const servedBy = (trunkline: Trunkline) =>
      trunkline.models().find(({ model }) => model.id === "openai/gpt-4o")?.servedBy;
    expect(servedBy(await create())).toEqual([]);
    expect(servedBy(await create({ apiKeys: { openai: "sk-1" } }))).toEqual(["openai"]);
  });

  test("counts texts, questions and chat bodies, without a key", async () => {
    const trunkline = await create();
    expect(await trunkline.countTokens("hamburger", "openai/gpt-4o")).toMatchObject({
      tokens: 2,
      how: "exact",
      fits: "yes",
      windowTokens: 128_000,
    });
    const asked = await trunkline.countTokens({ model: "openai/gpt-4o", prompt: "hamburger" });
    const body = { model: "openai/gpt-4o", messages: [{ role: "user", content: "hamburger" }], max_tokens: 5 };
    expect(asked).toEqual(await trunkline.countTokens(body));
    expect(asked.tokens).toBe(9);
    expect(await trunkline.countTokens(body, "gpt-4")).toMatchObject({ countedBy: "cl100k_base" });
    expect(await countTokens(body)).toMatchObject({ tokens: 9, fits: "yes", notes: [] });
    expect(await countTokens("hamburger", "cl100k_base")).toMatchObject({ tokens: 2 });
  });

  test("prices what it is asked, for one model and for several", async () => {
    const trunkline = await create();
    const [quote] = await trunkline.estimateCost({ model: "openai/gpt-4o", prompt: "hamburger", maxOutputTokens: 200 });
    expect(quote?.endpoints[0]).toMatchObject({ isSetUp: false, likely: { usd: "0.0020225" } });
    const many = await trunkline.estimateCost("hamburger", { models: ["openai/gpt-4o", "cheapest:3"], batch: true });
    expect(many).toHaveLength(4);
  });

  test("refuses to count or price for a model that is none, or for no model", async () => {
    const trunkline = await create();
    await expect(trunkline.countTokens("Hi", "opnai/gpt4o")).rejects.toMatchObject({ code: "model_not_found" });
    await expect(trunkline.countTokens("Hi")).rejects.toMatchObject({ code: "invalid_request" });
    await expect(countTokens({ messages: [{ role: "robot" }] }, "gpt-4o")).rejects.toMatchObject({
      code: "invalid_request",
      details: { param: "messages[0].role" },
    });
    await expect(trunkline.estimateCost({ prompt: "Hi" })).rejects.toMatchObject({ code: "invalid_request" });
  });

  test("sends the key that it was given rather than the environment's", async () => {
    const keys: (string | undefined)[] = [];
    const provider = createServer((request, response) => {
      keys.push(request.headers.authorization);
      response.writeHead(401, { "content-type": "application/json" }).end("{}");
    });
    await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
    const address = provider.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const baseUrl = `http://127.0.0.1:${port}/v1`;
    writeFileSync(
      join(folder, "trunkline.yaml"),
      `providers:\n  up: { dialect: openai-chat, baseUrl: "${baseUrl}", apiKey: "\${UP_KEY}" }\n`,
    );
    const trunkline = await create({ environment: { UP_KEY: "from-environment" }, apiKeys: { up: "given" } });
    await expect(trunkline.ask({ ...echo, model: "up/say" })).rejects.toMatchObject({ code: "upstream_auth" });
    expect(keys).toEqual(["Bearer given"]);
    provider.closeAllConnections();
    await new Promise((resolve) => provider.close(resolve));
  });

  test("refuses a key for a provider that it does not know, and names the nearest", async () => {
    await expect(create({ apiKeys: { opnai: "sk-1" } })).rejects.toThrow(ConfigError);
    await expect(create({ apiKeys: { opnai: "sk-1" } })).rejects.toThrow(/"opnai".*Did you mean "openai"\?/);
  });

  test("writes nothing unless it is given a data folder", async () => {
    await (await create()).ask(echo);
    expect(existsSync(join(folder, "xdg"))).toBe(false);
    const dataDir = join(folder, "data");
    await (await create({ dataDir })).ask(echo);
    expect(existsSync(join(dataDir, "ledger.db"))).toBe(true);
  });

  test("has no global state: two of them do not know each other", async () => {
    const first = await create();
    const second = await create({ apiKeys: { openai: "sk-1" } });
    await first.close();
    expect((await second.ask(echo)).text).toBe(said);
  });
});
