// A gateway's error body, read back as the TrunklineError that it was written from.
import {
  type AttemptSummary,
  type ErrorCode,
  type ErrorDetails,
  errorRules,
  TrunklineError,
} from "../canonical/error.js";
import { isArray, isObject, type Json, type JsonObject, number, parseJson, text } from "../canonical/json.js";
import { openaiChat } from "../dialects/openai-chat/dialect.js";
import { readRetryAfter } from "../upstream/retry.js";

/** @param nowMs wall clock, for a `retry-after` that is a date. */
export function readRefusal(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  nowMs: number,
): TrunklineError {
  const parsed = parseJson(body.toString("utf8"));
  const own = isObject(parsed) ? readOwnError(parsed.error, status) : undefined;
  // Somebody else answers at this address: a proxy, or another gateway.
  const error = own ?? openaiChat.readError(status, body);
  const retryAfterMs = readRetryAfter(headers, nowMs);
  return retryAfterMs === undefined ? error : error.with({ retryAfterMs });
}

/** The `error` of a body or of a stream frame; undefined where its code is none of ours. */
export function readOwnError(error: Json | undefined, status?: number): TrunklineError | undefined {
  if (!isObject(error) || !isErrorCode(error.code)) return undefined;
  const metadata = isObject(error.metadata) ? error.metadata : {};
  const whatToDo = text(metadata.what_to_do);
  const sentence = text(error.message) ?? "The gateway gave no reason.";
  // The message on the wire ends with what to do.
  const message = whatToDo === undefined ? sentence : sentence.replace(` ${whatToDo}`, "");
  return new TrunklineError(error.code, message, {
    ...detailsOf(error, metadata),
    ...(whatToDo === undefined ? {} : { whatToDo }),
    ...(status === undefined || status === errorRules[error.code].status ? {} : { status }),
  });
}

function detailsOf(error: JsonObject, metadata: JsonObject): ErrorDetails {
  const param = text(error.param);
  const provider = text(metadata.provider);
  const providerCode = text(metadata.provider_code);
  const attempts = isArray(metadata.attempts) ? metadata.attempts.flatMap(readAttempt) : undefined;
  return {
    ...(param === undefined ? {} : { param }),
    ...(provider === undefined ? {} : { provider }),
    ...(providerCode === undefined ? {} : { providerCode }),
    ...(attempts === undefined ? {} : { attempts }),
  };
}

function readAttempt(attempt: Json): readonly AttemptSummary[] {
  if (!isObject(attempt) || !isErrorCode(attempt.code)) return [];
  const { code, provider, model, status } = attempt;
  return [{ provider: text(provider) ?? "", model: text(model) ?? "", status: number(status), code }];
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(errorRules, code);
}
