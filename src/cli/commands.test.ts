// The commands as a user runs them, each in this process with streams and a folder of its own.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { CommanderError } from "commander";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startUpstream, type Upstream } from "../../test/e2e/upstream.js";
import type { Answer } from "../client/answer.js";
import { exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { program } from "./program.js";
import { widthOf } from "./terminal.js";

interface Run {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

interface Given {
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Of a terminal; else standard output is a pipe. */
  readonly columns?: number;
}

let folder: string;
let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trunkline-cli-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string) => join(folder, name);
const echoed = (prompt: string) => `simulator/echo: this is no model. You wrote: ${prompt}`;

async function trunkline(args: readonly string[], given: Given = {}): Promise<Run> {
  const [stdout, stderr] = [collector(given.columns), collector(given.columns)];
  const io: Io = {
    stdin: Readable.from(given.stdin === undefined ? [] : [Buffer.from(given.stdin)]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    environment: { XDG_DATA_HOME: file("xdg"), ...given.environment },
    workingDirectory: folder,
  };
  let code: number | undefined;
  try {
    await program(io, (ended) => {
      code = ended;
    }).parseAsync(["node", "trunkline", ...args]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(columns: number | undefined) {
  const written: string[] = [];
  const stream = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns });
  stream.on("data", (chunk: Buffer) => written.push(chunk.toString()));
  return { stream, text: () => written.join("") };
}

const echo = ["-m", "simulator/echo"];
const configure = (more = "") =>
  writeFileSync(
    file("trunkline.yaml"),
    `providers:\n  up: { dialect: openai-chat, baseUrl: "${upstream.url}/v1" }\nmodels:\n` +
      `  up/say: { windowTokens: 32768, price: { inputUsdPerMTok: "2.50", outputUsdPerMTok: "10" } }\n${more}`,
  );

describe("ask", () => {
  test("writes the answer to standard output and nothing else", async () => {
    expect(await trunkline(["ask", "Hello", "there", ...echo])).toEqual({
      code: 0,
      stdout: `${echoed("Hello there")}\n`,
      stderr: "",
    });
  });

  test("joins files and standard input to the prompt", async () => {
    writeFileSync(file("notes.txt"), "From the file.\n");
    const { stdout } = await trunkline(["ask", "Sum it up.", "-f", "notes.txt", ...echo], {
      stdin: "From the pipe.\n",
    });
    expect(stdout).toBe(`${echoed("From the file.\n\nFrom the pipe.\n\nSum it up.")}\n`);
  });

  test("sends system prompt, options and images", async () => {
    configure();
    writeFileSync(file("dot.png"), Buffer.from([0x89, 0x50]));
    const flags = ["-s", "Be brief.", "-o", "temperature=0.2", "-o", "user=ada", "-f", "dot.png", "--no-stream"];
    const { code, stdout } = await trunkline(["ask", "What is this?", "-m", "up/say", ...flags]);
    expect([code, stdout]).toEqual([0, "One two three four.\n"]);
    expect(upstream.calls.at(-1)?.body).toMatchObject({
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,iVA=" } },
          ],
        },
      ],
      temperature: 0.2,
      user: "ada",
    });
  });

  test("lets nothing through that steers the terminal", async () => {
    const { stdout } = await trunkline(["ask", "a\u001b[2Jb", ...echo]);
    expect(stdout).toBe(`${echoed("a[2Jb")}\n`);
  });

  test("-u says tokens, cost, time and who served on standard error", async () => {
    configure();
    const { stdout, stderr } = await trunkline(["ask", "Hi", "-m", "up/say", "-u"]);
    expect(stdout).toBe("One two three four.\n");
    expect(stderr).toMatch(
      /^10 \+ 4 tokens, \$0\.000065, first token \d\.\d\d s, total \d\.\d\d s, served by up \(up\/say\)\n$/,
    );
  });

  test("--json gives one document", async () => {
    const { stdout, stderr } = await trunkline(["ask", "Hi", "--json", ...echo]);
    const document: { readonly version: number } & Answer = JSON.parse(stdout);
    expect(document).toMatchObject({ version: 1, text: echoed("Hi"), provider: "simulator", costUsd: 0 });
    expect(document.generationId).toMatch(/^gen-/);
    expect(stderr).toBe("");
  });

  test("--json gives one document for an error too, beside the sentence on standard error", async () => {
    const { code, stdout, stderr } = await trunkline(["ask", "Hi", "-m", "openai/gpt-4o", "--json"]);
    expect(code).toBe(exitCodes.authentication);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      error: { code: "provider_not_configured", whatToDo: expect.stringContaining("OPENAI_API_KEY") },
    });
    expect(stderr).toContain("OPENAI_API_KEY");
  });

  test("names the nearest models where there is none of this name", async () => {
    const { code, stdout, stderr } = await trunkline(["ask", "Hi", "-m", "opnai/gpt4o"]);
    expect([code, stdout]).toEqual([exitCodes.usage, ""]);
    expect(stderr).toMatch(/not a valid model ID.*openai\/gpt-4o/);
  });

  test("says that an answer was cut at its length limit", async () => {
    const { stdout, stderr } = await trunkline(["ask", "Hi", "-o", "max_tokens=2", ...echo]);
    expect(stdout).toBe("simulator/echo: this\n");
    expect(stderr).toContain("length limit");
  });

  test("ends the line of an answer that breaks off, and exits with what happened", async () => {
    configure();
    const { code, stdout, stderr } = await trunkline(["ask", "Hi", "-m", "up/cut"]);
    expect([code, stdout]).toEqual([exitCodes.upstream, "One two \n"]);
    expect(stderr).toMatch(/^trunkline: up .* closed the connection/);
  });

  test("ends after --timeout seconds", async () => {
    configure();
    const { code, stderr } = await trunkline(["ask", "Hi", "-m", "up/endless", "--timeout", "0.2"]);
    expect(code).toBe(exitCodes.timeout);
    expect(stderr).toContain("time limit");
  });

  test("chooses a model where none is named, and says which", async () => {
    const chosen = await trunkline(["ask", "Hi"]);
    expect(chosen.stdout).toBe(`${echoed("Hi")}\n`);
    expect(chosen.stderr).toMatch(/^Asking simulator\/echo \(.*trunkline pull/);
    configure();
    writeFileSync(file(".env"), "TRUNKLINE_MODEL=up/say\n");
    expect(await trunkline(["ask", "Hi"])).toEqual({ code: 0, stdout: "One two three four.\n", stderr: "" });
  });

  test.each([
    ["nothing to ask", [], /nothing to ask.*trunkline ask/],
    ["an option without a value", ["Hi", "-o", "temperature"], /name=value/],
    ["a file that is not there", ["Hi", "-f", "none.txt"], /none\.txt/],
    ["a time that is none", ["Hi", "--timeout", "-1"], /seconds/],
    ["an unknown flag", ["Hi", "--modl", "x"], /Did you mean --model\?/],
  ])("refuses %s", async (_name, args, word) => {
    const { code, stdout, stderr } = await trunkline(["ask", ...echo, ...args]);
    expect([code, stdout]).toEqual([exitCodes.usage, ""]);
    expect(stderr).toMatch(word);
  });

  test("refuses a file that is neither text nor an image", async () => {
    writeFileSync(file("data.bin"), Buffer.from([0, 255, 1]));
    expect((await trunkline(["ask", "Hi", "-f", "data.bin", ...echo])).stderr).toContain("neither text nor an image");
  });

  test("may run several times at once without a gateway: each has its row", async () => {
    const runs = await Promise.all(["a", "b", "c"].map((word) => trunkline(["ask", word, ...echo])));
    expect(runs.map(({ code, stdout }) => [code, stdout])).toEqual(
      ["a", "b", "c"].map((word) => [0, `${echoed(word)}\n`]),
    );
    const { stdout } = await trunkline(["logs", "--json"]);
    const { data }: { readonly data: readonly { readonly ending: string }[] } = JSON.parse(stdout);
    expect(data.map(({ ending }) => ending)).toEqual(["done", "done", "done"]);
  });
});

