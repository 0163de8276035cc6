// Ctrl-C ends the call, not just the command: the provider is told, the ledger gets its row.
import { type ExitCode, exitCodes } from "./exit-codes.js";

export async function interruptible(run: (signal: AbortSignal) => Promise<ExitCode>): Promise<ExitCode> {
  const stopped = new AbortController();
  const interrupt = () => stopped.abort();
  process.once("SIGINT", interrupt);
  try {
    return await run(stopped.signal);
  } catch (error) {
    if (stopped.signal.aborted) return exitCodes.interrupted;
    throw error;
  } finally {
    process.off("SIGINT", interrupt);
  }
}
