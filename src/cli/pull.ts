// `trunkline pull`: fetch the small local model, saying what, from where, how far it is and how long it took.
import { readEnvironment } from "../config/environment.js";
import { tryLock } from "../store/lock.js";
import { realClock, realTimers } from "../surroundings.js";
import { type PullResult, pullLocalModel } from "../upstream/local/pull.js";
import { megabytes } from "../upstream/local/pull-events.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { createPullProgress, duration } from "./pull-progress.js";
import { type FolderFlags, settingsFor } from "./settings.js";

export async function pull(io: Io, flags: FolderFlags): Promise<ExitCode> {
  return pullInto(io, settingsFor(io, flags).dataDir);
}

export async function pullInto(io: Io, dataDir: string): Promise<ExitCode> {
  const stopped = new AbortController();
  const interrupt = () => stopped.abort();
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const live = io.stderr.isTTY === true && io.environment.TERM !== "dumb";
  const progress = createPullProgress(io.stderr, live, () => realClock.monotonicMs());
  try {
    const result = await pullLocalModel({
      dataDir,
      env: readEnvironment(io.workingDirectory, io.environment),
      clock: realClock,
      timers: realTimers,
      tryLock,
      report: progress.show,
      signal: stopped.signal,
    });
    progress.close();
    io.stderr.write(`${closing(result, stopped.signal.aborted)}\n`);
    if (result.ok) return exitCodes.ok;
    return stopped.signal.aborted ? exitCodes.interrupted : exitCodes.upstream;
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

function closing(result: PullResult, stopped: boolean): string {
  if (!result.ok) return stopped ? result.whatToDo : `The local model could not be fetched. ${result.whatToDo}`;
  const { path, source, fetchedBytes, bytes, tookMs } = result;
  const ready = `local/smollm2-135m-instruct is ready (${source}): ${path}`;
  if (source === "already there") return ready;
  const fetched = fetchedBytes > 0 ? `${megabytes(fetchedBytes)} fetched, ` : "";
  return `${ready}\nIt took ${duration(tookMs)}: ${fetched}weights of ${megabytes(bytes)}, checksum right.`;
}
