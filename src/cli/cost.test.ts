// `trunkline cost` and `trunkline ask --dry-run` as a user runs them: prices before anything is sent.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CommandStage, openCommandStage } from "../../test/command-stage.js";
import { startUpstream } from "../../test/e2e/upstream.js";
import { exitCodes } from "./exit-codes.js";

let stage: CommandStage;
beforeEach(() => {
  stage = openCommandStage();
});
afterEach(() => stage.close());

const run: CommandStage["run"] = (args, given) => stage.run(["cost", ...args], given);

describe("cost", () => {
  test("of 500 tokens in and 200 out for GPT-4o is likely to be $0.00325", async () => {
    const { code, stdout } = await run(["--input-tokens", "500", "--output-tokens", "200", "-m", "openai/gpt-4o"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^model +at +in +out +least +likely +most\n/);
    expect(stdout).toMatch(/\nopenai\/gpt-4o +openai \(no key\) +500 +200 +\$0\.00126 +\$0\.00325 +\$0\.16509\n$/);
  });

  test("of a prompt is that of what ask would send", async () => {
    const { stdout, stderr } = await run(["hamburger", "-m", "openai/gpt-4o"]);
    expect(stdout).toMatch(/openai\/gpt-4o +openai \(no key\) +9 +500 +\$0\.0000325 +\$0\.0050225 +\$0\.1638625\n$/);
    expect(stderr).toMatch(/No provider that serves openai\/gpt-4o is set up/);
    expect(stderr).toMatch(/Likely: an answer of 500 tokens \(the usual guess\)/);
  });

  test("is bounded by max_tokens", async () => {
    const { stdout, stderr } = await run(["hamburger", "-m", "openai/gpt-4o", "-o", "max_tokens=100"]);
    expect(stdout).toMatch(/ 100 +\$0\.0000325 +\$0\.0010225 +\$0\.0010225\n$/);
    expect(stderr).not.toContain("usual guess");
  });

  test("reckons with batches and caches", async () => {
    const numbers = ["--input-tokens", "1000", "--output-tokens", "0", "-m", "openai/gpt-4o"];
    expect((await run([...numbers, "--batch"])).stdout).toContain("$0.00125");
    expect((await run([...numbers, "--cached", "50"])).stdout).toContain("$0.001875");
    const openrouter = [...numbers.slice(0, 4), "-m", "x-ai/grok-4.3", "--batch"];
    expect((await run(openrouter)).stdout).toContain("batch price unknown");
  });

  test("of several models is a row each; without one, of the ten cheapest", async () => {
    const { stdout } = await run(["Hi", "--models", "gpt-4o,cheapest:3", "-m", "claude-opus-4.6"]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(6);
    expect(stdout).toMatch(/anthropic\/claude-opus-4\.6 +anthropic \(no key\) +\d+ ± [\d.]+ % /);
    const unnamed = await run(["Hi"]);
    expect(unnamed.stdout.trimEnd().split("\n")).toHaveLength(11);
    expect(unnamed.stderr).toContain("No model was named");
  });

  test("shows every endpoint of a single model that is set up", async () => {
    const environment = { OPENAI_API_KEY: "sk-1", OPENROUTER_API_KEY: "sk-2" };
    const { stdout } = await run(["Hi", "-m", "openai/gpt-4o"], { environment });
    expect(stdout).toMatch(/openai\/gpt-4o +openai +\d.*\nopenai\/gpt-4o +openrouter +\d/);
    expect(stdout).not.toContain("no key");
  });

  test("an unknown price is said, not shown as zero", async () => {
    const environment = { OPENAI_API_KEY: "sk-1" };
    const { stdout } = await run(["Hi", "-m", "openai/gpt-4o-2099"], { environment });
    expect(stdout).toContain("price unknown");
    expect(stdout).not.toContain("$0");
  });

  test("--json gives one document", async () => {
    const numbers = ["--input-tokens", "500", "--output-tokens", "200", "-m", "openai/gpt-4o", "--json"];
    const { stdout, stderr } = await run(numbers);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      results: [
        {
          model: "openai/gpt-4o",
          input: { tokens: 500, countedBy: "as given" },
          output: { likely: 200, most: 16_384 },
          endpoints: [{ provider: "openai", isSetUp: false, likely: { usd: "0.00325", nanoUsd: 3_250_000 } }],
        },
      ],
    });
    expect(stderr).toBe("");
  });

  test.each<[string, readonly string[], RegExp]>([
    ["nothing to price", ["-m", "gpt-4o"], /nothing to ask/],
    ["a prompt and numbers", ["Hi", "--input-tokens", "5"], /not both/],
    ["a number that is none", ["--input-tokens", "many"], /whole number of tokens/],
    ["a negative number", ["--input-tokens", "5", "--output-tokens", "-5"], /whole number of tokens/],
    ["more than all from the cache", ["Hi", "--cached", "101"], /0 to 100/],
    ["an empty name", ["Hi", "--models", "gpt-4o,"], /commas/],
    ["cheapest of no number", ["Hi", "--models", "cheapest"], /cheapest:10/],
    ["an unknown model", ["Hi", "-m", "opnai/gpt4o"], /not a valid model ID.*openai\/gpt-4o/],
  ])("refuses %s", async (_name, args, word) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([exitCodes.usage, ""]);
    expect(stderr).toMatch(word);
  });

  test("refuses standard input that is no UTF-8", async () => {
    const { code, stderr } = await run(["-m", "gpt-4o"], { stdin: Buffer.from([0x61, 0xff]) });
    expect([code, stderr]).toEqual([exitCodes.usage, expect.stringContaining("not valid UTF-8")]);
  });
});

