import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { hashKey } from "../admission/keys.js";
import { defaultListen, loadSettings } from "./load.js";
import { ConfigError } from "./problem.js";
import type { Settings } from "./settings.js";

const variable = (name: string) => `\${${name}}`;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Given {
  readonly yaml?: string;
  readonly env?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly configFile?: string;
  readonly listen?: string;
  readonly dataDir?: string;
}

/** Loads from a folder of its own, with these files in it. */
function load({ yaml, env, environment = {}, ...options }: Given = {}): Settings {
  const workingDirectory = mkdtempSync(join(tmpdir(), "trunkline-config-"));
  folders.push(workingDirectory);
  if (yaml !== undefined) writeFileSync(join(workingDirectory, "trunkline.yaml"), yaml);
  if (env !== undefined) writeFileSync(join(workingDirectory, ".env"), env);
  return loadSettings({ workingDirectory, environment, ...options });
}

/** The problem, a line each, without the folder. */
function problemOf(given: Given): string {
  try {
    load(given);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folders.at(-1)}/`, "");
    throw error;
  }
  throw new Error("it was accepted");
}

test("nothing at all is a configuration", () => {
  const settings = load();
  expect(settings.listen).toBe(defaultListen);
  expect(settings.keyHashes).toEqual([]);
  expect(settings.file).toBeUndefined();
  expect(settings.secrets.size).toBe(0);
  expect(settings.capacity).toEqual({ inFlight: 4_096, waiting: 1_000, waitMs: 10_000 });
  expect(settings.bodyBytes).toBe(32 * 1024 * 1024);
  expect([...settings.providers.keys()]).toContain("openrouter");
});

test.each(["", "# only a comment\n", "{}", "null"])("an empty file is a configuration: %j", (yaml) => {
  expect(load({ yaml }).listen).toBe(defaultListen);
});

test("provider keys come from the environment and from .env, and the environment wins", () => {
  const env = "OPENAI_API_KEY=from-file\nGROQ_API_KEY='quoted key' # comment\nMISTRAL_API_KEY=\n";
  const { secrets } = load({ env, environment: { OPENAI_API_KEY: "from-process", ANTHROPIC_API_KEY: "  " } });
  expect(secrets.get("openai")).toEqual(["from-process"]);
  expect(secrets.get("groq")).toEqual(["quoted key"]);
  expect(secrets.has("mistral")).toBe(false);
  expect(secrets.has("anthropic")).toBe(false);
});

test("of several variables the first that is set wins, and a comma separates several keys", () => {
  expect(load({ environment: { GOOGLE_API_KEY: "b" } }).secrets.get("google")).toEqual(["b"]);
  expect(load({ environment: { GOOGLE_API_KEY: "b", GEMINI_API_KEY: "a" } }).secrets.get("google")).toEqual(["a"]);
  expect(load({ environment: { OPENAI_API_KEY: "a, b,,c" } }).secrets.get("openai")).toEqual(["a", "b", "c"]);
});

const myHost = `providers: { my-host: { dialect: openai-chat, baseUrl: "http://127.0.0.1:9000/v1/", apiKey: "${variable("MY_KEY")}" } }`;

test("a new provider is a row, its key is looked up, and its base URL ends without a slash", () => {
  const { providers, secrets } = load({ yaml: myHost, env: "MY_KEY=s3cret\n" });
  expect(providers.get("my-host")).toMatchObject({
    baseUrl: "http://127.0.0.1:9000/v1",
    dialects: ["openai-chat"],
    authentication: { type: "bearer" },
    environment: ["MY_KEY"],
    aggregator: false,
  });
  expect(secrets.get("my-host")).toEqual(["s3cret"]);
});

test("a variable of a provider that is not set is no mistake yet, and is named in the row", () => {
  const { providers, secrets } = load({ yaml: myHost });
  expect(secrets.has("my-host")).toBe(false);
  expect(providers.get("my-host")?.environment).toEqual(["MY_KEY"]);
});

test("a new provider without a key asks for none", () => {
  const yaml = 'providers: { mine: { dialect: [openai-chat], baseUrl: "http://127.0.0.1:9000/v1" } }';
  expect(load({ yaml }).providers.get("mine")?.authentication).toEqual({ type: "none" });
});

test("several keys of one provider may be written and looked up", () => {
  const yaml = `providers: { openai: { apiKey: [plain, "${variable("SECOND")}", "${variable("THIRD")}"] } }`;
  const { providers, secrets } = load({ yaml, environment: { SECOND: "two", OPENAI_API_KEY: "unused" } });
  expect(secrets.get("openai")).toEqual(["plain", "two"]);
  expect(providers.get("openai")?.environment).toEqual(["SECOND", "THIRD"]);
});

test("a field of a known row is overridden and the others stay", () => {
  const yaml = 'providers: { openai: { baseUrl: "http://127.0.0.1:1/v1", authentication: { header: X-Key } } }';
  expect(load({ yaml }).providers.get("openai")).toMatchObject({
    name: "OpenAI",
    baseUrl: "http://127.0.0.1:1/v1",
    authentication: { type: "header", name: "x-key" },
    environment: ["OPENAI_API_KEY"],
  });
});

test("keys of clients come from the file and from TRUNKLINE_KEYS, with variables in them", () => {
  const yaml = `keys: ["sk-tl-${variable("NAME")}-key", sk-tl-plain]`;
  const environment = { NAME: "ada", TRUNKLINE_KEYS: "sk-tl-a, sk-tl-b" };
  const keys = ["sk-tl-ada-key", "sk-tl-plain", "sk-tl-a", "sk-tl-b"];
  expect(load({ yaml, environment }).keyHashes).toEqual(keys.map(hashKey));
  expect(problemOf({ yaml })).toContain("the variable NAME is not set");
});

test("models have names, limits, prices in pico-dollars and timeouts", () => {
  const yaml = `
models:
  fast: { try: [groq/llama-3.3-70b-versatile, openai/gpt-4o-mini], timeoutMs: { firstToken: 10000 } }
  my-host/qwen: { windowTokens: 32768, price: { inputUsdPerMTok: "0.2", outputUsdPerMTok: "0.6", cacheReadUsdPerMTok: "0.02" } }
`;
  const { models, modelTimeouts } = load({ yaml });
  expect(models.get("fast")).toEqual({ try: ["groq/llama-3.3-70b-versatile", "openai/gpt-4o-mini"] });
  expect(modelTimeouts.get("fast")).toEqual({ firstToken: 10_000 });
  expect(models.get("my-host/qwen")).toEqual({
    windowTokens: 32_768,
    price: { inputPicoUsd: 200_000, outputPicoUsd: 600_000, cacheReadPicoUsd: 20_000 },
  });
});

test("limits that are not named keep their defaults", () => {
  const { capacity, bodyBytes } = load({ yaml: "limits: { waiting: 0, bodyBytes: 2048 }" });
  expect(capacity).toEqual({ inFlight: 4_096, waiting: 0, waitMs: 10_000 });
  expect(bodyBytes).toBe(2_048);
});

test("the address is the option's, else the variable's, else the file's", () => {
  const given = {
    yaml: "listen: 127.0.0.1:1",
    environment: { TRUNKLINE_LISTEN: "127.0.0.1:2" },
    listen: "127.0.0.1:3",
  };
  expect(load(given).listen).toBe("127.0.0.1:3");
  expect(load({ yaml: given.yaml, environment: given.environment }).listen).toBe("127.0.0.1:2");
  expect(load({ yaml: given.yaml }).listen).toBe("127.0.0.1:1");
});

test("the data folder is the option's, the file's, the variable's, the desktop's, or the usual one", () => {
  const environment = { TRUNKLINE_DATA: "/a", XDG_DATA_HOME: "/b" };
  expect(load({ environment, yaml: "data: books", dataDir: "/c" }).dataDir).toBe("/c");
  expect(load({ environment, yaml: "data: books" }).dataDir).toBe(join(folders.at(-1) ?? "", "books"));
  expect(load({ environment }).dataDir).toBe("/a");
  expect(load({ environment: { XDG_DATA_HOME: "/b" } }).dataDir).toBe("/b/trunkline");
  expect(load({ environment: { XDG_DATA_HOME: "relative" } }).dataDir).toMatch(/\/\.local\/share\/trunkline$/);
});

test("a file that the user names must exist", () => {
  expect(problemOf({ configFile: "other.yaml" })).toBe(
    "other.yaml: there is no such file. `trunkline init` writes one.",
  );
  expect(problemOf({ environment: { TRUNKLINE_CONFIG: "other.yaml" } })).toContain("other.yaml: there is no such file");
});

test.each([
  ["lisen: 127.0.0.1:4100", 'trunkline.yaml:1:1: "lisen" is no setting at the top. Did you mean "listen"?'],
  [
    "listen: 127.0.0.1:1\nproviders:\n  groq:\n    baseURl: https://x.y\n",
    'trunkline.yaml:4:5: "baseURl" is no setting under "providers.groq". Did you mean "baseUrl"?',
  ],
  [
    "models:\n  fast:\n    timeoutMs: { firsttoken: 1 }\n",
    'trunkline.yaml:3:18: "firsttoken" is no setting under "models.fast.timeoutMs". Did you mean "firstToken"?',
  ],
  ["colour: red", 'trunkline.yaml:1:1: "colour" is no setting at the top.'],
])("a key that is not known is named with its place and the nearest key: %j", (yaml, problem) => {
  expect(problemOf({ yaml })).toBe(problem);
});

test.each([
  ["limits:\n  inFlight: many\n", /^trunkline\.yaml:2:13: "limits\.inFlight": .*number/],
  ["listen: 4100\n", /^trunkline\.yaml:1:9: "listen": .*string/],
  ["listen: localhost\n", /^trunkline\.yaml:1:9: "listen": an address looks like "127\.0\.0\.1:4100"\.$/],
  ["listen: localhost:99999\n", /a port is at most 65535/],
  ["keys:\n  - sk-tl-long-enough\n  - short\n", /^trunkline\.yaml:3:5: "keys\.1": a key has at least 8 characters\.$/],
  ["models: { fast: { try: [] } }\n", /^trunkline\.yaml:1:24: "models\.fast\.try": /],
  ["drainMs: -1\n", /^trunkline\.yaml:1:10: "drainMs": /],
  ["- a\n- b\n", /^trunkline\.yaml:1:1: the file: .*object/],
  ["just text\n", /^trunkline\.yaml:1:1: the file: .*object/],
])("a value of the wrong kind is named with its line and column: %j", (yaml, problem) => {
  expect(problemOf({ yaml })).toMatch(problem);
});

test("several mistakes are several lines", () => {
  expect(problemOf({ yaml: "lisen: a\ndrainMs: soon\nhots: []\n" }).split("\n")).toHaveLength(3);
});

test.each(["cohere-chat", "bedrock-converse", "ollama-chat"])(
  "the dialect %s is refused with a sentence that says when it comes",
  (dialect) => {
    for (const written of [dialect, `[openai-chat, ${dialect}]`]) {
      const problem = problemOf({ yaml: `providers:\n  p: { dialect: ${written}, baseUrl: "http://h/v1" }\n` });
      expect(problem).toMatch(/^trunkline\.yaml:2:\d+: "providers\.p\.dialect/);
      expect(problem).toContain(`"${dialect}" comes in a later version; today a provider may speak openai-chat or`);
    }
  },
);

test("a dialect that does not exist is refused with the list of those that do", () => {
  const problem = problemOf({ yaml: 'providers:\n  p: { dialect: openai-chatt, baseUrl: "http://h/v1" }\n' });
  expect(problem).toMatch(/^trunkline\.yaml:2:\d+: "providers\.p\.dialect"/);
  expect(problem).toContain("openai-chat");
});

test.each([
  ["0.2", 'write a price as a quoted decimal of US dollars per million tokens: "0.2"'],
  ['"-1"', '"-1" is not a decimal of US dollars per million tokens, such as "0.2"'],
  ['"1e-3"', '"1e-3" is not a decimal'],
  ['"free"', '"free" is not a decimal'],
])("the price %s is refused", (price, problem) => {
  const yaml = `models:\n  a/b: { price: { inputUsdPerMTok: ${price}, outputUsdPerMTok: "1" } }\n`;
  expect(problemOf({ yaml })).toContain(problem);
  expect(problemOf({ yaml })).toMatch(/^trunkline\.yaml:2:\d+: "models\.a\/b\.price\.inputUsdPerMTok": /);
});

test.each(["ftp://h/v1", "http://user:pass@h/v1", "http://h/v1?key=1", "h/v1", "http://"])(
  "the base URL %s is refused with its place",
  (baseUrl) => {
    const problem = problemOf({ yaml: `providers:\n  p: { dialect: openai-chat, baseUrl: "${baseUrl}" }\n` });
    expect(problem).toMatch(/^trunkline\.yaml:2:\d+: "providers\.p\.baseUrl": a base URL looks like/);
  },
);

test("a provider that is not known needs a dialect and a base URL", () => {
  expect(problemOf({ yaml: "providers: { mine: { apiKey: abcdefgh } }" })).toBe(
    'trunkline.yaml: "providers.mine" is not a provider that Trunkline knows: give it a dialect and a baseUrl.',
  );
});

test("a provider's name has no blank or slash in it", () => {
  const problem = problemOf({ yaml: 'providers:\n  "my host": { dialect: openai-chat, baseUrl: "http://h/v1" }\n' });
  expect(problem).toMatch(/^trunkline\.yaml:2:\d+: "providers\.my host": /);
  expect(problem).toContain("small letters");
});

test.each([
  ["listen: [1\nkeys: a\n", /^trunkline\.yaml: .*line \d+, column \d+/s],
  ["a: b: c\n", /line 1, column \d+/],
  ["listen: x\nlisten: y\n", /line 2, column 1/],
  ["\tlisten: x\n", /line 1/],
])("what is no YAML is named with its place: %j", (yaml, problem) => {
  expect(problemOf({ yaml })).toMatch(problem);
});

test("aliases that multiply without end are refused, not expanded", () => {
  const rows = Array.from(
    { length: 12 },
    (_, row) => `a${row}: &a${row} [${row === 0 ? "x" : `*a${row - 1},*a${row - 1}`}]`,
  );
  expect(problemOf({ yaml: rows.join("\n") })).toMatch(/^trunkline\.yaml: .*alias/);
  expect(problemOf({ yaml: "listen: *nowhere\n" })).toMatch(/^trunkline\.yaml: .*nowhere/);
});
