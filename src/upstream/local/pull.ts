// `trunkline pull`: makes the native runtime and the weights of the local model present in a data folder.
// All is written under partial names and renamed when whole; a run that fails or is stopped leaves nothing behind.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FetchContext, fetchFrom } from "./fetch-weights.js";
import { installRuntime } from "./install-runtime.js";
import { runtimeInstalled, runtimeMark, weightsInstalled } from "./installed.js";
import { localPlaces } from "./places.js";
import { smollm2Weights, type Weights, type WeightsSource } from "./weights.js";

export interface PullProgress {
  /** What is being fetched, for people. */
  readonly label: string;
  readonly receivedBytes: number;
  readonly totalBytes?: number;
}

export interface PullProblem {
  readonly source: string;
  readonly sentence: string;
}

export type PullResult =
  | {
      readonly ok: true;
      /** The weights. */
      readonly path: string;
      /** The label of the source that served them; "already there" where nothing was fetched. */
      readonly source: string;
      readonly bytes: number;
      /** Sources that were tried before in vain. */
      readonly problems: readonly PullProblem[];
    }
  | { readonly ok: false; readonly problems: readonly PullProblem[]; readonly whatToDo: string };

export interface PullOptions {
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress?: (progress: PullProgress) => void;
  readonly fetchImpl?: typeof fetch;
  readonly signal?: AbortSignal;
  /** Other weights than SmolLM2's: for tests. */
  readonly weights?: Weights;
  /** Installs the runtime into an empty folder; returns a sentence when it can't. For tests. */
  readonly installRuntime?: (folder: string) => Promise<string | undefined>;
}

const connectLimitMs = 5_000;
const watchEveryMs = 250;
/** On disk, all platforms alike within 20 MB. */
const runtimeBytes = 83_000_000;
const runtimeLabel = "runtime (llama.cpp)";
const partialPrefix = "partial-";