describe("compare", () => {
  const models = ["-m", "simulator/echo", "-m", "up/say", "-m", "openai/gpt-4o"];

  test.each([200, 100, 50, 30])("fits a terminal of %i columns", async (columns) => {
    configure();
    const given = { columns, environment: { NO_COLOR: "1" } };
    const { code, stdout } = await trunkline(["compare", "Tell me a tale.", ...models], given);
    expect(code).toBe(0);
    expect(stdout.split("\n").filter((line) => widthOf(line) > columns)).toEqual([]);
    expect(stdout.includes("│")).toBe(columns >= 100);
    for (const word of ["four.", "OPENAI_API_KEY", "10 + 4", "$0.000065"]) expect(stdout).toContain(word);
  });

  test("--json gives every result in order, the failed one with its error", async () => {
    configure();
    const { code, stdout } = await trunkline(["compare", "Hi", ...models, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      results: [
        { asked: "simulator/echo", ok: true, text: echoed("Hi"), totalMs: expect.any(Number) },
        { asked: "up/say", ok: true, costUsd: 0.000065, usage: { inputTokens: 10, outputTokens: 4 } },
        { asked: "openai/gpt-4o", ok: false, error: { code: "provider_not_configured" } },
      ],
    });
  });

  test("fails where every model does", async () => {
    const { code } = await trunkline(["compare", "Hi", "-m", "openai/gpt-4o", "-m", "nobody/x"]);
    expect(code).toBe(exitCodes.authentication);
  });

  test("wants two models or more", async () => {
    expect(await trunkline(["compare", "Hi", ...echo])).toMatchObject({ code: exitCodes.usage, stdout: "" });
  });
});

