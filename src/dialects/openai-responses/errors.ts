// Errors of the Responses dialect inside a stream. Those before it have the Chat dialect's shape.
// Source: https://platform.openai.com/docs/api-reference/responses-streaming/error
import type { ErrorCode, TrunklineError } from "../../canonical/error.js";
import type { JsonObject } from "../../canonical/json.js";
import { sseData, sseDone, sseEvent } from "../../framing/sse.js";
import type { Profile, Served } from "../dialect.js";
import type { Standing } from "./resource.js";

/** An error after the stream began, where nothing of the answer did. */
export function writeStreamError(error: TrunklineError, _served: Served | undefined, profile: Profile): string {
  return (
    writeEvent(JSON.stringify({ type: "error", sequence_number: 0, ...errorFields(error) }), "error", profile) +
    closer(profile)
  );
}

/** OpenAI's clients raise an exception for the inner object; its documentation puts the same at the top. */
export function errorFields(error: TrunklineError): JsonObject {
  const { param } = error.details;
  const said = { code: error.code, message: error.sentence, param: param ?? null };
  return { ...said, error: { type: error.rule.type, ...said } };
}

/** Codes of `response.error` are OpenAI's few. */
const responseCodes: ReadonlyMap<ErrorCode, string> = new Map<ErrorCode, string>([
  ["rate_limit_exceeded", "rate_limit_exceeded"],
  ["upstream_rate_limit", "rate_limit_exceeded"],
  ["invalid_request", "invalid_prompt"],
  ["upstream_refused", "invalid_prompt"],
  ["context_length_exceeded", "invalid_prompt"],
  ["content_policy_violation", "invalid_prompt"],
]);

export function failureOf(error: TrunklineError): NonNullable<Standing["error"]> {
  return {
    code: responseCodes.get(error.code) ?? "server_error",
    message: error.sentence,
    errorType: error.rule.errorType,
  };
}

/** OpenAI names its events; OpenRouter's frames are data alone. */
export function writeEvent(json: string, type: string, profile: Profile): string {
  return profile === "openai" ? sseEvent(type, json) : sseData(json);
}

/** OpenRouter ends its streams as those of the Chat dialect; OpenAI's end with the last event. */
export function closer(profile: Profile): string {
  return profile === "openai" ? "" : sseDone;
}
