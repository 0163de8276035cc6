// `trunkline tokens` as a user runs it: counts, tables, the tokens themselves; the provider's own count; and every bad input.
import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CommandStage, openCommandStage } from "../../test/command-stage.js";
import { isObject } from "../canonical/json.js";
import { exitCodes } from "./exit-codes.js";
import { widthOf } from "./terminal.js";

let stage: CommandStage;
beforeEach(() => {
  stage = openCommandStage();
});
afterEach(() => stage.close());

const run: CommandStage["run"] = (args, given) => stage.run(["tokens", ...args], given);

describe("a count", () => {
  test("is a bare number on standard output; how it was made goes to standard error", async () => {
    const { code, stdout, stderr } = await run(["hamburger"]);
    expect([code, stdout]).toEqual([0, "2\n"]);
    expect(stderr).toMatch(/^o200k_base: exact\.\nNo model was named.*-m MODEL/);
  });

  test("of hamburger is two in o200k_base and in cl100k_base", async () => {
    for (const model of ["o200k_base", "cl100k_base", "openai/gpt-4o", "gpt-4"])
      expect((await run(["hamburger", "-m", model])).stdout).toBe("2\n");
  });

  test("says the share of the window and the price of the input", async () => {
    const { stderr } = await run(["hamburger", "-m", "openai/gpt-4o"]);
    expect(stderr).toMatch(
      /^openai\/gpt-4o: exact \(o200k_base\), < 0\.01 % of its window of 128,000 tokens, \$0\.000005 as input\.\n$/,
    );
  });

  test("of a model without a published tokenizer is an estimate and says its error", async () => {
    const { stdout, stderr } = await run(["hamburger", "-m", "anthropic/claude-sonnet-4.5"]);
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(stderr).toMatch(/^anthropic\/claude-sonnet-4\.5: estimated ± [\d.]+ % \(/);
  });

  test("takes words, files and standard input as they are, byte for byte", async () => {
    expect((await run([], { stdin: "hamburger\n" })).stdout).toBe("3\n");
    stage.write("a.txt", "hamburger");
    expect((await run(["-f", "a.txt"])).stdout).toBe("2\n");
    expect((await run(["-f", "-"], { stdin: "hamburger" })).stdout).toBe("2\n");
    expect((await run([""])).stdout).toBe("0\n");
    expect((await run([])).stdout).toBe("0\n");
  });

  test("of several models is a table", async () => {
    const models = ["openai/gpt-4o", "gpt-4", "anthropic/claude-sonnet-4.5"].flatMap((model) => ["-m", model]);
    const { stdout } = await run(["Hello there", ...models]);
    expect(stdout).toMatch(/^model +tokens +how +by +of its window +as input\n/);
    expect(stdout).toMatch(/openai\/gpt-4o +2 +exact +o200k_base +< 0\.01 % +\$0\.000005\n/);
    expect(stdout).toMatch(/anthropic\/claude-sonnet-4\.5 +\d+ +estimated ± [\d.]+ %/);
    expect(stdout.trimEnd().split("\n")).toHaveLength(4);
  });

  test("of several files is a table with their total", async () => {
    stage.write("a.txt", "hamburger");
    stage.write("b.txt", "hamburger hamburger");
    const { stdout } = await run(["-f", "a.txt", "-f", "b.txt", "-m", "gpt-4o"]);
    expect(stdout).toMatch(/a\.txt +openai\/gpt-4o +2 .*\nb\.txt +openai\/gpt-4o +3 .*\ntotal +5\n$/);
  });

  test("of a request counts what is around its text, part by part", async () => {
    const body = { model: "gpt-4o", messages: [{ role: "user", content: "hamburger" }] };
    const { stdout, stderr } = await run(["--dialect", "openai-chat"], { stdin: JSON.stringify(body) });
    expect(stdout).toBe("9\n");
    expect(stderr).toContain("messages 2, overhead 7");
    const other = await run(["--dialect", "openai-chat", "-m", "gpt-4"], { stdin: JSON.stringify(body) });
    expect(other.stderr).toContain("cl100k_base");
  });

  test("--json gives one document", async () => {
    const { stdout, stderr } = await run(["hamburger", "-m", "openai/gpt-4o", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      results: [
        {
          input: "text",
          model: "openai/gpt-4o",
          tokens: 2,
          atMost: 2,
          method: "exact",
          errorPercent: 0,
          how: "exact",
          countedBy: "o200k_base",
          windowTokens: 128_000,
          maxOutputTokens: 16_384,
          fits: "yes",
          notes: [],
          inputCostUsd: "0.000005",
          inputCostNanoUsd: 5_000,
        },
      ],
    });
    expect(stderr).toBe("");
  });

  test("of megabytes works", async () => {
    stage.write("long.txt", "a ".repeat(2_500_000));
    const { stdout, stderr } = await run(["-f", "long.txt", "-m", "gpt-4o"]);
    expect(Number(stdout)).toBeGreaterThan(2_000_000);
    expect(stderr).toContain("It does not fit.");
  });
});

describe("--show", () => {
  test("writes [id]text where it is no terminal, and what cannot be seen as a picture", async () => {
    const { stdout } = await run(["--show", "Hi\n\u001b[2J\u202e!", "-m", "o200k_base"]);
    expect(stdout).toMatch(/^\[\d+\]Hi\[\d+\]␊\n/);
    expect(stdout).toContain("␛");
    expect(stdout).toContain("<U+202E>");
    for (const steering of ["\u001b", "\u202e"]) expect(stdout).not.toContain(steering);
  });

  test("shows bytes where a token is no whole characters", async () => {
    expect((await run(["--show", "🙂", "-m", "r50k_base"])).stdout).toMatch(/^(\[\d+\]<[0-9a-f]+>)+\n$/);
  });

  test.each([100, 40, 12])("on a terminal of %i columns, in colours with the ids below", async (columns) => {
    const { stdout } = await run(["--show", "Hello hamburger, how are you today?", "-m", "gpt-4o"], { columns });
    expect(stdout).toContain("\u001b[30;46m");
    expect(stdout).toContain("\u001b[30;43m");
    const bare = stdout.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, "g"), "");
    const lines = bare.trimEnd().split("\n");
    expect(lines.filter((line) => widthOf(line) > Math.max(columns, 10))).toEqual([]);
    expect(lines.filter((_, index) => index % 2 === 0).join(" ")).toContain("hamburger");
    expect(lines[1]).toMatch(/^[\d ]+$/);
  });

  test("without colour where NO_COLOR says so", async () => {
    const given = { columns: 80, environment: { NO_COLOR: "1" } };
    expect((await run(["--show", "hamburger", "-m", "gpt-4o"], given)).stdout).toBe("[103406]hamb[41633]urger\n");
  });

  test("with --json gives ids, places and text", async () => {
    const { stdout } = await run(["--show", "--json", "hamburger"]);
    expect(JSON.parse(stdout).results[0].pieces).toEqual([
      { id: 103_406, start: 0, end: 4, text: "hamb" },
      { id: 41_633, start: 4, end: 9, text: "urger" },
    ]);
  });

  test("of a model without a tokenizer says so", async () => {
    const { code, stdout, stderr } = await run(["--show", "Hi", "-m", "claude-sonnet-4.5"]);
    expect([code, stdout]).toEqual([exitCodes.usage, ""]);
    expect(stderr).toContain("No tokenizer of anthropic/claude-sonnet-4.5 is at hand");
  });
});