export async function pullLocalModel(options: PullOptions): Promise<PullResult> {
  const weights = options.weights ?? smollm2Weights;
  const places = localPlaces(options.dataDir);
  const scratch = join(places.root, `${partialPrefix}${process.pid}`);
  const there = weightsInstalled(options.dataDir, weights);
  if (there && runtimeInstalled(options.dataDir)) {
    return { ok: true, path: there, source: "already there", bytes: weights.file.bytes, problems: [] };
  }
  try {
    await mkdir(places.root, { recursive: true });
    await removeAbandoned(places.root);
    await mkdir(scratch, { recursive: true });
    if (!runtimeInstalled(options.dataDir)) {
      const sentence = await bringRuntime(options, scratch);
      if (sentence) return failed([{ source: runtimeLabel, sentence }], options, weights);
    }
    if (there) return { ok: true, path: there, source: "already there", bytes: weights.file.bytes, problems: [] };
    return await bringWeights(options, weights, scratch);
  } catch (error) {
    return failed([{ source: places.root, sentence: sentenceOf(error) }], options, weights);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function bringWeights(options: PullOptions, weights: Weights, scratch: string): Promise<PullResult> {
  const { modelFolder } = localPlaces(options.dataDir);
  const path = join(modelFolder, weights.file.fileName);
  const problems: PullProblem[] = [];
  for (const source of weights.sources) {
    if (options.signal?.aborted) break;
    const folder = join(scratch, source.kind);
    await mkdir(folder, { recursive: true });
    const context = contextFor(options, weights, source, folder);
    const fetched = await fetchFrom(source, context).catch(sentenceOf);
    if (fetched === undefined) continue;
    const sentence = fetched === true ? await checked(context.partialPath, weights) : fetched;
    if (sentence === undefined) {
      await mkdir(modelFolder, { recursive: true });
      await rename(context.partialPath, path);
      return { ok: true, path, source: source.label, bytes: weights.file.bytes, problems };
    }
    problems.push({ source: source.label, sentence });
    await rm(folder, { recursive: true, force: true });
  }
  return failed(problems, options, weights);
}

/** A sentence when the file is not what it must be. */
async function checked(path: string, weights: Weights): Promise<string | undefined> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const found = hash.digest("hex");
  if (found === weights.file.sha256) return undefined;
  const { size } = await stat(path);
  return `Its checksum is not the expected one: SHA-256 ${found} (${size} bytes) instead of ${weights.file.sha256} (${weights.file.bytes} bytes).`;
}

async function bringRuntime(options: PullOptions, scratch: string): Promise<string | undefined> {
  const folder = join(scratch, "runtime");
  await mkdir(folder, { recursive: true });
  const install = options.installRuntime ?? ((into: string) => installRuntime(into, options.env, options.signal));
  const sentence = await watch(folder, runtimeLabel, runtimeBytes, options, () => install(folder)).catch(sentenceOf);
  if (sentence) return sentence;
  await writeFile(join(folder, runtimeMark), `${JSON.stringify({ platform: process.platform, cpu: process.arch })}\n`);
  const { runtime } = localPlaces(options.dataDir);
  await rm(runtime, { recursive: true, force: true });
  await rename(folder, runtime);
  return undefined;
}

function contextFor(options: PullOptions, weights: Weights, source: WeightsSource, scratch: string): FetchContext {
  const report = (receivedBytes: number, totalBytes: number | undefined) =>
    options.progress?.({ label: source.label, receivedBytes, ...(totalBytes === undefined ? {} : { totalBytes }) });
  return {
    file: weights.file,
    env: options.env,
    fetchImpl: options.fetchImpl ?? fetch,
    partialPath: join(scratch, weights.file.fileName),
    scratch,
    signal: options.signal,
    received: report,
    watchFolder: (folder, total, work) => watch(folder, source.label, total, options, work),
    withConnectLimit: (attempt) => withConnectLimit(options.signal, attempt),
  };
}

async function withConnectLimit<T>(
  outer: AbortSignal | undefined,
  attempt: (signal: AbortSignal, began: () => void) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const late = new Error(`It gave no answer within ${connectLimitMs / 1_000} seconds.`);
  const timer = setTimeout(() => limit.abort(late), connectLimitMs);
  try {
    const signal = outer ? AbortSignal.any([outer, limit.signal]) : limit.signal;
    return await attempt(signal, () => clearTimeout(timer));
  } finally {
    clearTimeout(timer);
  }
}

async function watch<T>(
  folder: string,
  label: string,
  totalBytes: number,
  options: PullOptions,
  work: () => Promise<T>,
): Promise<T> {
  const look = async () => {
    const receivedBytes = Math.min(await bytesUnder(folder), totalBytes);
    options.progress?.({ label, receivedBytes, totalBytes });
  };
  const timer = setInterval(() => void look().catch(() => undefined), watchEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

async function bytesUnder(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return sum;
}

/** Removes what a killed run left; the folder of a run that is still alive stays. */
async function removeAbandoned(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(partialPrefix)) continue;
    const pid = Number(name.slice(partialPrefix.length));
    if (pid === process.pid || !isAlive(pid)) await rm(join(root, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return Number.isInteger(pid) && process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function failed(problems: readonly PullProblem[], options: PullOptions, weights: Weights): PullResult {
  const named = weights.sources.find((source) => source.kind === "named");
  const whatToDo = options.signal?.aborted
    ? "The pull was stopped; run `trunkline pull` again. Nothing half-done was left behind."
    : `Run \`trunkline pull\` again with a connection, or get ${weights.file.fileName} on another machine and set ${named?.variable ?? "TRUNKLINE_WEIGHTS"} to its path.`;
  return { ok: false, problems, whatToDo };
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return "It failed without a reason.";
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  const text = cause && error.message === "fetch failed" ? `It can't be reached (${cause}).` : error.message;
  return text === "" || error.name === "AbortError" ? "It was stopped." : text;
}