describe("ask --dry-run", () => {
  const dry = (args: readonly string[]) => stage.run(["ask", "--dry-run", ...args]);

  test("shows model, tokens, window, cost, and sends nothing", async () => {
    const upstream = await startUpstream();
    stage.write(
      "trunkline.yaml",
      `providers:\n  up: { dialect: openai-chat, baseUrl: "${upstream.url}/v1" }\nmodels:\n` +
        `  up/say: { windowTokens: 1000, maxOutputTokens: 100, price: { inputUsdPerMTok: "2.50", outputUsdPerMTok: "10" } }\n`,
    );
    const { code, stdout, stderr } = await dry(["Hello", "-m", "up/say"]);
    await upstream.close();
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^model +up\/say\ntokens +\d+, estimated ± [\d.]+ % \(.+\)\nfits +yes: its window is 1,000 tokens\n/,
    );
    expect(stdout).toMatch(/answer +100 tokens likely \(the limit\), 100 at most\n/);
    expect(stdout).toMatch(/up\/say +up +\d+ ± .* \$0\.00\d+\n/);
    expect(stderr).toBe("Nothing was sent (--dry-run).\n");
    expect(upstream.calls).toEqual([]);
  });

  test("of what does not fit ends as sending it would", async () => {
    stage.write("long.txt", "hello ".repeat(130_000));
    const { code, stdout } = await dry(["Sum up", "-f", "long.txt", "-m", "openai/gpt-4o"]);
    expect(code).toBe(exitCodes.usage);
    expect(stdout).toMatch(/fits +no: its window is 128,000 tokens, [\d,]+ too many/);
    expect(stdout).toContain("does not fit");
  });

  test("--json gives one document", async () => {
    const { stdout } = await dry(["hamburger", "-m", "openai/gpt-4o", "-o", "max_tokens=200", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      sent: false,
      tokens: { model: "openai/gpt-4o", tokens: 9, method: "exact", fits: "yes" },
      cost: { output: { likely: 200, most: 200 }, endpoints: [{ likely: { usd: "0.0020225" } }] },
    });
  });

  test("needs no key, and refuses a model that nobody knows", async () => {
    const { code, stderr } = await dry(["Hi", "-m", "opnai/gpt4o"]);
    expect([code, stderr]).toEqual([exitCodes.usage, expect.stringContaining("not a valid model ID")]);
  });
});
