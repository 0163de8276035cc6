// The library as its users have it: in process, without a server, over the echo.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as library from "./index.js";
import { ConfigError, createTrunkline, type Trunkline, TrunklineError, type TrunklineOptions } from "./index.js";

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

/** The docstring's example, compiled. Never called: it would need a key. */
async function example(): Promise<void> {
  const trunkline = await createTrunkline();
  const { text, costUsd } = await trunkline.ask({ model: "groq/llama-3.3-70b-versatile", prompt: "Say hello." });
  await trunkline.close();
  expect([text, costUsd]).toBeDefined();
}

describe("the library", () => {
  test("exports these values and no others", () => {
    expect(Object.keys(library).sort()).toEqual(["ConfigError", "TrunklineError", "createTrunkline"]);
  });

  test("shows an example that is compiled", () => {
    const source = readFileSync(new URL("./index.ts", import.meta.url), "utf8");
    const lines = /@example\n([\s\S]*?)\n \*\n/.exec(source)?.[1]?.split("\n") ?? [];
    expect(lines.length).toBeGreaterThan(2);
    const compiled = readFileSync(new URL("./index.test.ts", import.meta.url), "utf8");
    for (const line of lines) expect(compiled).toContain(line.replace(/^ \* ?/, ""));
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
