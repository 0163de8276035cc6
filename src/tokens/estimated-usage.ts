// A count of tokens where nobody reported one. Rough on purpose, and marked as `estimated` wherever it goes.
import type { Usage } from "../canonical/usage.js";

/** Mean UTF-8 bytes per token of English prose, the rule of thumb that OpenAI publishes. */
const bytesPerToken = 4;

export function estimateTokens(utf8Bytes: number): number {
  return Math.ceil(Math.max(0, utf8Bytes) / bytesPerToken);
}

export function estimateUsage(inputTokens: number, outputTokens: number): Usage {
  return {
    inputTokens,
    outputTokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    reasoningTokens: 0,
    provenance: "estimated",
  };
}
