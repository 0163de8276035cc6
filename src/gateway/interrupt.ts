// What may end an exchange from outside at any step: the client left, or the gateway is being stopped.

export type InterruptReason = "client_gone" | "draining";

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
