// The executable as a process of its own: signals, a reader that goes away, a start without a network. Skipped where it is not built.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cleanEnvironment, type Folder, main, runCommand, temporaryFolder } from "../../test/e2e/gateway-process.js";

let folder: Folder;
let started: ChildProcess[];

beforeEach(() => {
  folder = temporaryFolder();
  started = [];
});
afterEach(() => {
  for (const child of started) child.kill("SIGKILL");
  folder.remove();
});

const environment = () => ({ HOME: folder.path, XDG_DATA_HOME: folder.path });

function start(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder.path,
    env: cleanEnvironment({ ...environment(), ...more }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.on("exit", (code) => resolve(code)));
  return { child, ended, stdout: () => stdout, stderr: () => stderr };
}

async function endings(): Promise<readonly string[]> {
  const { stdout } = await runCommand(["logs", "--json"], { folder, environment: environment() });
  const { data }: { readonly data: readonly { readonly ending: string }[] } = JSON.parse(stdout);
  return data.map(({ ending }) => ending);
}

/** The echo says a word each 10 ms: this takes it half a minute. */
const long = ["ask", "word ".repeat(3_000), "-m", "simulator/echo"];
const patience = { timeout: 10_000 };

describe.skipIf(!existsSync(main))("the executable", () => {
  test("prints its help and its version to standard output", async () => {
    const help = await runCommand(["--help"], { folder });
    expect([help.code, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toContain("compare");
    expect((await runCommand(["--version"], { folder })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.skipIf(process.platform === "win32")("Ctrl-C ends the call and exits with 130", async () => {
    const asked = start(long);
    await expect.poll(asked.stdout, patience).toContain("word");
    asked.child.kill("SIGINT");
    expect(await asked.ended).toBe(130);
    expect(await endings()).toEqual(["client_gone"]);
  });

  test("a reader that has seen enough is no failure", async () => {
    const asked = start(long);
    await expect.poll(asked.stdout, patience).toContain("word");
    asked.child.stdout?.destroy();
    expect(await asked.ended).toBe(0);
    expect(asked.stderr()).toBe("");
    expect(await endings()).toEqual(["client_gone"]);
  });

  test.skipIf(process.platform === "win32")(
    "where nothing can be fetched, start says what to do and serves the echo",
    async () => {
      const gateway = start(["start", "--listen", "127.0.0.1:0"], { PATH: "/nonexistent" });
      await expect.poll(gateway.stdout, patience).toContain("console.log");
      expect(gateway.stderr()).toContain("180 MB");
      expect(gateway.stderr()).toMatch(/could not be fetched\. .*trunkline pull.*TRUNKLINE_WEIGHTS/);
      expect(gateway.stdout()).toContain('"simulator/echo" is no model');
      const asked = await runCommand(["ask", "Hi", "-m", "simulator/echo"], { folder, environment: environment() });
      expect([asked.code, asked.stderr]).toEqual([0, ""]);
      gateway.child.kill("SIGTERM");
      expect(await gateway.ended).toBe(0);
    },
  );
});
