// Usage of the Messages dialect: input without its cached parts, and those beside it.
import { isObject, type JsonObject, number } from "../../canonical/json.js";
import type { Usage } from "../../canonical/usage.js";

/** Later fields replace earlier ones: the counts of a stream are cumulative, and its last event may leave some out. */
export function mergeUsage(earlier: JsonObject, later: unknown): JsonObject {
  if (!isObject(later)) return earlier;
  const told = Object.entries(later).filter(([, value]) => value !== null && value !== undefined);
  return { ...earlier, ...Object.fromEntries(told) };
}

export function readUsage(usage: JsonObject): Usage | undefined {
  const fresh = count(usage.input_tokens);
  const outputTokens = count(usage.output_tokens);
  if (fresh === undefined && outputTokens === undefined) return undefined;
  const cacheReadTokens = count(usage.cache_read_input_tokens) ?? 0;
  const split = isObject(usage.cache_creation) ? usage.cache_creation : {};
  const hour = count(split.ephemeral_1h_input_tokens) ?? 0;
  const written = count(usage.cache_creation_input_tokens) ?? hour + (count(split.ephemeral_5m_input_tokens) ?? 0);
  const cacheWrite1hTokens = Math.min(hour, written);
  const details = isObject(usage.output_tokens_details) ? usage.output_tokens_details : {};
  return {
    inputTokens: (fresh ?? 0) + cacheReadTokens + written,
    cacheReadTokens,
    cacheWriteTokens: written - cacheWrite1hTokens,
    cacheWrite1hTokens,
    outputTokens: outputTokens ?? 0,
    reasoningTokens: Math.min(count(details.thinking_tokens) ?? 0, outputTokens ?? 0),
    provenance: "reported",
  };
}

function count(value: unknown): number | undefined {
  const tokens = number(value);
  return tokens !== undefined && tokens >= 0 ? Math.round(tokens) : undefined;
}
