// Usage of the Messages dialect, read and written: input without its cached parts, and those beside it.
import { Buffer } from "node:buffer";
import { isObject, type JsonObject, number } from "../../canonical/json.js";
import { usdText } from "../../canonical/money.js";
import type { Usage } from "../../canonical/usage.js";
import { changeMembers } from "../../framing/json-members.js";
import type { Profile, Served } from "../dialect.js";

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

/** Clients demand both counts; where nothing was told, they are 0. */
export function writeUsage(usage: Usage | undefined): JsonObject {
  if (usage === undefined) return { input_tokens: 0, output_tokens: 0 };
  const { inputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens, reasoningTokens } = usage;
  const written = cacheWriteTokens + cacheWrite1hTokens;
  return {
    input_tokens: inputTokens - cacheReadTokens - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cacheReadTokens,
    ...(written > 0 && {
      cache_creation: {
        ephemeral_5m_input_tokens: cacheWriteTokens,
        ephemeral_1h_input_tokens: cacheWrite1hTokens,
      },
    }),
    output_tokens: usage.outputTokens,
    ...(reasoningTokens > 0 && { output_tokens_details: { thinking_tokens: reasoningTokens } }),
  };
}

/** A usage as JSON text, with its cost for OpenRouter's clients: a decimal that a float might not hold. */
export function usageWithCost(json: string, usage: Usage | undefined, served: Served, profile: Profile): string {
  if (profile === "openai" || usage === undefined) return json;
  const cost = served.costOf(usage);
  const changes = new Map([["is_byok", "false"]]);
  if (cost !== undefined) changes.set("cost", usdText(cost));
  return changeMembers(Buffer.from(json), changes).toString("utf8");
}

function count(value: unknown): number | undefined {
  const tokens = number(value);
  return tokens !== undefined && tokens >= 0 ? Math.round(tokens) : undefined;
}
