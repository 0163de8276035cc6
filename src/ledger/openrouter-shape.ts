// A generation as OpenRouter's `GET /api/v1/generation` answers it: every field that its SDK requires.
import type { JsonObject } from "../canonical/json.js";
import type { Generation } from "./generation.js";

/** Canonical reason → OpenRouter's word. Anything else has no word there and is null; the native reason tells. */
const finishWords: Readonly<Record<string, string>> = {
  stop: "stop",
  length: "length",
  "tool-calls": "tool_calls",
  "content-filter": "content_filter",
  error: "error",
};

/**
 * The `data` object. Tokens that nobody reported or estimated are null. `total_cost` must be a number there: where the
 * price is unknown it is 0, and `trunkline.cost` says so.
 * @param providerName the display name of a provider id: `openai` → `OpenAI`.
 */
export function openRouterGeneration(generation: Generation, providerName: (id: string) => string): JsonObject {
  const { usage, firstContentMs } = generation;
  const known = usage.provenance !== "unknown";
  const tokens = (count: number): number | null => (known ? Math.trunc(count) : null);
  const totalMs = Math.round(generation.totalMs);
  const costUsd = (generation.costNanoUsd ?? 0) / 1e9;
  return {
    id: generation.id,
    upstream_id: generation.upstreamId ?? null,
    request_id: null,
    session_id: null,
    response_cache_source_id: null,
    preset_id: null,
    created_at: new Date(generation.createdMs).toISOString(),
    model: generation.model ?? generation.modelAsked,
    provider_name: generation.provider === undefined ? null : providerName(generation.provider),
    router: null,
    api_type: "completions",
    streamed: generation.streamed,
    cancelled: generation.ending === "client_gone",
    finish_reason: finishWords[generation.finishReason ?? ""] ?? null,
    native_finish_reason: generation.nativeFinishReason ?? null,
    latency: totalMs,
    generation_time: firstContentMs === undefined ? null : Math.max(0, totalMs - Math.round(firstContentMs)),
    moderation_latency: null,
    tokens_prompt: tokens(usage.inputTokens),
    tokens_completion: tokens(usage.outputTokens),
    native_tokens_prompt: tokens(usage.inputTokens),
    native_tokens_completion: tokens(usage.outputTokens),
    native_tokens_reasoning: tokens(usage.reasoningTokens),
    native_tokens_cached: tokens(usage.cacheReadTokens),
    native_tokens_completion_images: null,
    total_cost: costUsd,
    usage: costUsd,
    cache_discount: null,
    upstream_inference_cost: null,
    is_byok: false,
    num_media_prompt: null,
    num_media_completion: null,
    num_input_audio_prompt: null,
    num_search_results: null,
    num_fetches: null,
    web_search_engine: null,
    service_tier: null,
    provider_responses: generation.attempts.map((attempt) => ({
      provider_name: providerName(attempt.provider),
      status: attempt.status ?? null,
      latency: Math.round(attempt.endedMs - attempt.startedMs),
      is_byok: false,
      model_permaslug: attempt.model,
    })),
    origin: generation.app.referer ?? "",
    http_referer: generation.app.referer ?? null,
    user_agent: generation.app.userAgent ?? null,
    external_user: null,
    workspace_id: null,
    app_id: null,
    data_region: "global",
    // Ours, beside OpenRouter's: what its shape has no word for.
    trunkline: {
      ending: generation.ending,
      code: generation.code ?? null,
      status: generation.status,
      usage: usage.provenance,
      cost: generation.costNanoUsd === undefined ? "unknown" : "known",
      receipt: generation.receipt.map((note) => ({ ...note })),
    },
  };
}
