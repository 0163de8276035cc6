// The record of one exchange: one row in the ledger, whatever happened after it was admitted. Prompts and answers are not in it.
import type { ErrorCode } from "../canonical/error.js";
import type { NanoUsd } from "../canonical/money.js";
import type { ReceiptNote } from "../canonical/receipt.js";
import type { Usage } from "../canonical/usage.js";

export const endings = [
  "done",
  "client_gone",
  "upstream_cut",
  "timeout",
  "failed",
  "refused",
  "draining",
  "gateway_killed",
] as const;

/** Why a generation ended. `done`: whole. `refused`: planned or held, but never sent (cost 0). */
export type Ending = (typeof endings)[number];

export interface Attempt {
  readonly provider: string;
  /** The provider's own model name. */
  readonly model: string;
  /** Milliseconds after the exchange began. */
  readonly startedMs: number;
  readonly endedMs: number;
  /** Upstream HTTP status, where one came. */
  readonly status: number | undefined;
  /** Absent: this attempt served. */
  readonly code: ErrorCode | undefined;
}

export interface Generation {
  /** `gen-<unix seconds>-<20 letters and digits>`. */
  readonly id: string;
  /** Milliseconds since 1970, UTC. */
  readonly createdMs: number;
  /** Hash of the client's key, or undefined on an open loopback gateway. */
  readonly keyHash: string | undefined;
  readonly modelAsked: string;
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly upstreamModel: string | undefined;
  readonly upstreamId: string | undefined;
  readonly dialect: string;
  readonly streamed: boolean;
  /** HTTP status that the client saw; 499 where it left before one; 500 where the gateway was killed. */
  readonly status: number;
  readonly ending: Ending;
  readonly code: ErrorCode | undefined;
  readonly finishReason: string | undefined;
  readonly nativeFinishReason: string | undefined;
  readonly usage: Usage;
  /** Input tokens as they were counted before the call, not corrected by experience; undefined where they were not counted. */
  readonly countedInputTokens: number | undefined;
  readonly countMethod: "exact" | "estimated" | undefined;
  /** Nano-dollars; undefined: the price is not known. Never 0 for that. */
  readonly costNanoUsd: NanoUsd | undefined;
  /** What was set aside before the call, nano-dollars; undefined where the price is not known. */
  readonly holdNanoUsd: NanoUsd | undefined;
  /** Milliseconds from the request's arrival to the first content; undefined where none came. */
  readonly firstContentMs: number | undefined;
  readonly totalMs: number;
  readonly attempts: readonly Attempt[];
  readonly receipt: readonly ReceiptNote[];
  readonly app: { readonly referer?: string; readonly title?: string; readonly userAgent?: string };
}

/** Written to the journal before the first upstream byte. */
export interface HoldEntry {
  readonly id: string;
  readonly createdMs: number;
  readonly keyHash: string | undefined;
  readonly modelAsked: string;
  readonly provider: string;
  readonly upstreamModel: string;
  readonly dialect: string;
  readonly streamed: boolean;
  readonly holdNanoUsd: NanoUsd | undefined;
}