describe("special tokens", () => {
  test("are text unless asked for", async () => {
    expect(Number((await run(["<|endoftext|>"])).stdout)).toBeGreaterThan(1);
    expect((await run(["<|endoftext|>", "--special"])).stdout).toBe("1\n");
    expect((await run(["<|endoftext|>", "--special", "--show"])).stdout).toBe("[199999]<|endoftext|>\n");
  });

  test("of a model without a tokenizer cannot be taken", async () => {
    expect((await run(["x", "--special", "-m", "claude-sonnet-4.5"])).stderr).toContain("--special needs a tokenizer");
  });
});

describe("a tokenizer of one's own", () => {
  const words = { a: 0, b: 1, " ": 2 };
  const file = JSON.stringify({
    version: "1.0",
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: { type: "BPE", vocab: words, merges: [] },
  });

  test("counts with --tokenizer", async () => {
    stage.write("tokenizer.json", file);
    const { stdout, stderr } = await run(["a b", "--tokenizer", "tokenizer.json"]);
    expect(stdout).toBe("3\n");
    expect(stderr).toContain("exact");
  });

  test("counts under a name of trunkline.yaml", async () => {
    stage.write("tokenizer.json", file);
    stage.write(
      "trunkline.yaml",
      'providers:\n  up: { dialect: openai-chat, baseUrl: "http://127.0.0.1:1/v1" }\nmodels:\n  up/own: { tokenizer: ./tokenizer.json, windowTokens: 10 }\n',
    );
    const { stdout, stderr } = await run(["a b", "-m", "up/own"]);
    expect([stdout, stderr]).toEqual(["3\n", expect.stringMatching(/^up\/own: exact .*30\.0 % of its window of 10/)]);
  });

  test("that is none is a clear error", async () => {
    stage.write("tokenizer.json", '{"model":5}');
    const { code, stdout, stderr } = await run(["a", "--tokenizer", "tokenizer.json"]);
    expect([code, stdout]).toEqual([exitCodes.usage, ""]);
    expect(stderr).toContain("tokenizer.json");
    expect((await run(["a", "--tokenizer", "none.json"])).code).toBe(exitCodes.usage);
  });
});

