// Errors of the Chat dialect: a provider's refusal read, ours written in both profiles, before the stream and inside it.
import { Buffer } from "node:buffer";
import type { TrunklineError } from "../../canonical/error.js";
import type { Json, JsonObject } from "../../canonical/json.js";
import { sseData, sseDone } from "../../framing/sse.js";
import type { ErrorBody, Profile, Served } from "../dialect.js";
import { readRefusal, refusalError } from "../refusal.js";

export function readError(status: number, body: Buffer): TrunklineError {
  return refusalError(readRefusal(status, body));
}

/** The error that a 200 carried, in a plain answer or in a frame. */
export function readInnerError(error: Json): TrunklineError {
  return readError(200, Buffer.from(JSON.stringify({ error })));
}

export function writeError(error: TrunklineError, generationId: string | undefined, profile: Profile): ErrorBody {
  return { status: error.status, body: JSON.stringify({ error: errorObject(error, generationId, profile) }) };
}

export function writeStreamError(error: TrunklineError, served: Served | undefined, profile: Profile): string {
  const frame = {
    id: served?.generationId ?? "",
    object: "chat.completion.chunk",
    created: served?.createdSeconds ?? 0,
    model: served?.model ?? "",
    ...(served !== undefined && { provider: served.providerName }),
    error: errorObject(error.with(served === undefined ? {} : { provider: served.providerName }), undefined, profile),
    choices: [
      { index: 0, delta: { role: "assistant", content: "" }, finish_reason: "error", native_finish_reason: null },
    ],
  };
  return sseData(JSON.stringify(frame)) + sseDone;
}

function errorObject(error: TrunklineError, generationId: string | undefined, profile: Profile): JsonObject {
  const { details } = error;
  // Absent rather than null: clients call methods on what is there.
  const metadata: JsonObject = {
    error_type: error.rule.errorType,
    ...(details.provider !== undefined &&
      (profile === "openai" ? { provider: details.provider } : { provider_name: details.provider })),
    ...(details.providerCode !== undefined && { provider_code: details.providerCode }),
    ...(details.attempts !== undefined && {
      attempts: details.attempts.map(({ provider, model, status, code }) => ({
        provider,
        model,
        code,
        ...(status !== undefined && { status }),
      })),
    }),
    ...(details.whatToDo !== undefined && { what_to_do: details.whatToDo }),
    ...(generationId !== undefined && { generation_id: generationId }),
  };
  if (profile === "openai")
    return {
      message: error.sentence,
      type: error.rule.type,
      code: error.code,
      param: details.param ?? null,
      metadata,
    };
  return {
    code: error.status,
    message: error.sentence,
    type: error.code,
    ...(details.param !== undefined && { param: details.param }),
    metadata: {
      ...metadata,
      ...(details.providerMessage !== undefined && { raw: details.providerMessage }),
    },
  };
}
