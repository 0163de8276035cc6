// Ctrl-C, a stop or a reader that has gone ends the call, not just the command: the provider is told, the ledger gets its row.
import { type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";

export async function interruptible(io: Io, run: (signal: AbortSignal) => Promise<ExitCode>): Promise<ExitCode> {
  const stopped = new AbortController();
  let code: ExitCode = exitCodes.interrupted;
  const interrupt = () => stopped.abort();
  const readerGone = (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") return;
    code = exitCodes.ok;
    stopped.abort();
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  io.stdout.on("error", readerGone);
  try {
    return await run(stopped.signal);
  } catch (error) {
    if (stopped.signal.aborted) return code;
    throw error;
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
    io.stdout.off("error", readerGone);
  }
}
