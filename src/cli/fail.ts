// Every way in which a command can end badly becomes one clear text on standard error and one exit code.
import { TrunklineError } from "../canonical/error.js";
import { type ExitCode, exitCodeOf, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";

/** Errors whose message is written for people, by name: printed as they are. */
const forPeople: Readonly<Record<string, ExitCode>> = {
  ConfigError: exitCodes.usage,
  UsageError: exitCodes.usage,
  OpenToAllError: exitCodes.usage,
  ListenError: exitCodes.failed,
};

/** The command was not used as it can be. The message says how it can. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** An error inside a `--json` document. */
export function errorJson({ code, message, details }: TrunklineError) {
  return { code, message, ...(details.whatToDo === undefined ? {} : { whatToDo: details.whatToDo }) };
}

export function reportFailure(io: Io, cause: unknown): ExitCode {
  if (TrunklineError.is(cause)) {
    io.stderr.write(`trunkline: ${cause.sentence}\n`);
    return exitCodeOf(cause.code);
  }
  if (cause instanceof Error) {
    const code = forPeople[cause.name];
    io.stderr.write(
      code === undefined ? `trunkline: ${cause.stack ?? cause.message}\n` : `trunkline: ${cause.message}\n`,
    );
    return code ?? exitCodes.failed;
  }
  io.stderr.write(`trunkline: ${String(cause)}\n`);
  return exitCodes.failed;
}
