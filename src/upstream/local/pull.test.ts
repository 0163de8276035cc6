// Pulling with a tiny stand-in for the weights and for the runtime: no npm, no pip, no network beyond loopback.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FileHost, type Manners, startFileHost } from "../../../test/e2e/file-host.js";
import { realClock, realTimers } from "../../surroundings.js";
import { localModelInstalled } from "./installed.js";
import { type PullOptions, pullLocalModel } from "./pull.js";
import type { PullEvent } from "./pull-events.js";
import type { Weights, WeightsSource } from "./weights.js";

const bytes = Buffer.from("GGUF and then some weights that are not worth much");
const named: WeightsSource = { kind: "named", label: "the named file", variable: "TRUNKLINE_WEIGHTS", verified: true };
const mirrors: WeightsSource = { kind: "mirrors", label: "mirrors", variable: "TRUNKLINE_MIRRORS", verified: true };
const hub: WeightsSource = {
  kind: "hub",
  label: "the hub",
  endpoint: "https://hub.invalid",
  variable: "HF_ENDPOINT",
  path: "/a/b/tiny.gguf",
  verified: false,
};
const wheel: WeightsSource = {
  kind: "wheel",
  label: "the wheel",
  packageName: "tiny-weights",
  version: "1.0",
  bytes: 500,
  member: "tiny/tiny.gguf",
  verified: true,
};

function weightsFrom(...sources: WeightsSource[]): Weights {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const file = { fileName: "tiny.gguf", bytes: bytes.length, sha256 };
  return { modelId: "tiny", title: "Tiny", licence: "none", file, sources };
}

let folder: string;
let dataDir: string;
let hosts: FileHost[];
let events: PullEvent[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trunkline-pull-"));
  dataDir = join(folder, "data");
  [hosts, events] = [[], []];
});
afterEach(async () => {
  for (const host of hosts) await host.close();
  rmSync(folder, { recursive: true, force: true });
});

async function hostOf(...manners: readonly Manners[]): Promise<FileHost> {
  const host = await startFileHost(bytes, ...manners);
  hosts.push(host);
  return host;
}

const installRuntime = async (into: string) => {
  mkdirSync(join(into, "node_modules"));
  return undefined;
};
const unreachable: typeof fetch = async () => {
  throw new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND hub.invalid") });
};

/** In the place of the lock that other processes see, one that this process sees. */
const locked = new Set<string>();
async function tryLock(path: string) {
  if (locked.has(path)) return undefined;
  locked.add(path);
  return { release: () => void locked.delete(path) };
}

/** Pauses between two tries pass at once. */
const timers: PullOptions["timers"] = {
  after: (ms, run) => realTimers.after(ms >= 1_000 && ms < 5_000 ? 0 : ms, run),
};

function pull(options: Partial<PullOptions>) {
  const weights = weightsFrom(named, mirrors, hub);
  const report = (event: PullEvent) => events.push(event);
  const given = { dataDir, env: { PATH: "" }, clock: realClock, timers, tryLock, fetchImpl: unreachable };
  return pullLocalModel({ ...given, installRuntime, weights, report, ...options });
}

function fileNamed(content: Buffer): NodeJS.ProcessEnv {
  writeFileSync(join(folder, "mine.gguf"), content);
  return { PATH: "", TRUNKLINE_WEIGHTS: join(folder, "mine.gguf") };
}

/** A `pip3` on a PATH of its own that copies a wheel into the folder after `--dest`. */
function pathWithPip(member: string): NodeJS.ProcessEnv {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(folder, "tiny.whl"), zipOf(member, bytes));
  const script = `const { cpSync } = require("node:fs");
const dest = process.argv[process.argv.indexOf("--dest") + 1];
cpSync(${JSON.stringify(join(folder, "tiny.whl"))}, dest + "/tiny.whl");`;
  writeFileSync(join(bin, "pip3"), `#!${process.execPath}\n${script}`, { mode: 0o755 });
  return { PATH: bin };
}

function zipOf(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt16LE(name.length, 28);
  const start = local.length + name.length + packed.length;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(entry.length + name.length, 12);
  end.writeUInt32LE(start, 16);
  return Buffer.concat([local, Buffer.from(name), packed, entry, Buffer.from(name), end]);
}

const leftovers = () =>
  existsSync(join(dataDir, "local")) ? readdirSync(join(dataDir, "local"), { recursive: true }).map(String).sort() : [];
const whole = ["models", "models/tiny.gguf", "runtime", "runtime/complete.json", "runtime/node_modules"];
const runtime = whole.slice(2);

