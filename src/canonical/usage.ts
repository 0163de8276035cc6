// What a generation used. The parts of a sum are disjoint, and every usage says where its numbers come from.

/** `reported` by the provider, `estimated` by us, or `unknown`. */
export type Provenance = "reported" | "estimated" | "unknown";

export interface Usage {
  /** All input tokens, cached ones included. */
  readonly inputTokens: number;
  /** Part of `inputTokens` that was read from the provider's cache. */
  readonly cacheReadTokens: number;
  /** Part of `inputTokens` written to a cache that lives 5 minutes. */
  readonly cacheWriteTokens: number;
  /** Part of `inputTokens` written to a cache that lives 1 hour. */
  readonly cacheWrite1hTokens: number;
  /** All output tokens, reasoning included. */
  readonly outputTokens: number;
  /** Part of `outputTokens` spent on reasoning. */
  readonly reasoningTokens: number;
  readonly provenance: Provenance;
}

export const noUsage: Usage = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  provenance: "unknown",
};
