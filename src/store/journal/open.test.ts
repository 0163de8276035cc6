import { appendFileSync, existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { beforeEach, expect, it } from "vitest";
import type { HoldEntry } from "../../ledger/generation.js";
import { openJournal } from "./open.js";

let folder = "";
let path = "";
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "trunkline-journal-")), "data");
  path = join(folder, "journal.log");
});

function hold(id: string): HoldEntry {
  return {
    id,
    createdMs: 1,
    keyHash: "f".repeat(64),
    modelAsked: "größer/🙂",
    provider: "openai",
    upstreamModel: "gpt",
    dialect: "openai-chat",
    streamed: true,
    holdNanoUsd: 17,
  };
}

function write(...names: string[]): Buffer {
  const journal = openJournal(folder);
  for (const name of names) journal.append({ kind: "hold", hold: hold(name) });
  journal.close();
  return readFileSync(path);
}

function replay(): { readonly ids: string[]; readonly damaged: number } {
  const journal = openJournal(folder);
  const ids = [...journal.replay()].map((entry) => (entry.kind === "hold" ? entry.hold.id : "settled"));
  journal.close();
  return { ids, damaged: journal.damagedLines };
}

it("keeps the lines of earlier runs", () => {
  write("a");
  write("b");
  expect(replay()).toEqual({ ids: ["a", "b"], damaged: 0 });
});

it("is readable by its owner alone", () => {
  write("a");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it("survives a last line that is cut off at any byte, and goes on after it", () => {
  const bytes = write("a", "b", "c");
  const lastLine = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
  for (let length = lastLine; length <= bytes.length; length += 1) {
    writeFileSync(path, bytes.subarray(0, length));
    const journal = openJournal(folder);
    journal.append({ kind: "hold", hold: hold("d") });
    journal.close();
    // A line that lost its newline alone is whole.
    const whole = length >= bytes.length - 1;
    const damaged = whole || length === lastLine ? 0 : 1;
    expect(replay(), `cut to ${length} bytes`).toEqual({ ids: ["a", "b", ...(whole ? ["c"] : []), "d"], damaged });
  }
});

it("sets a damaged line aside, wherever in it a byte has changed", () => {
  const bytes = write("a", "b", "c");
  const start = bytes.indexOf(0x0a) + 1;
  const end = bytes.indexOf(0x0a, start);
  for (let at = start; at < end; at += 1) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    writeFileSync(path, damaged);
    const found = replay();
    expect(found.ids, `byte ${at}`).toEqual(["a", "c"]);
    expect(found.damaged).toBe(1);
  }
  expect(readFileSync(join(folder, "journal.damaged"), "utf8")).toContain('"b"');
});

it("sets a damaged line aside once, however often the journal is replayed", () => {
  const bytes = write("a", "b");
  bytes[20] = 0;
  writeFileSync(path, bytes);
  const journal = openJournal(folder);
  for (let times = 0; times < 3; times += 1) expect([...journal.replay()]).toHaveLength(1);
  journal.close();
  expect(journal.damagedLines).toBe(1);
  expect(readFileSync(join(folder, "journal.damaged"), "utf8").trim().split("\n")).toHaveLength(1);
});

it("passes over noise of any size between two lines", () => {
  write("a");
  appendFileSync(path, Buffer.alloc(20 * 1024 * 1024, 0xff));
  write("b");
  expect(replay().ids).toEqual(["a", "b"]);
});

it("does not believe a line whose checksum is right but which is no entry", () => {
  write("a");
  appendFileSync(path, `${crc32("{}").toString(16).padStart(8, "0")} {}\n\n\n`);
  expect(replay()).toEqual({ ids: ["a"], damaged: 1 });
});

it("leaves no second file behind a restart, and the folder as it was where one fails", () => {
  const journal = openJournal(folder);
  journal.append({ kind: "hold", hold: hold("a") });
  journal.restart([hold("b")]);
  expect(existsSync(join(folder, "journal.next"))).toBe(false);
  expect(() => journal.restart([hold("x".repeat(20_000_000))])).toThrow("too long");
  expect(existsSync(join(folder, "journal.next"))).toBe(false);
  journal.append({ kind: "hold", hold: hold("c") });
  journal.close();
  expect(replay().ids).toEqual(["b", "c"]);
});

it("takes nothing once it is closed", () => {
  const journal = openJournal(folder);
  journal.close();
  journal.close();
  expect(() => journal.append({ kind: "hold", hold: hold("a") })).toThrow("the journal is closed");
});
