// What is asked: words of the command line, standard input, files; and the request fields given with -o.
import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { type Json, type JsonObject, parseJson } from "../canonical/json.js";
import type { MediaPart, TextPart } from "../canonical/request.js";
import type { Prompt } from "../client/question.js";
import { UsageError } from "./fail.js";
import type { Io } from "./io.js";

const imageTypes: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".webp": "image/webp",
  ".gif": "image/gif",
};

export interface PromptParts {
  readonly words: readonly string[];
  readonly system?: string | undefined;
  readonly files?: readonly string[] | undefined;
}

/** @throws UsageError where there is nothing to ask, or a file cannot be read. */
export async function readPrompt(
  io: Io,
  { words, system, files = [] }: PromptParts,
): Promise<Pick<Prompt, "prompt" | "system">> {
  const piped = io.stdin.isTTY === true ? "" : await readAll(io);
  const texts = [piped.trimEnd(), words.join(" ")];
  const images: MediaPart[] = [];
  for (const file of files) {
    const bytes = readFile(io, file);
    const type = imageTypes[extname(file).toLowerCase()];
    if (type === undefined) texts.unshift(textOf(bytes, file));
    else images.push({ type: "image", source: { base64: bytes.toString("base64"), mediaType: type } });
  }
  const text = texts.filter((part) => part !== "").join("\n\n");
  if (text === "" && images.length === 0) {
    throw new UsageError('There is nothing to ask. Write the prompt: trunkline ask "Why is the sky blue?" -m MODEL');
  }
  const asked: TextPart = { type: "text", text };
  return { prompt: images.length === 0 ? text : [asked, ...images], system };
}

function readFile(io: Io, file: string): Buffer {
  try {
    return readFileSync(resolve(io.workingDirectory, file));
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function textOf(bytes: Buffer, file: string): string {
  if (!isUtf8(bytes) || bytes.includes(0))
    throw new UsageError(`${file} is neither text nor an image: -f takes UTF-8 text, png, jpg, webp and gif.`);
  return bytes.toString("utf8").trimEnd();
}

async function readAll(io: Io): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  if (!isUtf8(bytes)) throw new UsageError("Standard input is not valid UTF-8. Convert it, for example with iconv.");
  return bytes.toString("utf8");
}

/** `temperature=0.2` becomes a field; a value that is JSON is taken as JSON, anything else as text. */
export function readOptions(options: readonly string[] = []): JsonObject {
  const fields: Record<string, Json> = {};
  for (const option of options) {
    const at = option.indexOf("=");
    if (at < 1) throw new UsageError(`-o takes name=value, not "${option}". For example: -o temperature=0.2`);
    const value = option.slice(at + 1);
    fields[option.slice(0, at)] = parseJson(value) ?? value;
  }
  return fields;
}
