// Usage of the Responses dialect, read and written.
import { isObject, type JsonObject, number } from "../../canonical/json.js";
import { usdText } from "../../canonical/money.js";
import type { Usage } from "../../canonical/usage.js";
import type { Profile, Served } from "../dialect.js";

export function readUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined;
  const input = count(usage.input_tokens);
  const output = count(usage.output_tokens);
  if (input === undefined && output === undefined) return undefined;
  const inDetails = isObject(usage.input_tokens_details) ? usage.input_tokens_details : {};
  const outDetails = isObject(usage.output_tokens_details) ? usage.output_tokens_details : {};
  const inputTokens = input ?? 0;
  const outputTokens = output ?? 0;
  const cacheReadTokens = Math.min(count(inDetails.cached_tokens) ?? 0, inputTokens);
  return {
    inputTokens,
    cacheReadTokens,
    cacheWriteTokens: Math.min(count(inDetails.cache_write_tokens) ?? 0, inputTokens - cacheReadTokens),
    cacheWrite1hTokens: 0,
    outputTokens,
    reasoningTokens: Math.min(count(outDetails.reasoning_tokens) ?? 0, outputTokens),
    provenance: "reported",
  };
}

function count(value: unknown): number | undefined {
  const tokens = number(value);
  return tokens !== undefined && tokens >= 0 ? Math.round(tokens) : undefined;
}

export function writeUsage(usage: Usage): JsonObject {
  const written = usage.cacheWriteTokens + usage.cacheWrite1hTokens;
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cacheReadTokens, ...(written > 0 && { cache_write_tokens: written }) },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}

/** The usage as JSON text, with its cost where the price is known: that is a decimal which a float might not hold. */
export function usageJson(usage: Usage | undefined, served: Served, profile: Profile): string {
  if (usage === undefined) return "null";
  const json = JSON.stringify({ ...writeUsage(usage), ...(profile === "openrouter" && { is_byok: false }) });
  const cost = served.costOf(usage);
  return cost === undefined ? json : `${json.slice(0, -1)},"cost":${usdText(cost)}}`;
}
