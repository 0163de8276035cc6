// A pull in a process of its own that is killed: wherever that happens, what is left is the old state or a beginning that
// the next run goes on with.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { tryLock } from "../../src/store/lock.js";
import { realClock, realTimers } from "../../src/surroundings.js";
import { pullLocalModel } from "../../src/upstream/local/pull.js";
import { type FileHost, type Manners, startFileHost } from "./file-host.js";
import { type Folder, temporaryFolder } from "./gateway-process.js";

const content = Buffer.from(Array.from({ length: 400_000 }, (_, index) => (index * 7919) % 251));
const sha256 = createHash("sha256").update(content).digest("hex");
const dist = new URL("../../dist/", import.meta.url).href;

/**
 * Pulls small weights, with a stand-in for npm, and writes each event as a line.
 * Arguments: data folder, mirrors, and the change of the disk before which the process kills itself (0: none).
 */
const program = `
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
const [dataDir, mirrors, killBefore] = process.argv.slice(2);
let changes = 0;
for (const name of ["mkdir", "rename", "rm", "open", "writeFile"]) {
  const real = fs[name];
  fs[name] = (...given) => {
    if (++changes === Number(killBefore)) process.kill(process.pid, "SIGKILL");
    return real(...given);
  };
}
syncBuiltinESMExports();
const { pullLocalModel } = await import("${dist}upstream/local/pull.js");
const { tryLock } = await import("${dist}store/lock.js");
const { realClock, realTimers } = await import("${dist}surroundings.js");
const file = { fileName: "tiny.gguf", bytes: ${content.length}, sha256: "${sha256}" };
const mirror = { kind: "mirrors", label: "mirrors", variable: "TRUNKLINE_MIRRORS", verified: true };
const result = await pullLocalModel({
  dataDir, env: { TRUNKLINE_MIRRORS: mirrors }, clock: realClock, timers: realTimers, tryLock,
  weights: { modelId: "tiny", title: "Tiny", licence: "none", file, sources: [mirror] },
  async installRuntime(into) { await fs.mkdir(join(into, "node_modules")); },
  report: (event) => console.log(JSON.stringify(event)),
});
console.log(JSON.stringify({ kind: "result", ...result, changes }));
`;

let folder: Folder;
let script: string;
let dataDir: string;
let host: FileHost;
let children: ChildProcess[];
beforeEach(() => {
  folder = temporaryFolder();
  script = folder.write("pull.mjs", program);
  dataDir = join(folder.path, "data");
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await host.close();
  folder.remove();
});

interface Pull {
  readonly child: ChildProcess;
  output(): string;
  /** Its last line. */
  readonly ended: Promise<{ kind?: string; ok?: boolean; source?: string; fetchedBytes?: number; changes?: number }>;
}

function start(killBefore = 0): Pull {
  const child = spawn(process.execPath, [script, dataDir, host.url, String(killBefore)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => {
    output += bytes.toString();
  });
  child.stderr.on("data", (bytes: Buffer) => {
    output += bytes.toString();
  });
  const ended = new Promise<string>((resolve) => child.once("close", () => resolve(output)));
  return { child, output: () => output, ended: ended.then((all) => JSON.parse(all.trim().split("\n").at(-1) || "{}")) };
}

/** The same pull in this process, which is quicker than another one. */
function pullHere() {
  const mirrors = { kind: "mirrors", label: "mirrors", variable: "TRUNKLINE_MIRRORS", verified: true } as const;
  const file = { fileName: "tiny.gguf", bytes: content.length, sha256 };
  return pullLocalModel({
    dataDir,
    env: { TRUNKLINE_MIRRORS: host.url },
    clock: realClock,
    timers: realTimers,
    tryLock,
    weights: { modelId: "tiny", title: "Tiny", licence: "none", file, sources: [mirrors] },
    async installRuntime(into) {
      mkdirSync(join(into, "node_modules"));
      return undefined;
    },
  });
}

async function hostOf(...manners: readonly Manners[]): Promise<void> {
  host = await startFileHost(content, ...manners);
}

const local = (name: string) => join(dataDir, "local", name);
const sizeOf = (path: string) => (existsSync(path) ? statSync(path).size : 0);
const patience = { timeout: 10_000, interval: 5 };

function expectWhole(): void {
  expect(readFileSync(local("models/tiny.gguf")).equals(content)).toBe(true);
  const names = readdirSync(join(dataDir, "local"), { recursive: true }).map(String).sort();
  const left = names.filter((name) => !name.startsWith("pull.lock"));
  const runtime = ["runtime", join("runtime", "complete.json"), join("runtime", "node_modules")];
  expect(left).toEqual(["models", join("models", "tiny.gguf"), ...runtime]);
}

describe("a pull", () => {
  test("killed in mid-download is gone on with, and only the rest is served", async () => {
    await hostOf({ stallAfter: 150_000 }, {});
    const killed = start();
    await expect.poll(() => sizeOf(local("partial/tiny.gguf")), patience).toBe(150_000);
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(existsSync(local("models"))).toBe(false);
    const result = await start().ended;
    expect(result).toMatchObject({ ok: true, fetchedBytes: content.length - 150_000 });
    expect(host.asked.slice(1)).toMatchObject([
      { range: `bytes=150000-`, ifRange: '"one"', sentBytes: content.length - 150_000 },
    ]);
    expectWhole();
  });

  test("killed before any change of the disk leaves the old state or a beginning, and the next run mends it", async () => {
    await hostOf();
    const { changes = 0 } = await start().ended;
    expectWhole();
    expect(changes).toBeGreaterThan(10);
    for (let killBefore = 1; killBefore <= changes; killBefore++) {
      rmSync(dataDir, { recursive: true });
      expect((await start(killBefore).ended).kind, `killed before change ${killBefore}`).not.toBe("result");
      const weights = local("models/tiny.gguf");
      if (existsSync(weights)) expect(readFileSync(weights).equals(content)).toBe(true);
      if (existsSync(local("runtime")))
        expect(readdirSync(local("runtime"))).toEqual(["complete.json", "node_modules"]);
      expect(await pullHere(), `after change ${killBefore}`).toMatchObject({ ok: true });
      expectWhole();
    }
  }, 90_000);

  test("waits for another process's, and goes on where that one was killed", async () => {
    await hostOf({ stallAfter: 150_000 }, {});
    const first = start();
    await expect.poll(() => sizeOf(local("partial/tiny.gguf")), patience).toBe(150_000);
    const second = start();
    await expect.poll(second.output, patience).toContain('"waiting"');
    expect(host.asked.length).toBe(1);
    first.child.kill("SIGKILL");
    await first.ended;
    expect(await second.ended).toMatchObject({ ok: true, fetchedBytes: content.length - 150_000 });
    expectWhole();
  });
});
