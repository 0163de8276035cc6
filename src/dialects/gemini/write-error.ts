// Our errors in Google's shape. Source: https://cloud.google.com/apis/design/errors
import type { TrunklineError } from "../../canonical/error.js";
import type { JsonObject } from "../../canonical/json.js";

/** Google has no 502: what failed at a provider is its 500. */
export function statusOf({ status }: TrunklineError): number {
  return status === 502 ? 500 : status;
}

/** `{"error": {code, message, status, details}}`, as JSON text. */
export function writeErrorObject(error: TrunklineError, generationId: string | undefined): string {
  const { details } = error;
  const metadata: { [name: string]: string } = { code: error.code };
  if (details.param !== undefined) metadata.param = details.param;
  if (details.provider !== undefined) metadata.provider = details.provider;
  if (details.providerCode !== undefined) metadata.providerCode = details.providerCode;
  if (details.attempts !== undefined) metadata.attempts = String(details.attempts.length);
  if (details.whatToDo !== undefined) metadata.whatToDo = details.whatToDo;
  if (generationId !== undefined) metadata.generationId = generationId;
  const shown: JsonObject[] = [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: error.code.toUpperCase(),
      domain: "trunkline",
      metadata,
    },
  ];
  if (details.param !== undefined)
    shown.push({
      "@type": "type.googleapis.com/google.rpc.BadRequest",
      fieldViolations: [{ field: details.param, description: error.message }],
    });
  if (details.retryAfterMs !== undefined)
    shown.push({
      "@type": "type.googleapis.com/google.rpc.RetryInfo",
      retryDelay: `${Math.ceil(details.retryAfterMs / 1000)}s`,
    });
  const code = statusOf(error);
  return JSON.stringify({ error: { code, message: error.sentence, status: statusWord(code), details: shown } });
}

/** Source: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const words: ReadonlyMap<number, string> = new Map([
  [400, "INVALID_ARGUMENT"],
  [401, "UNAUTHENTICATED"],
  [402, "FAILED_PRECONDITION"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [405, "UNIMPLEMENTED"],
  [408, "DEADLINE_EXCEEDED"],
  [413, "INVALID_ARGUMENT"],
  [424, "FAILED_PRECONDITION"],
  [429, "RESOURCE_EXHAUSTED"],
  [499, "CANCELLED"],
  [500, "INTERNAL"],
  [503, "UNAVAILABLE"],
  [504, "DEADLINE_EXCEEDED"],
]);

function statusWord(status: number): string {
  return words.get(status) ?? (status < 500 ? "INVALID_ARGUMENT" : "UNAVAILABLE");
}
