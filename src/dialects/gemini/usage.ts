// Usage of Gemini's dialect, in both directions: thinking is counted beside the answer, what built-in tools read beside the
// prompt. Source: https://ai.google.dev/api/generate-content#UsageMetadata
import { isObject, type Json, type JsonObject, number } from "../../canonical/json.js";
import type { Usage } from "../../canonical/usage.js";

/**
 * Later counts replace earlier ones: those of a stream are cumulative. What comes with a total is complete, as zeros are
 * left out; what comes without one adds to what is known.
 */
export function mergeUsage(earlier: JsonObject, later: Json | undefined): JsonObject {
  if (!isObject(later)) return earlier;
  if (number(later.totalTokenCount) !== undefined) return later;
  const told = Object.entries(later).filter(([, value]) => value !== null && value !== undefined);
  return { ...earlier, ...Object.fromEntries(told) };
}

/** Undefined where nothing is counted: the first events of some streams tell only how the traffic is billed. */
export function readUsage(usage: JsonObject): Usage | undefined {
  const prompt = count(usage.promptTokenCount);
  const answer = count(usage.candidatesTokenCount);
  if (prompt === undefined && answer === undefined) return undefined;
  const inputTokens = (prompt ?? 0) + (count(usage.toolUsePromptTokenCount) ?? 0);
  const reasoningTokens = count(usage.thoughtsTokenCount) ?? 0;
  return {
    inputTokens,
    cacheReadTokens: Math.min(count(usage.cachedContentTokenCount) ?? 0, inputTokens),
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: (answer ?? 0) + reasoningTokens,
    reasoningTokens,
    provenance: "reported",
  };
}

function count(value: unknown): number | undefined {
  const tokens = number(value);
  return tokens !== undefined && tokens >= 0 ? Math.round(tokens) : undefined;
}

export function writeUsage(usage: Usage): JsonObject {
  return {
    promptTokenCount: usage.inputTokens,
    candidatesTokenCount: usage.outputTokens - usage.reasoningTokens,
    totalTokenCount: usage.inputTokens + usage.outputTokens,
    ...(usage.cacheReadTokens > 0 && { cachedContentTokenCount: usage.cacheReadTokens }),
    ...(usage.reasoningTokens > 0 && { thoughtsTokenCount: usage.reasoningTokens }),
  };
}
