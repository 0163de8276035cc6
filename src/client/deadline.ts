// The end of a call's time: its own limit, or the caller's signal, as one signal that knows which of them it was.
import type { Timers } from "../canonical/clock.js";
import { TrunklineError } from "../canonical/error.js";

export interface Deadline {
  /** For the wire. */
  readonly signal: AbortSignal;
  /** Why the call was ended; undefined while it may go on. */
  readonly cause: TrunklineError | undefined;
  /** The call is over: stops the timer. */
  clear(): void;
}

/** The gateway knows the limit too, and its word says more than ours: it is given this much longer, milliseconds. */
const graceMs = 250;

export function startDeadline(timers: Timers, timeoutMs: number | undefined, outer: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let cause: TrunklineError | undefined;
  const end = (error: TrunklineError) => {
    cause ??= error;
    controller.abort(cause);
  };
  const onAbort = () => end(new TrunklineError("client_gone", "The call was aborted."));
  if (outer?.aborted === true) onAbort();
  else outer?.addEventListener("abort", onAbort, { once: true });
  const timer = timeoutMs === undefined ? undefined : timers.after(timeoutMs + graceMs, () => end(tooLate(timeoutMs)));
  return {
    signal: controller.signal,
    get cause() {
      return cause;
    },
    clear() {
      timer?.cancel();
      outer?.removeEventListener("abort", onAbort);
    },
  };
}

function tooLate(timeoutMs: number): TrunklineError {
  return new TrunklineError("deadline_exceeded", `No whole answer came within ${timeoutMs / 1_000} seconds.`, {
    whatToDo: "Allow it more time, or ask for a shorter answer.",
  });
}
