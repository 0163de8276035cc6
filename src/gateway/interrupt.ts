// What may end an exchange from outside at any step: the client left, or the gateway is being stopped.
import { TrunklineError } from "../canonical/error.js";

export type InterruptReason = "client_gone" | "draining";

export function interruptError(reason: InterruptReason): TrunklineError {
  return reason === "client_gone"
    ? new TrunklineError("client_gone", "The client left before the answer was complete.")
    : new TrunklineError("draining", "The gateway was stopped before the answer was complete.", {
        retryAfterMs: 1_000,
        whatToDo: "Send the request again.",
      });
}

/** One slot: whoever acts at the moment listens. An interrupt stays: a later listener is told at once. */
export interface Interrupt {
  readonly reason: InterruptReason | undefined;
  raise(reason: InterruptReason): void;
  listen(listener: ((reason: InterruptReason) => void) | undefined): void;
}

export function createInterrupt(): Interrupt {
  let reason: InterruptReason | undefined;
  let listener: ((reason: InterruptReason) => void) | undefined;
  return {
    get reason() {
      return reason;
    },
    raise(why) {
      if (reason !== undefined) return;
      reason = why;
      listener?.(why);
    },
    listen(next) {
      listener = next;
      if (reason !== undefined) next?.(reason);
    },
  };
}
