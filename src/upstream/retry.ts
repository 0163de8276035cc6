// Step 5: may this failure be tried again, here or elsewhere, and when? Pure; the only reader of `retry-after`.
import type { TrunklineError } from "../canonical/error.js";

/** Attempts at one endpoint after the first. */
export const maxRetries = 2;
const firstBackoffMs = 250;
/** A longer `retry-after` is not waited for: the next endpoint is tried, or the client is told at once. */
const longestWaitMs = 5_000;

export type RetryDecision =
  | { readonly type: "again"; readonly afterMs: number }
  | { readonly type: "next-endpoint" }
  | { readonly type: "give-up" };

export interface RetrySituation {
  readonly error: TrunklineError;
  /** Attempts at this endpoint so far, at least 1. */
  readonly triesHere: number;
  /** Another credential of this provider is ready. */
  readonly otherCredential: boolean;
  /** Milliseconds until the deadline. */
  readonly leftMs: number;
  /** In [0, 1). */
  readonly chance: number;
}

export function decideRetry({ error, triesHere, otherCredential, leftMs, chance }: RetrySituation): RetryDecision {
  const { retry, next } = error.rule;
  const elsewhere: RetryDecision = next ? { type: "next-endpoint" } : { type: "give-up" };
  if (error.rule.blames === "credential" && otherCredential) return { type: "again", afterMs: 0 };
  if (retry !== "backoff" || triesHere > maxRetries) return elsewhere;
  const asked = error.details.retryAfterMs;
  if (asked !== undefined && asked > longestWaitMs) return elsewhere;
  const backoffMs = chance * firstBackoffMs * 2 ** (triesHere - 1);
  const afterMs = Math.max(asked ?? 0, backoffMs);
  return afterMs >= leftMs ? elsewhere : { type: "again", afterMs };
}

const decimal = /^\d+(?:\.\d+)?$/;
/** No provider means more than a day. */
const mostMs = 86_400_000;

/**
 * How long a provider asks us to wait, in milliseconds: `retry-after-ms`, else `retry-after` as seconds or as a date
 * (RFC 9110 §10.2.3). Undefined where it says nothing, or nothing sensible.
 */
export function readRetryAfter(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const inMs = headers["retry-after-ms"]?.trim();
  if (inMs !== undefined && decimal.test(inMs)) return Math.min(Number(inMs), mostMs);
  const value = headers["retry-after"]?.trim();
  if (value === undefined || value === "") return undefined;
  // A header that was sent twice arrives as a list: the longer wait counts.
  const seconds = value.split(",").map((item) => item.trim());
  if (seconds.every((item) => decimal.test(item))) return Math.min(Math.max(...seconds.map(Number)) * 1_000, mostMs);
  if (!/^[A-Za-z]{3,9},? /.test(value)) return undefined;
  // The oldest of the three forms of a date names no zone, and means GMT.
  const at = Date.parse(/ GMT$/i.test(value) ? value : `${value} GMT`);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(0, at - nowMs), mostMs);
}
