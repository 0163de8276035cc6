// Texts to be counted: words of the command line, files, standard input. Byte for byte: nothing is trimmed, nothing replaced.
import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "./fail.js";
import type { Io } from "./io.js";

export interface TextInput {
  /** The file's name, `text` or `standard input`. */
  readonly name: string;
  readonly text: string;
}

/** A string of more would not fit into what JavaScript calls one, once it is taken apart. */
const mostBytes = 256 * 1024 * 1024;

/**
 * The words are one text, each file is one (`-` is standard input); standard input is read where neither is given.
 * @throws UsageError where there is nothing, a file cannot be read, is larger than 256 MiB or is no UTF-8
 */
export async function readTexts(
  io: Io,
  words: readonly string[],
  files: readonly string[] = [],
): Promise<readonly TextInput[]> {
  const inputs: TextInput[] = [];
  for (const file of files) inputs.push(file === "-" ? await readStandardInput(io) : readFile(io, file));
  if (words.length > 0) inputs.push({ name: "text", text: words.join(" ") });
  if (inputs.length > 0) return inputs;
  if (io.stdin.isTTY === true)
    throw new UsageError(
      'There is nothing to count. Write the text: trunkline tokens "Hello" (or -f FILE, or a pipe).',
    );
  return [await readStandardInput(io)];
}

async function readStandardInput(io: Io): Promise<TextInput> {
  const name = "standard input";
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of io.stdin) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > mostBytes) throw tooLarge(name);
    chunks.push(part);
  }
  return { name, text: textOf(Buffer.concat(chunks), name) };
}

function readFile(io: Io, file: string): TextInput {
  const path = resolve(io.workingDirectory, file);
  try {
    if (statSync(path).size > mostBytes) throw tooLarge(file);
    return { name: file, text: textOf(readFileSync(path), file) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function tooLarge(name: string): UsageError {
  return new UsageError(`${name} is larger than ${mostBytes / 1024 / 1024} MiB. Split it, and count its parts.`);
}

function textOf(bytes: Buffer, name: string): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  throw new UsageError(
    `${name} is not valid UTF-8: byte ${firstFault(bytes)} belongs to no character. Convert it, for example with iconv -f latin1 -t utf-8.`,
  );
}

const bytesAStep = 65_536;

/** How many bytes from the start the first one stands that is no UTF-8. */
function firstFault(bytes: Buffer): number {
  let at = 0;
  for (let end = stepEnd(bytes, at); at < bytes.length && isUtf8(bytes.subarray(at, end)); end = stepEnd(bytes, at))
    at = end;
  // From here on the fault is within one step: it is where the longest beginning that is valid ends.
  let [low, high] = [at, stepEnd(bytes, at)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (mayGoOn(bytes.subarray(at, middle))) low = middle;
    else high = middle - 1;
  }
  while (low > at && !isUtf8(bytes.subarray(at, low))) low--;
  return low;
}

/** Where a step from `at` ends, so that no character is cut. */
function stepEnd(bytes: Buffer, at: number): number {
  const most = Math.min(bytes.length, at + bytesAStep);
  let end = most;
  while (end < bytes.length && most - end < 3 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return end;
}

/** True where the bytes are UTF-8, but for a last character of which the rest may follow. */
function mayGoOn(bytes: Buffer): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
