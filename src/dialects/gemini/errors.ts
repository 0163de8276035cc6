// Errors of Gemini's dialect: Google's status words and details. Source: https://ai.google.dev/gemini-api/docs/troubleshooting
// and https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
import { Buffer } from "node:buffer";
import { type ErrorCode, TrunklineError } from "../../canonical/error.js";
import { isArray, isObject, type Json, type JsonObject, parseJson, text } from "../../canonical/json.js";
import { readRefusal, refusalError } from "../refusal.js";

/** A refusal, as one object or as a list of one: so it comes where a list was to be streamed. */
export function readError(status: number, body: Buffer): TrunklineError {
  const error = refusalError(readRefusal(status, body));
  const refused = errorObject(parseJson(body.toString("utf8", 0, 64 * 1024)));
  if (refused === undefined) return error;
  // A key that is not valid is a 400 at Google: the status stays, the code says what it means.
  const code = codeOf(status, refused) ?? error.code;
  const retryAfterMs = readRetryDelay(refused);
  const word = text(refused.status);
  return new TrunklineError(code, error.message, {
    ...error.details,
    ...(word !== undefined && { providerCode: word.slice(0, 100) }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** The error that a 200 carried, in a plain answer or in a stream. */
export function readInnerError(error: Json): TrunklineError {
  return readError(200, Buffer.from(JSON.stringify({ error })));
}

function errorObject(json: Json | undefined): JsonObject | undefined {
  const outer = isArray(json) ? json[0] : json;
  return isObject(outer) && isObject(outer.error) ? outer.error : undefined;
}

/** Where the status inside a 200, or the reason, says more than the HTTP status. */
function codeOf(status: number, error: JsonObject): ErrorCode | undefined {
  if (reasonsOf(error).some((reason) => reason.startsWith("API_KEY_"))) return "upstream_auth";
  // Google says "check your plan and billing" for a rate too.
  if (status === 429 || error.status === "RESOURCE_EXHAUSTED") return "upstream_rate_limit";
  return status < 400 ? byWord.get(text(error.status) ?? "") : undefined;
}

const byWord: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["UNAUTHENTICATED", "upstream_auth"],
  ["PERMISSION_DENIED", "upstream_auth"],
  ["NOT_FOUND", "upstream_not_found"],
  ["UNAVAILABLE", "upstream_overloaded"],
]);

function detailsOf(error: JsonObject): readonly JsonObject[] {
  return isArray(error.details) ? error.details.filter(isObject) : [];
}

function reasonsOf(error: JsonObject): readonly string[] {
  return detailsOf(error).flatMap(({ reason }) => (typeof reason === "string" ? [reason] : []));
}

/** `RetryInfo`: seconds as `34.07s`. Bounded by a day, as no provider means more. */
function readRetryDelay(error: JsonObject): number | undefined {
  for (const { retryDelay } of detailsOf(error)) {
    const match = typeof retryDelay === "string" ? /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(retryDelay) : null;
    if (match !== null) return Math.min(Math.ceil(Number(match[1]) * 1000), 86_400_000);
  }
  return undefined;
}
