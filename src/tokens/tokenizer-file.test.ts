// Files, folders and what is neither.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TrunklineError } from "../canonical/error.js";
import { openTokenizerFile } from "./tokenizer-file.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tokenizer-file-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const json = JSON.stringify({ model: { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"] } });

async function fault(path: string): Promise<TrunklineError> {
  const error: unknown = await openTokenizerFile(path).catch((cause: unknown) => cause);
  if (TrunklineError.is(error)) return error;
  throw new Error("no such error");
}

test("a tokenizer.json is opened by its path or by its folder, whatever it is called", async () => {
  const file = await openTokenizerFile(put("model.txt", `\n ${json}`));
  expect([file.encode("abba"), file.name]).toEqual([[2, 1, 0], "model.txt"]);
  put("tokenizer.json", `\ufeff${json}`);
  expect((await openTokenizerFile(folder)).count("abab")).toBe(2);
});

test("a GGUF is known by its first bytes", async () => {
  const error = await fault(put("model.json", "GGUF\u0003\0\0\0"));
  expect([error.code, error.message]).toEqual(["invalid_request", expect.stringContaining("model.json")]);
  expect(error.message).toContain("it is cut off");
});

test("what is not there, empty, rubbish, or too large is refused with a sentence", async () => {
  const missing = await fault(join(folder, "nothing.json"));
  expect([missing.code, missing.message]).toEqual([
    "not_found",
    expect.stringContaining("There is no tokenizer file at"),
  ]);
  expect((await fault(join(put("file", "x"), "tokenizer.json"))).code).toBe("not_found");
  for (const content of ["", "PK\u0003\u0004", "[1]", "\u007fELF"])
    expect((await fault(put("rubbish", content))).message).toBe("rubbish is no tokenizer file: neither JSON nor GGUF.");
  const large = put("large.json", "{");
  truncateSync(large, 64 * 1024 * 1024 + 1);
  expect((await fault(large)).message).toContain("larger than 64 MiB");
});
