// Opens a tokenizer that the user has on disk: a Hugging Face tokenizer.json, a folder with one, or a model's GGUF.
import { closeSync, openSync, readSync } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { TrunklineError } from "../canonical/error.js";
import { ggufMagic } from "./gguf/metadata.js";
import { readGguf } from "./gguf/read-gguf.js";
import type { FileTokenizer } from "./huggingface/file-tokenizer.js";
import { limits } from "./huggingface/limits.js";
import { readTokenizerJson } from "./huggingface/read-tokenizer-json.js";

/**
 * The kind is seen from the first bytes, whatever the file is called. Reading takes up to a second or two for the
 * largest vocabularies, in one go: do it once, or on a worker.
 * @throws TrunklineError `not_found` where nothing is there, `invalid_request` where it cannot be read or used.
 */
export async function openTokenizerFile(path: string): Promise<FileTokenizer> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (found.isDirectory()) return openFile(join(path, "tokenizer.json"), basename(path));
  return openFile(path, basename(path));
}

async function openFile(path: string, name: string): Promise<FileTokenizer> {
  const { start, size } = await look(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (start.startsWith(ggufMagic)) return openGguf(path, name);
  if (!/^(\ufeff|\s)*\{/.test(start)) {
    throw new TrunklineError("invalid_request", `${name} is no tokenizer file: neither JSON nor GGUF.`, {
      whatToDo: "Name a model's tokenizer.json, the folder it is in, or a GGUF file.",
    });
  }
  if (size > limits.fileBytes) {
    throw new TrunklineError("invalid_request", `${name} is larger than ${limits.fileBytes / 1024 / 1024} MiB.`, {
      whatToDo: "Name the model's tokenizer.json; its weights are in other files.",
    });
  }
  return readTokenizerJson(await readFile(path), name);
}

async function look(path: string): Promise<{ readonly start: string; readonly size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return { start: buffer.toString("utf8", 0, bytesRead), size };
  } finally {
    await file.close();
  }
}

function openGguf(path: string, name: string): FileTokenizer {
  const file = openSync(path, "r");
  try {
    return readGguf((offset, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
    }, name);
  } finally {
    closeSync(file);
  }
}

function unreadable(path: string, cause: unknown): TrunklineError {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new TrunklineError("not_found", `There is no tokenizer file at ${path}.`, {
      whatToDo: "Name a model's tokenizer.json, the folder it is in, or a GGUF file.",
    });
  }
  return new TrunklineError("invalid_request", `The tokenizer file at ${path} cannot be read (${String(code)}).`, {
    whatToDo: "Look at its permissions.",
  });
}
