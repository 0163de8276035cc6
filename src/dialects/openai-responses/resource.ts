// The response as a resource: every reply and each event that begins or ends a stream holds all of it.
// Source: https://www.openresponses.org/specification (the fields that the specification requires)
import { isArray, isObject, type Json, type JsonObject, number, text } from "../../canonical/json.js";
import type { Usage } from "../../canonical/usage.js";
import type { Profile, Served } from "../dialect.js";
import { usageJson } from "./usage.js";

/** Null counts as present. */
export const requiredFields = [
  ...["id", "object", "created_at", "completed_at", "status", "incomplete_details", "model", "previous_response_id"],
  ...["instructions", "output", "error", "tools", "tool_choice", "truncation", "parallel_tool_calls", "text", "top_p"],
  ...["presence_penalty", "frequency_penalty", "top_logprobs", "temperature", "reasoning", "usage", "metadata"],
  ...["max_output_tokens", "max_tool_calls", "store", "background", "service_tier", "safety_identifier"],
  "prompt_cache_key",
] as const;

export interface Standing {
  readonly status: "in_progress" | "completed" | "incomplete" | "failed";
  readonly output: readonly JsonObject[];
  readonly usage?: Usage | undefined;
  readonly reason?: string | undefined;
  /** What went wrong, and OpenRouter's word for it. */
  readonly error?: { readonly code: string; readonly message: string; readonly errorType: string };
}

/** As JSON text. @param settings from `settingsOf`, the same for all events of a stream. */
export function writeResource(standing: Standing, settings: JsonObject, served: Served, profile: Profile): string {
  const json = JSON.stringify(resourceFields(standing, settings, served, profile));
  return `${json.slice(0, -1)},"usage":${usageJson(standing.usage, served, profile)}}`;
}

/** All but the usage. */
export function resourceFields(standing: Standing, settings: JsonObject, served: Served, profile: Profile): JsonObject {
  const { status, output, reason, error } = standing;
  return {
    id: served.generationId,
    object: "response",
    created_at: served.createdSeconds,
    completed_at: status === "completed" ? (served.nowSeconds?.() ?? served.createdSeconds) : null,
    status,
    background: false,
    error: error === undefined ? null : { code: error.code, message: error.message },
    ...(error !== undefined && profile === "openrouter" && { error_type: error.errorType }),
    incomplete_details: reason === undefined ? null : { reason },
    model: served.model,
    provider: served.providerName,
    output,
    previous_response_id: null,
    store: false,
    ...settings,
  };
}

/** The settings of the request as answers repeat them, with OpenAI's defaults for what was not said. */
export function settingsOf(asked: JsonObject | undefined): JsonObject {
  const body = asked ?? {};
  const reasoning = isObject(body.reasoning) ? body.reasoning : {};
  return {
    instructions: text(body.instructions) ?? null,
    max_output_tokens: number(body.max_output_tokens) ?? null,
    max_tool_calls: number(body.max_tool_calls) ?? null,
    metadata: isObject(body.metadata) ? body.metadata : {},
    parallel_tool_calls: body.parallel_tool_calls !== false,
    prompt_cache_key: text(body.prompt_cache_key) ?? null,
    reasoning: { effort: reasoning.effort ?? null, summary: reasoning.summary ?? null },
    safety_identifier: text(body.safety_identifier) ?? null,
    service_tier: text(body.service_tier) ?? "default",
    temperature: number(body.temperature) ?? 1,
    text: textSettings(body.text),
    tool_choice: body.tool_choice ?? "auto",
    tools: isArray(body.tools) ? body.tools.map(toolSettings) : [],
    top_logprobs: number(body.top_logprobs) ?? 0,
    top_p: number(body.top_p) ?? 1,
    truncation: text(body.truncation) ?? "disabled",
    user: text(body.user) ?? null,
    presence_penalty: number(body.presence_penalty) ?? 0,
    frequency_penalty: number(body.frequency_penalty) ?? 0,
  };
}

function textSettings(asked: Json | undefined): JsonObject {
  const given = isObject(asked) ? asked : {};
  return { ...given, format: isObject(given.format) ? given.format : { type: "text" } };
}

function toolSettings(tool: Json): Json {
  if (!isObject(tool) || tool.type !== "function") return tool;
  return {
    ...tool,
    description: tool.description ?? null,
    parameters: tool.parameters ?? null,
    strict: tool.strict ?? null,
  };
}
