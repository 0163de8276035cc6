// One request in flight, as one type per step. A step takes the type before it and gives the next: run early, it does not compile.
import type { Principal } from "../admission/keys.js";
import type { TrunklineError } from "../canonical/error.js";
import type { NanoUsd } from "../canonical/money.js";
import type { ReceiptNote } from "../canonical/receipt.js";
import type { AnswerFacts, ClientDialect, ClientRequest, Profile } from "../dialects/dialect.js";
import type { Attempt } from "../ledger/generation.js";
import type { Plan } from "../routing/plan.js";
import type { PlannedEndpoint } from "../routing/resolve.js";
import type { ModelCount } from "../tokens/request-counter.js";

/** Step 1: the request was read. */
export interface Received {
  readonly generationId: string;
  /** Milliseconds since 1970, UTC. */
  readonly createdMs: number;
  /** Monotonic milliseconds. */
  readonly startedMs: number;
  readonly principal: Principal;
  readonly dialect: ClientDialect;
  readonly profile: Profile;
  readonly request: ClientRequest;
  /** The client's own limit for the whole request, milliseconds. */
  readonly clientTimeoutMs: number | undefined;
  readonly app: { readonly referer?: string; readonly title?: string; readonly userAgent?: string };
}

/** Step 2: it may be served, and has a place. From here on there is one row in the ledger. */
export interface Admitted {
  readonly received: Received;
}

/** Step 3: where it may be sent. */
export interface Planned {
  readonly admitted: Admitted;
  readonly plan: Plan;
}

/** Step 3, too: what is too long for an endpoint is not sent there. */
export interface Fitted extends Planned {
  /**
   * The input as an endpoint's model counts it; undefined where it was not counted: the bytes alone say that it fits, and
   * bound it.
   */
  readonly countFor: (endpoint: PlannedEndpoint) => ModelCount | undefined;
  /** What was left out on the client's own wish, so that it fits. */
  readonly notes: readonly ReceiptNote[];
}

/** Step 4: the money is set aside and the journal knows. */
export interface Held {
  readonly fitted: Fitted;
  readonly holdNanoUsd: NanoUsd | undefined;
}

/** Steps 5 to 7: an endpoint answered, or none did. */
export interface Answered {
  readonly held: Held;
  readonly attempts: readonly Attempt[];
  /** The endpoint that served, or that was tried last. */
  readonly endpoint: PlannedEndpoint | undefined;
  readonly facts: AnswerFacts;
  /** Why it did not end whole. */
  readonly error: TrunklineError | undefined;
  /** True once the client has seen content. */
  readonly committed: boolean;
  readonly receipt: readonly ReceiptNote[];
  /** Milliseconds from the start to the first content. */
  readonly firstContentMs: number | undefined;
  /** What the client still has to get: written after settling, so that the record is there when the answer ends. */
  readonly tail: Buffer | string | undefined;
}
