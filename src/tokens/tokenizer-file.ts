// Opens a tokenizer that the user has on disk: a tokenizer.json, or a folder with one.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { TrunklineError } from "../canonical/error.js";
import { readTokenizerJson } from "./huggingface/read-tokenizer-json.js";
import type { Tokenizer } from "./tokenizer.js";

const mostBytes = 64 * 1024 * 1024;

/** @throws TrunklineError `invalid_request` where there is no such file, or it cannot be read */
export async function openTokenizerFile(path: string): Promise<Tokenizer> {
  const found = await stat(path).catch(() => undefined);
  const file = found?.isDirectory() === true ? join(path, "tokenizer.json") : path;
  const size = (await stat(file).catch(() => undefined))?.size;
  if (size === undefined || size > mostBytes)
    throw new TrunklineError("invalid_request", `${file} is no tokenizer that can be read.`, {
      whatToDo: "Name a tokenizer.json of at most 64 MiB, or the folder that holds it.",
    });
  return readTokenizerJson(await readFile(file), file);
}
