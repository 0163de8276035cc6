// `trunkline pull`: fetch the small local model, with a line that says how far it is.
import { readEnvironment } from "../config/environment.js";
import { type PullProgress, pullLocalModel } from "../upstream/local/pull.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { type FolderFlags, settingsFor } from "./settings.js";

export async function pull(io: Io, flags: FolderFlags): Promise<ExitCode> {
  return pullInto(io, settingsFor(io, flags).dataDir);
}

export async function pullInto(io: Io, dataDir: string): Promise<ExitCode> {
  const stopped = new AbortController();
  const interrupt = () => stopped.abort();
  process.once("SIGINT", interrupt);
  const progress = progressLine(io);
  try {
    const result = await pullLocalModel({
      dataDir,
      env: readEnvironment(io.workingDirectory, io.environment),
      progress: progress.show,
      signal: stopped.signal,
    });
    progress.close();
    if (stopped.signal.aborted) return exitCodes.interrupted;
    for (const { source, sentence } of result.problems) io.stderr.write(`  ${source}: ${sentence}\n`);
    if (result.ok) {
      io.stderr.write(`local/smollm2-135m-instruct is ready (${result.source}): ${result.path}\n`);
      return exitCodes.ok;
    }
    io.stderr.write(`The local model could not be fetched. ${result.whatToDo}\n`);
    return exitCodes.upstream;
  } finally {
    process.off("SIGINT", interrupt);
  }
}

const barWidth = 24;
const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(1);

/** On a terminal one line that is redrawn; else a line per thing that is fetched, for logs. */
function progressLine(io: Io): { show(progress: PullProgress): void; close(): void } {
  let label = "";
  let drawn = false;
  return {
    show(progress) {
      if (io.stderr.isTTY !== true) {
        if (progress.label !== label) io.stderr.write(`${progress.label}\n`);
        label = progress.label;
        return;
      }
      const { receivedBytes, totalBytes } = progress;
      const share = totalBytes === undefined ? 0 : Math.min(1, receivedBytes / totalBytes);
      const bar = "#".repeat(Math.round(share * barWidth)).padEnd(barWidth, ".");
      const size =
        totalBytes === undefined
          ? `${megabytes(receivedBytes)} MB`
          : `${megabytes(receivedBytes)} of ${megabytes(totalBytes)} MB`;
      io.stderr.write(`\r\u001b[K[${bar}] ${size}  ${progress.label}`);
      drawn = true;
    },
    close() {
      if (drawn) io.stderr.write("\n");
    },
  };
}