function leave(content: Buffer, note: object = {}): void {
  const { sha256 } = weightsFrom().file;
  mkdirSync(join(dataDir, "local/partial"), { recursive: true });
  writeFileSync(join(dataDir, "local/partial/tiny.gguf"), content);
  const all = { version: 1, url: "https://hub.invalid/a/b/tiny.gguf", bytes: bytes.length, sha256, ...note };
  writeFileSync(join(dataDir, "local/partial/tiny.gguf.json"), JSON.stringify(all));
}

describe("pullLocalModel", () => {
  test("takes the file that the user names and leaves nothing but the install", async () => {
    const result = await pull({ env: fileNamed(bytes) });
    expect(result).toMatchObject({ ok: true, source: "the named file", bytes: bytes.length, problems: [] });
    expect(readFileSync(join(dataDir, "local/models/tiny.gguf"))).toEqual(bytes);
    expect(leftovers()).toEqual(whole);
    expect(localModelInstalled(dataDir, weightsFrom())).toBe(true);
    const { length } = bytes;
    expect(events).toContainEqual({
      kind: "progress",
      label: "the named file",
      receivedBytes: length,
      totalBytes: length,
    });
  });

  test("finds the file by its name in a folder that the user names", async () => {
    writeFileSync(join(folder, "tiny.gguf"), bytes);
    expect(await pull({ env: { TRUNKLINE_WEIGHTS: folder } })).toMatchObject({ ok: true, source: "the named file" });
  });

  test("returns at once when everything is there", async () => {
    await pull({ env: fileNamed(bytes) });
    const never = async () => "must not run";
    expect(await pull({ installRuntime: never })).toMatchObject({ ok: true, source: "already there" });
  });

  test("says first what is to be fetched, from where, and what disk it takes", async () => {
    leave(bytes.subarray(0, 20));
    await pull({ env: fileNamed(bytes), freeBytes: async () => 200_000_000 });
    expect(events[0]).toEqual({
      kind: "plan",
      items: [
        { label: "runtime (llama.cpp)", bytes: 83_000_000, presentBytes: 0 },
        { label: "Tiny", bytes: 50, presentBytes: 20 },
      ],
      neededBytes: 83_000_030,
      freeBytes: 200_000_000,
      folder: join(dataDir, "local"),
      sources: ["the named file", "the hub"],
    });
    expect(leftovers()).toEqual(whole);
  });

  test("fetches nothing where the disk is too small for it", async () => {
    const never = async () => "must not run";
    const result = await pull({ installRuntime: never, freeBytes: async () => 50_000_000 });
    expect(result).toEqual({
      ok: false,
      problems: [{ source: join(dataDir, "local"), sentence: "The disk has 50.0 MB free, and 83.0 MB are needed." }],
      whatToDo: "Make room on that disk, or name a folder on another one with `--data`.",
    });
    expect(leftovers()).toEqual([]);
  });

  test("refuses a file with another checksum and leaves no weights behind", async () => {
    const result = await pull({ env: fileNamed(Buffer.from(bytes).fill(1, 0, 1)), weights: weightsFrom(named) });
    expect(result).toMatchObject({ ok: false, problems: [{ source: "the named file" }] });
    expect(result.ok ? "" : result.problems[0]?.sentence).toMatch(
      /checksum is not the expected one: SHA-256 [0-9a-f]{64}/,
    );
    expect(leftovers().filter((name) => name !== "partial")).toEqual(runtime);
    expect(localModelInstalled(dataDir, weightsFrom())).toBe(false);
  });

  test("refuses a file of another length without reading it", async () => {
    const result = await pull({ env: fileNamed(bytes.subarray(1)), weights: weightsFrom(named) });
    const sentence = "TRUNKLINE_WEIGHTS names a file of 49 bytes; the weights have 50.";
    expect(result).toMatchObject({ ok: false, problems: [{ sentence }] });
  });

  test("removes what killed runs left and nobody can go on with", async () => {
    mkdirSync(join(dataDir, "local/partial-999"), { recursive: true });
    writeFileSync(join(dataDir, "local/partial-999", "tiny.gguf"), "half");
    leave(bytes.subarray(0, 8));
    mkdirSync(join(dataDir, "local/partial/scratch/runtime"), { recursive: true });
    writeFileSync(join(dataDir, "local/partial/without-a-note"), "half");
    writeFileSync(join(dataDir, "local/partial/without-a-file.json"), "{}");
    await pull({});
    expect(leftovers()).toEqual(["partial", "partial/tiny.gguf", "partial/tiny.gguf.json", ...runtime]);
  });

  test("forgets a partial file that nobody went on with for a month", async () => {
    leave(bytes.subarray(0, 8));
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
    utimesSync(join(dataDir, "local/partial/tiny.gguf"), ago(29), ago(29));
    await pull({});
    expect(leftovers()).toContain("partial/tiny.gguf");
    utimesSync(join(dataDir, "local/partial/tiny.gguf"), ago(31), ago(31));
    await pull({});
    expect(leftovers().filter((name) => name !== "partial")).toEqual(runtime);
  });

  test("asks the sources in order, says why each failed and what to do", async () => {
    const dead = await startFileHost(bytes);
    await dead.close();
    const lying = await hostOf({ content: Buffer.alloc(bytes.length) });
    const result = await pull({
      env: { PATH: "", TRUNKLINE_WEIGHTS: "/nowhere", TRUNKLINE_MIRRORS: `${dead.url}/a, ftp://x ,${lying.url}` },
      weights: weightsFrom(named, mirrors, hub, wheel),
      fetchImpl: (url, init) => (String(url).startsWith("https:") ? unreachable(url, init) : fetch(url, init)),
    });
    expect(result).toEqual({
      ok: false,
      problems: [
        { source: "the named file", sentence: "TRUNKLINE_WEIGHTS names /nowhere, and there is nothing." },
        { source: `the mirror ${dead.url}`, sentence: expect.stringMatching(/^It can't be reached \(.*ECONNREFUSED/) },
        { source: "TRUNKLINE_MIRRORS", sentence: "It names something that is no http or https address." },
        { source: `the mirror ${lying.url}`, sentence: expect.stringMatching(/^Its checksum is not the expected one/) },
        { source: "the hub", sentence: "It can't be reached (getaddrinfo ENOTFOUND hub.invalid)." },
        { source: "the wheel", sentence: "There is no pip on this machine." },
      ],
      whatToDo: expect.stringContaining("set TRUNKLINE_WEIGHTS to its path"),
    });
    const told = events
      .filter((event) => event.kind === "problem")
      .map(({ source, sentence }) => ({ source, sentence }));
    expect(told).toEqual(result.problems);
  });

  test("takes the first mirror that serves the right file, and counts what it took", async () => {
    const [down, up, unasked] = [await hostOf({ status: 503 }), await hostOf(), await hostOf()];
    const TRUNKLINE_MIRRORS = `${down.url},${up.url}/some/folder/,${unasked.url}`;
    const result = await pull({ env: { TRUNKLINE_MIRRORS }, fetchImpl: fetch });
    expect(result).toMatchObject({ ok: true, source: `the mirror ${up.url}`, fetchedBytes: bytes.length });
    expect(result.problems).toEqual([{ source: `the mirror ${down.url}`, sentence: "It answered with status 503." }]);
    expect([up.asked[0]?.path, unasked.asked]).toEqual(["/some/folder/tiny.gguf", []]);
    expect(leftovers()).toEqual(whole);
  });

  test("goes on at the next mirror where the one before broke off", async () => {
    const taken = () => events.filter((event) => event.kind === "progress").length === breaking.asked.length;
    const breaking: FileHost = await hostOf({ cutAfter: 10, taken });
    const up = await hostOf();
    const result = await pull({ env: { TRUNKLINE_MIRRORS: `${breaking.url},${up.url}` }, fetchImpl: fetch });
    expect(result).toMatchObject({ ok: true, source: `the mirror ${up.url}`, fetchedBytes: bytes.length });
    expect(up.asked.map(({ range }) => range)).toEqual(["bytes=30-"]);
    expect(readFileSync(join(dataDir, "local/models/tiny.gguf"))).toEqual(bytes);
  });

  test("downloads from the hub, or from the host that HF_ENDPOINT names in its place", async () => {
    const fetchImpl: typeof fetch = async () => new Response(bytes);
    expect(await pull({ fetchImpl })).toMatchObject({ ok: true, source: "the hub", problems: [] });
    rmSync(dataDir, { recursive: true });
    const host = await hostOf();
    const result = await pull({ fetchImpl: fetch, env: { HF_ENDPOINT: `${host.url}/` } });
    expect(result).toMatchObject({ ok: true, source: `the hub at ${host.url}` });
    expect(host.asked[0]?.path).toBe("/a/b/tiny.gguf");
  });

  test.skipIf(process.platform === "win32")("unpacks the one file out of the wheel that pip brings", async () => {
    const result = await pull({ env: pathWithPip("tiny/tiny.gguf"), weights: weightsFrom(named, hub, wheel) });
    expect(result).toMatchObject({ ok: true, source: "the wheel", problems: [{ source: "the hub" }] });
    expect(readFileSync(join(dataDir, "local/models/tiny.gguf"))).toEqual(bytes);
    expect(leftovers()).toEqual(whole);
  });

  test.skipIf(process.platform === "win32")("says so when the wheel holds another file", async () => {
    const result = await pull({ env: pathWithPip("tiny/else.gguf"), weights: weightsFrom(wheel) });
    expect(result).toMatchObject({ ok: false, problems: [{ sentence: "The archive holds no tiny/tiny.gguf." }] });
  });

  test("asks pip for nothing where the disk takes no wheel besides the weights", async () => {
    const free = [83_000_100, 549];
    const result = await pull({ weights: weightsFrom(wheel), freeBytes: async () => free.shift() });
    const sentence = "The disk has 0.0 MB free, and this way needs 0.0 MB.";
    expect(result).toMatchObject({ ok: false, problems: [{ source: "the wheel", sentence }] });
  });

  test("installs no half of a runtime", async () => {
    const broken = async (into: string) => {
      writeFileSync(join(into, "package.json"), "{}");
      return "npm ended with code 1";
    };
    const result = await pull({ env: fileNamed(bytes), installRuntime: broken });
    expect(result).toMatchObject({ ok: false, problems: [{ sentence: "npm ended with code 1" }] });
    expect(leftovers()).toEqual(["partial"]);
  });

  test("stops when it is told to, keeps what came, and the next run fetches the rest", async () => {
    const stop = new AbortController();
    const host = await hostOf({ stallAfter: 8 }, {});
    const given = { env: { TRUNKLINE_MIRRORS: host.url }, fetchImpl: fetch };
    const report = (event: PullEvent) => void (event.kind === "progress" && event.receivedBytes === 8 && stop.abort());
    expect(await pull({ ...given, report, signal: stop.signal })).toEqual({
      ok: false,
      problems: [{ source: `the mirror ${host.url}`, sentence: "It was stopped." }],
      whatToDo: "The pull was stopped; run `trunkline pull` again. It goes on at 0.0 MB of 0.0 MB.",
    });
    expect(leftovers()).toEqual(["partial", "partial/tiny.gguf", "partial/tiny.gguf.json", ...runtime]);
    expect(await pull(given)).toMatchObject({ ok: true, fetchedBytes: bytes.length - 8 });
    expect(host.asked.map(({ sentBytes }) => sentBytes)).toEqual([8, bytes.length - 8]);
    expect(leftovers()).toEqual(whole);
  });

  test("a second pull says that it waits, and fetches nothing itself", async () => {
    const host = await hostOf({ pace: 10 });
    const given = { env: { TRUNKLINE_MIRRORS: host.url }, fetchImpl: fetch };
    const results = await Promise.all([pull(given), pull(given)]);
    expect(results.map((result) => result.ok && [result.source, result.fetchedBytes]).sort()).toEqual([
      ["already there", 0],
      [`the mirror ${host.url}`, bytes.length],
    ]);
    expect(events.filter((event) => event.kind === "waiting")).toEqual([
      { kind: "waiting", folder: join(dataDir, "local") },
    ]);
    expect(host.asked.length).toBe(1);
  });

  test("a pull that waits can be stopped, and gives up after an hour", async () => {
    const held = async () => undefined;
    const stop = new AbortController();
    const stopped = pull({ tryLock: held, signal: stop.signal, report: () => stop.abort() });
    expect(await stopped).toMatchObject({ ok: false, problems: [{ sentence: "It was stopped." }] });
    let nowMs = 0;
    const clock = { ...realClock, monotonicMs: () => (nowMs += 600_000) };
    const late = await pull({ tryLock: held, clock, timers: { after: (_ms, run) => realTimers.after(0, run) } });
    expect(late).toMatchObject({ ok: false, problems: [{ sentence: "Another pull is still at work." }] });
  });

  test("clears away what a run left that was killed after the weights were in place", async () => {
    await pull({ env: fileNamed(bytes) });
    mkdirSync(join(dataDir, "local/partial/scratch/weights"), { recursive: true });
    writeFileSync(join(dataDir, "local/partial/scratch/weights/tiny.gguf"), bytes);
    expect(await pull({})).toMatchObject({ ok: true, source: "already there", problems: [] });
    expect(leftovers()).toEqual(whole);
  });

  test("says so when the folder can't be written", async () => {
    writeFileSync(join(folder, "file"), "");
    const nowhere = await pull({ dataDir: join(folder, "file") });
    expect(nowhere).toMatchObject({ ok: false, problems: [{ sentence: expect.stringMatching(/ENOTDIR|EEXIST/) }] });
  });

  test("asks no other source when the disk is full", async () => {
    const [host, other] = [await hostOf(), await hostOf()];
    const full = (event: PullEvent) => {
      if (event.kind === "progress") throw Object.assign(new Error("ENOSPC: write"), { code: "ENOSPC" });
    };
    const env = { TRUNKLINE_MIRRORS: `${host.url},${other.url}` };
    const { problems } = await pull({ env, fetchImpl: fetch, report: full });
    expect(problems).toEqual([{ source: `the mirror ${host.url}`, sentence: "The disk is full." }]);
    expect(other.asked).toEqual([]);
  });
});