describe("--ask-provider", () => {
  let server: Server;
  let url: string;
  let paths: (string | undefined)[];
  beforeEach(async () => {
    paths = [];
    server = createServer((request, response) => {
      paths.push(request.url);
      request.resume();
      request.on("end", () => response.end('{"input_tokens": 42}'));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    url = `http://127.0.0.1:${isObject(address) ? address.port : 0}`;
    stage.write("trunkline.yaml", `providers:\n  anthropic: { baseUrl: "${url}/v1" }\n`);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test("gives the provider's count and says that it is", async () => {
    const environment = { ANTHROPIC_API_KEY: "sk-ant-secret" };
    const { stdout, stderr } = await run(["Hi", "-m", "claude-sonnet-4.5", "--ask-provider"], { environment });
    expect(stdout).toBe("42\n");
    expect(stderr).toMatch(/^anthropic\/claude-sonnet-4\.5: provider \(Anthropic\)/);
    expect(paths).toEqual(["/v1/messages/count_tokens"]);
    expect(stdout + stderr).not.toContain("secret");
  });

  test("without a key names the variable, and asks nobody", async () => {
    const { code, stderr } = await run(["Hi", "-m", "claude-sonnet-4.5", "--ask-provider"]);
    expect([code, stderr]).toEqual([exitCodes.authentication, expect.stringContaining("ANTHROPIC_API_KEY")]);
    expect(paths).toEqual([]);
  });

  test("of a provider without such an endpoint says who has one", async () => {
    const { code, stderr } = await run(["Hi", "-m", "x-ai/grok-4.3", "--ask-provider"]);
    expect([code, stderr]).toEqual([exitCodes.usage, expect.stringMatching(/Anthropic, Google and OpenAI/)]);
  });
});

describe("bad input is a clear error", () => {
  test.each<[string, readonly string[], string | Uint8Array | undefined, RegExp]>([
    ["a file that is not there", ["-f", "none.txt"], undefined, /none\.txt cannot be read/],
    ["a folder", ["-f", "."], undefined, /cannot be read/],
    ["bytes that are no UTF-8", [], Buffer.from([0x61, 0xe4, 0x62]), /standard input is not valid UTF-8: byte 1 /],
    ["a text that is cut in a character", [], Buffer.from([0x61, 0x62, 0xe2, 0x82]), /byte 2 /],
    ["a fault far on", [], Buffer.concat([Buffer.from("é".repeat(100_000)), Buffer.from([0xff])]), /byte 200000 /],
    ["an unknown model", ["x", "-m", "opnai/gpt4o"], undefined, /not a valid model ID.*openai\/gpt-4o/],
    ["an unknown dialect", ["--dialect", "klingon"], "{}", /klingon.*openai-chat/],
    ["a request that is no JSON", ["--dialect", "openai-chat"], "{", /JSON/],
    [
      "a request without a model",
      ["--dialect", "openai-chat"],
      '{"messages":[{"role":"user","content":"x"}]}',
      /-m MODEL/,
    ],
    ["a bad request", ["--dialect", "openai-chat", "-m", "gpt-4o"], '{"messages":5}', /messages/],
  ])("%s", async (_name, args, stdin, word) => {
    const { code, stdout, stderr } = await run(args, stdin === undefined ? {} : { stdin });
    expect([code, stdout]).toEqual([exitCodes.usage, ""]);
    expect(stderr).toMatch(word);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test("nothing at a keyboard says how to use it, and does not wait", async () => {
    const { code, stderr } = await run([], { keyboard: true });
    expect([code, stderr]).toEqual([exitCodes.usage, expect.stringContaining("nothing to count")]);
  });

  test("NUL is a character like any other", async () => {
    expect((await run([], { stdin: "\0" })).stdout).toBe("1\n");
  });

  test("an unknown model of a known family is counted, with a note", async () => {
    const { code, stdout, stderr } = await run(["hamburger", "-m", "gpt-4o-2099-01-01"]);
    expect([code, stdout]).toEqual([0, "2\n"]);
    expect(stderr).toContain("The catalogue does not know gpt-4o-2099-01-01");
  });
});
