// `trunkline pull`: makes the native runtime and the weights of the local model present in a data folder. One at a time
// may: the others wait. What isn't whole stands in `local/partial/` and is renamed into place; only a download's beginning
// outlives a run that fails or is killed, and the next run goes on there.
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Timers } from "../../canonical/clock.js";
import { bringWeights } from "./bring-weights.js";
import { freeBytesAt, whileGrowing } from "./disk.js";
import { installRuntime } from "./install-runtime.js";
import { runtimeInstalled, runtimeMark, weightsInstalled } from "./installed.js";
import { findPartial, tidyPartials } from "./partial-file.js";
import { type LocalPlaces, localPlaces } from "./places.js";
import { megabytes, type PullEvent, type PullItem, type PullProblem, sentenceOf } from "./pull-events.js";
import { sourcesFor } from "./sources.js";
import { smollm2Weights, type Weights } from "./weights.js";

export type PullResult =
  | {
      readonly ok: true;
      /** The weights. */
      readonly path: string;
      /** The label of the source that served them; "already there" where nothing was fetched. */
      readonly source: string;
      readonly bytes: number;
      /** Of the weights, taken from the network by this run. */
      readonly fetchedBytes: number;
      readonly tookMs: number;
      /** Sources that were tried before in vain. */
      readonly problems: readonly PullProblem[];
    }
  | { readonly ok: false; readonly problems: readonly PullProblem[]; readonly whatToDo: string };

export interface PullOptions {
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Takes a lock on a file that ends with its holder, however it ends; undefined where another has it. */
  readonly tryLock: (path: string) => Promise<{ release(): void } | undefined>;
  readonly report?: (event: PullEvent) => void;
  readonly fetchImpl?: typeof fetch;
  readonly signal?: AbortSignal;
  /** Other weights than SmolLM2's: for tests. */
  readonly weights?: Weights;
  /** Installs the runtime into an empty folder; returns a sentence when it can't. For tests. */
  readonly installRuntime?: (folder: string) => Promise<string | undefined>;
  /** For tests. */
  readonly freeBytes?: (folder: string) => Promise<number | undefined>;
  /** Milliseconds without a byte after which a connection counts as stalled. Default 30 s. */
  readonly stallMs?: number;
}

const watchEveryMs = 250;
const lockEveryMs = 500;
const lockLimitMs = 3_600_000;
/** On disk, all platforms alike within 20 MB. */
const runtimeBytes = 83_000_000;
const runtimeLabel = "runtime (llama.cpp)";
/** Of versions that kept one such folder for each process. */
const formerScratch = /^partial-\d+$/;

export async function pullLocalModel(options: PullOptions): Promise<PullResult> {
  const { dataDir, clock, weights = smollm2Weights } = options;
  const startedMs = clock.monotonicMs();
  const places = localPlaces(dataDir);
  const done = installed(options, places, startedMs);
  if (done) return done;
  let lock: { release(): void } | undefined;
  try {
    await mkdir(places.root, { recursive: true, mode: 0o700 });
    lock = await waitForLock(options, places, startedMs);
    if (!lock)
      return await refused({ source: places.root, sentence: "Another pull is still at work." }, options, places);
    // Whoever had the lock before may have done it all.
    return installed(options, places, startedMs) ?? (await pullAll(options, weights, places, startedMs));
  } catch (error) {
    return refused({ source: places.root, sentence: sentenceOf(error) }, options, places);
  } finally {
    // The lock's file stays: whoever removed it could take another's from under it.
    lock?.release();
  }
}

/** Whole, and nothing left to clear away. */
function installed(options: PullOptions, places: LocalPlaces, startedMs: number): PullResult | undefined {
  const { dataDir, clock, weights = smollm2Weights } = options;
  const path = weightsInstalled(dataDir, weights);
  if (path === undefined || !runtimeInstalled(dataDir) || existsSync(places.partialFolder)) return undefined;
  const tookMs = clock.monotonicMs() - startedMs;
  return { ok: true, path, source: "already there", bytes: weights.file.bytes, fetchedBytes: 0, tookMs, problems: [] };
}

async function waitForLock(
  { tryLock, report, timers, clock, signal }: PullOptions,
  places: LocalPlaces,
  startedMs: number,
): Promise<{ release(): void } | undefined> {
  for (let told = false; ; told = true) {
    signal?.throwIfAborted();
    const lock = await tryLock(places.lock);
    if (lock) return lock;
    if (!told) report?.({ kind: "waiting", folder: places.root });
    if (clock.monotonicMs() - startedMs > lockLimitMs) return undefined;
    await new Promise<void>((resolve) => timers.after(lockEveryMs, resolve));
  }
}

