// Downloads from a host on loopback that cuts, stalls, changes its mind and lies.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FileHost, type Manners, startFileHost } from "../../../test/e2e/file-host.js";
import { type DownloadContext, download } from "./download.js";

const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 251));
const sha256 = createHash("sha256").update(content).digest("hex");
const file = { fileName: "tiny.gguf", bytes: content.length, sha256 };

let folder: string;
let hosts: FileHost[];
let again: string[];
let fresh: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trunkline-download-"));
  [hosts, again, fresh] = [[], [], 0];
});
afterEach(async () => {
  for (const host of hosts) await host.close();
  rmSync(folder, { recursive: true, force: true });
});

async function hostOf(...manners: readonly Manners[]): Promise<FileHost> {
  const host = await startFileHost(content, ...manners);
  hosts.push(host);
  return host;
}

/** Cuts each answer after so many bytes, once they were taken. */
function cutAfter(bytes: number): Manners {
  return { cutAfter: bytes, taken: () => fresh >= bytes * (hosts[0]?.asked.length ?? 0) };
}

/** Pauses pass at once; the limits of answers and stalls are real. */
const timers: DownloadContext["timers"] = {
  after(ms, run) {
    const timer = setTimeout(run, ms >= 1_000 && ms < 5_000 ? 0 : ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

function from(url: string, more: Partial<DownloadContext> & { authorization?: string } = {}) {
  const { authorization, ...rest } = more;
  return download(
    { kind: "web", label: "the host", url: `${url}/tiny.gguf`, authorization },
    {
      file,
      partialFolder: folder,
      fetchImpl: fetch,
      timers,
      signal: undefined,
      stallMs: 150,
      received(_bytes, more) {
        fresh += more;
      },
      again: (sentence) => again.push(sentence),
      ...rest,
    },
  );
}

/** How many bytes are here; undefined where they are not the weights' first ones. */
function here(): number | undefined {
  const path = join(folder, "tiny.gguf");
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  return content.subarray(0, bytes.length).equals(bytes) ? bytes.length : undefined;
}
const whole = content.length;
const ranges = (host: FileHost) => host.asked.map(({ range }) => range);

/** What a run before this one left, from the first host unless told otherwise. */
function leave(bytes: Buffer, note: object = {}): void {
  const { bytes: size } = file;
  const url = `${hosts[0]?.url}/tiny.gguf`;
  const all = { version: 1, url, etag: '"one"', bytes: size, sha256, ...note };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "tiny.gguf"), bytes);
  writeFileSync(join(folder, "tiny.gguf.json"), JSON.stringify(all));
}

describe("a download", () => {
  test("arrives whole, in one request, with a note beside it", async () => {
    const host = await hostOf();
    expect(await from(host.url)).toBeUndefined();
    expect(here()).toBe(whole);
    expect([ranges(host), again, fresh]).toEqual([[undefined], [], content.length]);
    const note = JSON.parse(readFileSync(join(folder, "tiny.gguf.json"), "utf8"));
    expect(note).toEqual({ version: 1, url: `${host.url}/tiny.gguf`, etag: '"one"', bytes: content.length, sha256 });
  });

  test("goes on after cuts, each time where the last one stopped, and fetches no byte twice", async () => {
    const host = await hostOf(cutAfter(30_000), cutAfter(30_000), {});
    expect(await from(host.url)).toBeUndefined();
    expect(here()).toBe(whole);
    expect(ranges(host)).toEqual([undefined, "bytes=30000-", "bytes=60000-"]);
    expect(host.asked.map(({ ifRange }) => ifRange)).toEqual([undefined, '"one"', '"one"']);
    expect(fresh).toBe(content.length);
    expect(again[0]).toMatch(/^The connection broke off after 30000 of 100000 bytes/);
  });

  test("gives a source up after the third cut and keeps what came", async () => {
    const host = await hostOf(cutAfter(10_000));
    expect(await from(host.url)).toMatch(/^The connection broke off after 30000 of 100000 bytes/);
    expect([host.asked.length, here()]).toEqual([3, 30_000]);
  });

  test("counts silence as a cut", async () => {
    const host = await hostOf({ stallAfter: 40_000 }, {});
    expect(await from(host.url)).toBeUndefined();
    expect(again).toEqual(["No byte came for 0.15 seconds."]);
    expect(ranges(host)).toEqual([undefined, "bytes=40000-"]);
  });

  test("goes on with what a run before it left", async () => {
    const host = await hostOf();
    leave(content.subarray(0, 60_000));
    expect(await from(host.url)).toBeUndefined();
    expect([here(), ranges(host), host.asked[0]?.sentBytes]).toEqual([whole, ["bytes=60000-"], 40_000]);
  });

  test("goes on at another source, which is not asked whether its file is the first one's", async () => {
    const host = await hostOf();
    leave(content.subarray(0, 60_000), { url: "https://elsewhere.invalid/tiny.gguf", etag: '"other"' });
    expect(await from(host.url)).toBeUndefined();
    expect(host.asked[0]).toMatchObject({ range: "bytes=60000-", ifRange: undefined, sentBytes: 40_000 });
  });

  test("asks nobody when the file was whole already", async () => {
    leave(content, { url: "https://elsewhere.invalid/tiny.gguf" });
    expect(await from("http://127.0.0.1:9")).toBeUndefined();
  });
});

describe("starts again from nothing", () => {
  test.each<[string, Manners, (string | undefined)[]]>([
    ["when the server sends the whole file for a part", { ignoreRange: true }, ["bytes=60000-"]],
    ["when the file has another ETag", { etag: '"two"' }, ["bytes=60000-"]],
    ["when a part comes with another ETag", { etag: '"two"', ignoreIfRange: true }, ["bytes=60000-", undefined]],
    [
      "when the part is another one",
      { status: 206, headers: { "content-range": "bytes 0-9/100000" } },
      ["bytes=60000-"],
    ],
    ["when the server has no such part", { status: 416 }, ["bytes=60000-"]],
  ])("%s", async (_when, manners, asked) => {
    const fixed = manners.status === undefined ? [manners] : [manners, {}];
    const host = await hostOf(...fixed);
    leave(content.subarray(0, 60_000));
    expect(await from(host.url)).toBeUndefined();
    expect(here()).toBe(whole);
    expect(ranges(host)).toEqual(manners.status === undefined ? asked : [...asked, undefined]);
  });

  test.each<[string, Buffer, object]>([
    ["a file that is longer than the weights", Buffer.alloc(content.length + 1), {}],
    ["an empty file", Buffer.alloc(0), {}],
    ["a note about other weights", content.subarray(0, 10), { sha256: "0".repeat(64) }],
    ["a note of a later version", content.subarray(0, 10), { version: 2 }],
    ["a note without an address", content.subarray(0, 10), { url: 7 }],
  ])("with %s", async (_what, bytes, note) => {
    const host = await hostOf();
    leave(bytes, note);
    expect(await from(host.url)).toBeUndefined();
    expect([here(), ranges(host)]).toEqual([whole, [undefined]]);
  });

  test.each(["", "{", "[]", "x".repeat(20_000)])("with a note that is none: %.10s", async (note) => {
    const host = await hostOf();
    leave(content.subarray(0, 60_000));
    writeFileSync(join(folder, "tiny.gguf.json"), note);
    expect(await from(host.url)).toBeUndefined();
    expect(ranges(host)).toEqual([undefined]);
  });

  test("once, when what was there was wrong and the rest is right", async () => {
    const host = await hostOf();
    leave(Buffer.alloc(60_000, 1));
    expect(await from(host.url)).toBeUndefined();
    expect([here(), ranges(host)]).toEqual([whole, ["bytes=60000-", undefined]]);
    expect(again).toEqual(["What was there from before was not right."]);
  });
});

describe("gives the source up and keeps nothing", () => {
  const nothing = () => expect(readdirSync(folder)).toEqual([]);

  test("when its bytes are wrong: one download, not two", async () => {
    const host = await hostOf({ content: Buffer.alloc(content.length, 1) });
    expect(await from(host.url)).toMatch(
      /^Its checksum is not the expected one: SHA-256 [0-9a-f]{64} \(100000 bytes\)/,
    );
    expect(host.asked.length).toBe(1);
    nothing();
  });

  test("when its file is longer, told by the length or not", async () => {
    const longer = Buffer.concat([content, Buffer.alloc(10)]);
    const told = await hostOf({ content: longer });
    expect(await from(told.url)).toBe("The file there has 100010 bytes instead of 100000.");
    const untold = await hostOf({ content: longer, chunked: true });
    expect(await from(untold.url)).toBe("It is longer than the weights are.");
    expect(told.asked.length + untold.asked.length).toBe(2);
    nothing();
  });

  test("when its file is shorter, told by the length or not", async () => {
    const shorter = content.subarray(0, 50_000);
    const told = await hostOf({ content: shorter });
    expect(await from(told.url)).toBe("The file there has 50000 bytes instead of 100000.");
    const untold = await hostOf({ content: shorter, chunked: true });
    expect(await from(untold.url)).toBe("It ended after 50000 of 100000 bytes.");
    nothing();
  });

  test("when the file has shrunk since", async () => {
    const host = await hostOf({ content: content.subarray(0, 70_000) });
    leave(content.subarray(0, 60_000));
    expect(await from(host.url)).toBe("The file there has 70000 bytes instead of 100000.");
    nothing();
  });
});

describe("gives the source up and keeps what is there from another", () => {
  test.each<[string, Manners, string]>([
    ["a status", { status: 503 }, "It answered with status 503."],
    ["a part that nobody asked for", { status: 201 }, "It answered with status 201."],
    [
      "a web page",
      { headers: { "content-type": "text/html; charset=utf-8" } },
      "It answers with a web page instead of the file.",
    ],
    ["packed bytes", { headers: { "content-encoding": "br" } }, "It serves the file only packed."],
    ["another size", { content: content.subarray(0, 70_000) }, "The file there has 70000 bytes instead of 100000."],
  ])("at %s", async (_what, manners, sentence) => {
    const host = await hostOf(manners);
    leave(content.subarray(0, 60_000), { url: "https://elsewhere.invalid/tiny.gguf" });
    expect(await from(host.url)).toBe(sentence);
    expect([host.asked.length, here()]).toEqual([1, 60_000]);
  });

  test("when nobody is there", async () => {
    const host = await startFileHost(content);
    await host.close();
    leave(content.subarray(0, 60_000), { url: "https://elsewhere.invalid/tiny.gguf" });
    expect(await from(host.url)).toMatch(/^It can't be reached \(.*ECONNREFUSED/);
    expect(here()).toBe(60_000);
  });
});

describe("redirects", () => {
  test("are followed, and the credential stays with its own host", async () => {
    const target = await hostOf();
    const near = await hostOf(
      { status: 302, headers: { location: "/elsewhere" } },
      { status: 307, headers: { location: `${target.url}/signed?secret=1` } },
    );
    expect(await from(near.url, { authorization: "Basic abc" })).toBeUndefined();
    expect(near.asked.map(({ authorization }) => authorization)).toEqual(["Basic abc", "Basic abc"]);
    expect(target.asked).toMatchObject([{ path: "/signed?secret=1", authorization: undefined }]);
    expect(readFileSync(join(folder, "tiny.gguf.json"), "utf8")).not.toContain("secret");
  });

  test("end somewhere", async () => {
    const host = await hostOf({ status: 302, headers: { location: "/again" } });
    expect(await from(host.url)).toBe("It redirects more than 5 times.");
    expect(host.asked.length).toBe(6);
  });

  test.each([
    ["http://127.0.0.1:9/x", "It redirects from https to http, which isn't followed."],
    ["file:///etc/passwd", "It redirects to what is no http or https address."],
    ["https://[", "It redirects to what is no address."],
  ])("to %s are refused", async (location, sentence) => {
    const fetchImpl: typeof fetch = async () => new Response(null, { status: 302, headers: { location } });
    expect(await from("https://hub.invalid", { fetchImpl })).toBe(sentence);
  });
});

test("a stopped download keeps what came", async () => {
  const host = await hostOf({ stallAfter: 40_000 });
  const stop = new AbortController();
  const stopped = from(host.url, {
    signal: stop.signal,
    stallMs: 60_000,
    received: (bytes) => bytes === 40_000 && stop.abort(),
  });
  await expect(stopped).rejects.toThrow(/abort/i);
  expect(here()).toBe(40_000);
});
