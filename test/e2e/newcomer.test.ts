// What a newcomer does, word for word: clone, install, start, ask through the official SDKs, compare, look into the log.
// It installs everything again and so runs only when asked for: TRUNKLINE_NEWCOMER=1 (`npm run test:newcomer`, and CI).
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultDataDir } from "../../src/config/load.js";
import { localModelInstalled } from "../../src/upstream/local/installed.js";
import { type Folder, temporaryFolder } from "./gateway-process.js";

const asked = process.env.TRUNKLINE_NEWCOMER === "1";
const repository = fileURLToPath(new URL("../..", import.meta.url));
const usualData = defaultDataDir({ ...process.env, HOME: homedir() });
const hasWeights = localModelInstalled(usualData);
const model = hasWeights ? "local/smollm2-135m-instruct" : "simulator/echo";

let folder: Folder;
let clone: string;
let environment: Record<string, string>;
let started: ChildProcess | undefined;
let url = "";
let printed = "";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe.skipIf(!asked)("a newcomer", () => {
  beforeAll(async () => {
    folder = temporaryFolder();
    clone = join(folder.path, "trunkline");
    const data = join(folder.path, "data");
    mkdirSync(data);
    if (hasWeights) symlinkSync(join(usualData, "local"), join(data, "local"));
    environment = {
      PATH: process.env.PATH ?? "",
      HOME: homedir(),
      TRUNKLINE_DATA: data,
      TRUNKLINE_LISTEN: `127.0.0.1:${await freePort()}`,
      // Without weights a start would fetch 180 MB: a key, though it opens nothing, says that there is no need to.
      ...(hasWeights ? {} : { OPENAI_API_KEY: "not-a-real-key" }),
    };
    execFileSync("git", ["clone", "--quiet", repository, clone]);
    execFileSync("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund"], {
      cwd: clone,
      env: environment,
      stdio: "pipe",
    });
    started = spawn("npm", ["start"], {
      cwd: clone,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
    };
    started.stdout?.on("data", read);
    started.stderr?.on("data", read);
    url = `http://${environment.TRUNKLINE_LISTEN}`;
    for (let tries = 0; tries < 600; tries++) {
      if (
        await fetch(`${url}/health`).then(
          (answer) => answer.ok,
          () => false,
        )
      )
        return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`it did not start:\n${printed}`);
  }, 180_000);

  afterAll(async () => {
    if (started?.pid !== undefined) {
      process.kill(-started.pid, "SIGTERM");
      await new Promise((resolve) => started?.on("exit", resolve));
    }
    folder.remove();
  }, 30_000);

  test("is told the base URL, a curl, and the lines of Python and TypeScript", () => {
    expect(printed).toContain(`${url}/v1`);
    expect(printed).toContain("curl ");
    expect(printed).toContain("from openai import OpenAI");
    expect(printed).toContain('import OpenAI from "openai"');
  });

  test("gets an answer through the OpenAI SDK of TypeScript", async () => {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "anything" });
    const messages = [{ role: "user" as const, content: "Say hello in one short sentence." }];
    const answer = await client.chat.completions.create({ model, messages, max_tokens: 40 });
    expect(answer.choices[0]?.message.content?.length).toBeGreaterThan(0);
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
  }, 120_000);

  test("gets an answer through the OpenAI SDK of Python", ({ skip }) => {
    const packages = join(folder.path, "python");
    const pip = spawnSync("python3", ["-m", "pip", "install", "--quiet", "--target", packages, "openai"], {
      encoding: "utf8",
    });
    if (pip.status !== 0) skip("Python with pip is missing here");
    const script = folder.write(
      "hello.py",
      `from openai import OpenAI
client = OpenAI(base_url="${url}/v1", api_key="anything")
answer = client.chat.completions.create(model="${model}", messages=[{"role": "user", "content": "Say hello."}], max_tokens=40)
print("ANSWER", answer.choices[0].message.content)
`,
    );
    const run = spawnSync("python3", [script], { encoding: "utf8", env: { ...environment, PYTHONPATH: packages } });
    expect(run.stdout, run.stderr).toMatch(/^ANSWER \S/);
  }, 180_000);

  const trunkline = (...args: string[]) =>
    spawnSync(process.execPath, [join(clone, "dist", "cli", "main.js"), ...args], {
      cwd: clone,
      env: environment,
      encoding: "utf8",
    });

  test("compares two models side by side", () => {
    const run = trunkline("compare", "Say hello.", "-m", model, "-m", "simulator/echo", "--json");
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toContain("simulator/echo");
  }, 120_000);

  test("finds all of it in the log, with tokens", () => {
    const run = trunkline("logs", "--json");
    const { data }: { readonly data: readonly { readonly ending: string }[] } = JSON.parse(run.stdout);
    expect(data.length).toBeGreaterThanOrEqual(3);
    expect(data.every((row) => row.ending === "done")).toBe(true);
  });

  test("has a build that git ignores: nothing that was started changed the clone", () => {
    expect(execFileSync("git", ["status", "--porcelain"], { cwd: clone, encoding: "utf8" })).toBe("");
    expect(existsSync(join(clone, "dist"))).toBe(true);
  });
});