describe("logs", () => {
  test("lists what was asked, and shows one record whole", async () => {
    expect((await trunkline(["logs"])).stdout).toMatch(/^Nothing was asked yet/);
    await trunkline(["ask", "my secret question", ...echo]);
    const list = await trunkline(["logs"]);
    expect(list.stdout).toMatch(/simulator\/echo +simulator +3 \+ 10 +\$0 .* done\n$/);
    const id = /gen-\S+/.exec(list.stdout)?.[0] ?? "";
    const one = await trunkline(["logs", id]);
    expect(JSON.parse(one.stdout)).toMatchObject({ id, modelAsked: "simulator/echo", ending: "done" });
    expect(list.stdout + one.stdout).not.toContain("secret");
  });

  test("an id that is not there is an error", async () => {
    const { code, stderr } = await trunkline(["logs", "gen-1-none"]);
    expect([code, stderr]).toEqual([
      exitCodes.usage,
      "trunkline: There is no generation gen-1-none. `trunkline logs` lists the ids.\n",
    ]);
  });
});

describe("models", () => {
  test("says who would serve, what it costs, and which variable a model needs", async () => {
    const { stdout } = await trunkline(["models", "gpt-4o-mini"]);
    expect(stdout).toMatch(/openai\/gpt-4o-mini +128,000 +0\.15 +0\.6 +needs OPENAI_API_KEY or OPENROUTER_API_KEY/);
    const environment = { OPENAI_API_KEY: "sk-1" };
    expect((await trunkline(["models", "gpt-4o-mini"], { environment })).stdout).toMatch(/gpt-4o-mini .* openai\n/);
  });

  test("shows what can be asked now, and counts the rest", async () => {
    const { stdout, stderr } = await trunkline(["models"]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(2);
    expect(stdout).toContain("simulator/echo");
    expect(stderr).toMatch(/^\d{3} more need a provider's key/);
  });

  test("--free lists only what costs nothing, --json all of it", async () => {
    const { stdout } = await trunkline(["models", "--free", "--json"]);
    const { version, data }: { version: number; data: readonly { id: string; inputUsdPerMTok: string }[] } =
      JSON.parse(stdout);
    expect(version).toBe(1);
    expect(data.map(({ id }) => id)).toContain("local/smollm2-135m-instruct");
    expect(data.every(({ inputUsdPerMTok }) => inputUsdPerMTok === "0")).toBe(true);
  });
});

describe("init", () => {
  test("writes a private .env, a trunkline.yaml that loads, and keeps .env out of git", async () => {
    writeFileSync(file(".gitignore"), "dist");
    const { code, stderr } = await trunkline(["init"], { environment: { GROQ_API_KEY: "gsk_not-shown" } });
    expect(code).toBe(0);
    if (process.platform !== "win32") expect(statSync(file(".env")).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(".gitignore"), "utf8")).toBe("dist\n.env\n");
    expect(stderr).toContain("Keys found in the environment: Groq.");
    expect(stderr + readFileSync(file(".env"), "utf8")).not.toContain("gsk_not-shown");
    expect((await trunkline(["ask", "Hi", ...echo])).code).toBe(0);
  });

  test("the lines that it comments out are settings that load", async () => {
    await trunkline(["init"]);
    const text = readFileSync(file("trunkline.yaml"), "utf8");
    writeFileSync(file("trunkline.yaml"), text.replace(/^# (?=( {2})|\w+:$)/gm, ""));
    const given = { environment: { MY_HOST_KEY: "secret" } };
    expect((await trunkline(["models", "my-host/qwen", "--json"], given)).stdout).toContain('"inputUsdPerMTok": "0.2"');
  });

  test("never overwrites", async () => {
    writeFileSync(file(".env"), "OPENAI_API_KEY=mine\n");
    await trunkline(["init"]);
    await trunkline(["init"]);
    expect(readFileSync(file(".env"), "utf8")).toBe("OPENAI_API_KEY=mine\n");
    expect(readFileSync(file(".gitignore"), "utf8")).toBe(".env\n");
    expect(existsSync(file("trunkline.yaml"))).toBe(true);
  });
});

test("an unknown command is refused with the nearest", async () => {
  const { code, stderr } = await trunkline(["aks", "Hi"]);
  expect(code).toBe(exitCodes.usage);
  expect(stderr).toContain("Did you mean ask?");
});

test("a trunkline.yaml that cannot be used is described, not traced", async () => {
  writeFileSync(file("trunkline.yaml"), "listn: 127.0.0.1:1\n");
  const { code, stderr } = await trunkline(["ask", "Hi", ...echo]);
  expect(code).toBe(exitCodes.usage);
  expect(stderr).toMatch(/trunkline\.yaml:1:1.*Did you mean "listen"/);
});
