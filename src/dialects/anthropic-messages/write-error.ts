// Errors as clients of the Messages dialect read them, before the stream and inside it.
// Source: https://docs.claude.com/en/api/errors
import type { TrunklineError } from "../../canonical/error.js";
import type { JsonObject } from "../../canonical/json.js";
import { sseEvent } from "../../framing/sse.js";
import type { ErrorBody, Profile, Served } from "../dialect.js";

const types: ReadonlyMap<number, string> = new Map([
  [401, "authentication_error"],
  [402, "billing_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [408, "timeout_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [503, "overloaded_error"],
  [504, "timeout_error"],
  [529, "overloaded_error"],
]);

/** 424 is no fault of the request: a credential of the gateway's own was refused. */
const notTheClients = 424;

function typeOf(status: number): string {
  const isRefused = status < 500 && status !== notTheClients;
  return types.get(status) ?? (isRefused ? "invalid_request_error" : "api_error");
}

export function writeError(error: TrunklineError, generationId: string | undefined, profile: Profile): ErrorBody {
  return { status: error.status, body: JSON.stringify(errorBody(error, generationId, profile)) };
}

/** The last event of a stream that broke: no `message_stop` follows it. */
export function writeStreamError(error: TrunklineError, served: Served | undefined, profile: Profile): string {
  const told = served === undefined ? error : error.with({ provider: served.providerName });
  return sseEvent("error", JSON.stringify(errorBody(told, served?.generationId, profile)));
}

function errorBody(error: TrunklineError, generationId: string | undefined, profile: Profile): JsonObject {
  const { param, provider, providerCode, attempts } = error.details;
  return {
    type: "error",
    error: {
      type: typeOf(error.status),
      message: sentenceOf(error),
      ...(profile === "openrouter" && { error_type: error.rule.errorType }),
      code: error.code,
      ...(param !== undefined && { param }),
      ...(provider !== undefined && { provider }),
      ...(providerCode !== undefined && { provider_code: providerCode }),
      ...(attempts !== undefined && {
        attempts: attempts.map(({ provider: tried, model, status, code }) => ({
          provider: tried,
          model,
          code,
          ...(status !== undefined && { status }),
        })),
      }),
    },
    request_id: generationId ?? null,
  };
}

/** Clients of this dialect know a prompt that does not fit by Anthropic's own words, and shorten it. */
function sentenceOf(error: TrunklineError): string {
  const isTooLong = error.code === "context_length_exceeded" && !/prompt is too long/i.test(error.message);
  return isTooLong ? `prompt is too long: ${error.sentence}` : error.sentence;
}
