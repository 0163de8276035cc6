// Usage in the Chat dialect: read in the shapes that providers send it, written in OpenAI's and in OpenRouter's.
import { isObject, type Json, type JsonObject, number } from "../../canonical/json.js";
import { type NanoUsd, usdText } from "../../canonical/money.js";
import type { Usage } from "../../canonical/usage.js";

/** The usage of a plain answer or of a stream frame; undefined where it has none. */
export function usageOf(frame: JsonObject): Usage | undefined {
  return readUsage(frame.usage) ?? (isObject(frame.x_groq) ? readUsage(frame.x_groq.usage) : undefined);
}

export function readUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined;
  const input = count(usage.prompt_tokens) ?? count(usage.input_tokens);
  const completion = count(usage.completion_tokens) ?? count(usage.output_tokens);
  const total = count(usage.total_tokens);
  if (input === undefined && completion === undefined) return undefined;
  const inputTokens = input ?? Math.max(0, (total ?? 0) - (completion ?? 0));
  const inDetails = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const outDetails = isObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {};
  const reasoning = count(outDetails.reasoning_tokens) ?? count(usage.reasoning_tokens) ?? 0;
  const answer = completion ?? 0;
  // Some providers count reasoning beside the completion; their own total tells.
  const isBeside = reasoning > 0 && total === inputTokens + answer + reasoning;
  const outputTokens = isBeside ? answer + reasoning : answer;
  const cacheRead =
    count(inDetails.cached_tokens) ??
    count(usage.prompt_cache_hit_tokens) ??
    count(usage.cached_tokens) ??
    count(usage.num_cached_tokens) ??
    count(usage.cache_read_input_tokens) ??
    0;
  const cacheWrite = count(inDetails.cache_write_tokens) ?? count(usage.cache_creation_input_tokens) ?? 0;
  // More cached than sent: this provider counts cached tokens beside the input (Grok on Azure).
  const allInput = cacheRead > inputTokens ? inputTokens + cacheRead : inputTokens;
  return {
    inputTokens: allInput,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: Math.min(cacheWrite, allInput - cacheRead),
    cacheWrite1hTokens: 0,
    outputTokens,
    reasoningTokens: Math.min(reasoning, outputTokens),
    provenance: "reported",
  };
}

/** Providers send null, strings and negative numbers too. */
function count(value: unknown): number | undefined {
  const tokens = number(value);
  return tokens !== undefined && tokens >= 0 ? Math.round(tokens) : undefined;
}

export function writeUsage(usage: Usage): JsonObject {
  const written = usage.cacheWriteTokens + usage.cacheWrite1hTokens;
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      ...(written > 0 && { cache_write_tokens: written }),
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

const plainCounts = new Set(["audio_tokens", "video_tokens", "file_tokens", "image_tokens"]);

/**
 * Usage as OpenRouter's clients check it: whole numbers, never null, `cost` absent rather than null.
 * `sent` is the provider's own object: what canonical does not name is kept from it where those clients can read it.
 */
export function writeOpenRouterUsage(usage: Usage, cost: NanoUsd | undefined, sent: Json | undefined): string {
  const written = writeUsage(usage);
  const own = isObject(sent) ? sent : {};
  const json = JSON.stringify({
    ...written,
    prompt_tokens_details: { ...countsOf(own.prompt_tokens_details), ...objectOf(written.prompt_tokens_details) },
    completion_tokens_details: {
      ...countsOf(own.completion_tokens_details),
      ...objectOf(written.completion_tokens_details),
    },
    is_byok: false,
  });
  return cost === undefined ? json : `${json.slice(0, -1)},"cost":${usdText(cost)}}`;
}

function countsOf(details: Json | undefined): JsonObject {
  if (!isObject(details)) return {};
  return Object.fromEntries(
    Object.entries(details).filter(([key, value]) => plainCounts.has(key) && Number.isSafeInteger(value)),
  );
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