async function pullAll(
  options: PullOptions,
  weights: Weights,
  places: LocalPlaces,
  startedMs: number,
): Promise<PullResult> {
  const { dataDir, clock } = options;
  await clearAway(places, clock.wallMs());
  const tight = await plan(options, weights, places);
  if (tight !== undefined) return refused({ source: places.root, sentence: tight }, options, places, "room");
  await mkdir(places.scratch, { recursive: true });
  try {
    if (!runtimeInstalled(dataDir)) {
      const sentence = await bringRuntime(options, places);
      if (sentence) return await refused({ source: runtimeLabel, sentence }, options, places);
    }
    const there = weightsInstalled(dataDir, weights);
    const brought = there ? undefined : await bringWeights(contextFor(options, weights, places));
    if (brought && brought.source === undefined) return await failed(brought.problems, options, places);
    await rm(places.partialFolder, { recursive: true, force: true });
    return {
      ok: true,
      path: there ?? join(places.modelFolder, weights.file.fileName),
      source: brought?.source ?? "already there",
      bytes: weights.file.bytes,
      fetchedBytes: brought?.fetchedBytes ?? 0,
      tookMs: clock.monotonicMs() - startedMs,
      problems: brought?.problems ?? [],
    };
  } finally {
    await rm(places.scratch, { recursive: true, force: true });
  }
}

/** What killed runs left and nobody can go on with. The lock says that nobody writes it. */
async function clearAway(places: LocalPlaces, nowMs: number): Promise<void> {
  for (const name of await readdir(places.root)) {
    if (formerScratch.test(name)) await rm(join(places.root, name), { recursive: true, force: true });
  }
  await tidyPartials(places.partialFolder, nowMs);
}

/** Says what will be done; returns a sentence where the disk is too small for it. */
async function plan(options: PullOptions, weights: Weights, places: LocalPlaces): Promise<string | undefined> {
  const { dataDir, env, report, freeBytes = freeBytesAt } = options;
  const items: PullItem[] = [];
  if (!runtimeInstalled(dataDir)) items.push({ label: runtimeLabel, bytes: runtimeBytes, presentBytes: 0 });
  if (!weightsInstalled(dataDir, weights)) {
    const partial = await findPartial(places.partialFolder, weights.file);
    items.push({ label: weights.title, bytes: weights.file.bytes, presentBytes: partial?.bytes ?? 0 });
  }
  const neededBytes = items.reduce((sum, { bytes, presentBytes }) => sum + bytes - presentBytes, 0);
  const free = await freeBytes(places.root);
  const sources = sourcesFor(weights, env).map(({ label }) => label);
  report?.({ kind: "plan", items, neededBytes, freeBytes: free, folder: places.root, sources });
  if (free === undefined || free >= neededBytes) return undefined;
  return `The disk has ${megabytes(free)} free, and ${megabytes(neededBytes)} are needed.`;
}

async function bringRuntime(options: PullOptions, places: LocalPlaces): Promise<string | undefined> {
  const folder = join(places.scratch, "runtime");
  await mkdir(folder, { recursive: true });
  const install = options.installRuntime ?? ((into: string) => installRuntime(into, options.env, options.signal));
  const sentence = await watchGrowth(options, folder, runtimeLabel, runtimeBytes, () => install(folder)).catch(
    sentenceOf,
  );
  if (sentence) return sentence;
  await writeFile(join(folder, runtimeMark), `${JSON.stringify({ platform: process.platform, cpu: process.arch })}\n`);
  await rm(places.runtime, { recursive: true, force: true });
  await rename(folder, places.runtime);
  return undefined;
}

function watchGrowth<T>(
  { timers, report }: PullOptions,
  folder: string,
  label: string,
  totalBytes: number,
  work: () => Promise<T>,
): Promise<T> {
  const tell = (bytes: number) =>
    report?.({ kind: "progress", label, receivedBytes: Math.min(bytes, totalBytes), totalBytes });
  return whileGrowing(folder, { timers, everyMs: watchEveryMs, report: tell }, work);
}

function contextFor(options: PullOptions, weights: Weights, places: LocalPlaces) {
  const { env, timers, signal, report, fetchImpl = fetch, freeBytes = freeBytesAt, stallMs = 30_000 } = options;
  return {
    weights,
    places,
    env,
    timers,
    signal,
    fetchImpl,
    stallMs,
    report: report ?? (() => undefined),
    freeBytes: () => freeBytes(places.root),
    watchFolder: <T>(label: string, folder: string, totalBytes: number, work: () => Promise<T>) =>
      watchGrowth(options, folder, label, totalBytes, work),
  };
}

function refused(
  problem: PullProblem,
  options: PullOptions,
  places: LocalPlaces,
  reason?: "room",
): Promise<PullResult> {
  if (!options.signal?.aborted) options.report?.({ kind: "problem", ...problem });
  return failed([problem], options, places, reason);
}

async function failed(
  problems: readonly PullProblem[],
  options: PullOptions,
  places: LocalPlaces,
  reason?: "room",
): Promise<PullResult> {
  const { weights = smollm2Weights, signal } = options;
  const named = weights.sources.find((source) => source.kind === "named")?.variable ?? "TRUNKLINE_WEIGHTS";
  const partial = await findPartial(places.partialFolder, weights.file).catch(() => undefined);
  const rest = partial ? ` It goes on at ${megabytes(partial.bytes)} of ${megabytes(weights.file.bytes)}.` : "";
  if (signal?.aborted) {
    return { ok: false, problems, whatToDo: `The pull was stopped; run \`trunkline pull\` again.${rest}` };
  }
  const whatToDo =
    reason === "room"
      ? "Make room on that disk, or name a folder on another one with `--data`."
      : `Run \`trunkline pull\` again with a connection.${rest} Or get ${weights.file.fileName} on another machine and set ${named} to its path.`;
  return { ok: false, problems, whatToDo };
}
