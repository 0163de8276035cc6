// The gateway's own response headers: which generation, who served, what it cost, and whether trying again makes sense.
import type { TrunklineError } from "../canonical/error.js";
import { type NanoUsd, usdText } from "../canonical/money.js";
import { type ReceiptNote, receiptSummary } from "../canonical/receipt.js";
import type { PlannedEndpoint } from "../routing/resolve.js";

export interface ServedHeaders {
  readonly generationId: string;
  /** Where the client's dialect looks for the id, beside `x-request-id`. */
  readonly idHeader?: string | undefined;
  readonly endpoint: PlannedEndpoint | undefined;
  readonly stream: boolean;
  /** Of the client's dialect; absent: server-sent events. */
  readonly streamType?: string | undefined;
  readonly attempts: number;
  readonly costNanoUsd: NanoUsd | undefined;
  readonly receipt: readonly ReceiptNote[];
}

/** Header values are printable ASCII: a model name of another alphabet is percent-encoded. */
const headerText = (value: string) => (/^[\x20-\x7e]*$/.test(value) ? value : encodeURIComponent(value));

export function servedHeaders(served: ServedHeaders): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": served.stream ? (served.streamType ?? "text/event-stream; charset=utf-8") : "application/json",
    "x-generation-id": served.generationId,
    "x-request-id": served.generationId,
  };
  if (served.idHeader !== undefined) headers[served.idHeader] = served.generationId;
  if (served.stream) {
    headers["cache-control"] = "no-cache";
    // Proxies such as nginx buffer streams unless told not to.
    headers["x-accel-buffering"] = "no";
  }
  if (served.endpoint !== undefined) {
    headers["x-trunkline-provider"] = headerText(served.endpoint.provider.id);
    headers["x-trunkline-model"] = headerText(served.endpoint.model);
  }
  if (served.attempts > 1) headers["x-trunkline-attempts"] = String(served.attempts);
  if (served.costNanoUsd !== undefined) headers["x-trunkline-cost-usd"] = usdText(served.costNanoUsd);
  if (served.receipt.length > 0) headers["x-trunkline-receipt"] = receiptSummary(served.receipt);
  return headers;
}

export function errorHeaders(
  error: TrunklineError,
  generationId: string | undefined,
  idHeader?: string,
): Record<string, string> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (generationId !== undefined) {
    headers["x-generation-id"] = generationId;
    headers["x-request-id"] = generationId;
    if (idHeader !== undefined) headers[idHeader] = generationId;
  }
  const { retryAfterMs, attempts, provider } = error.details;
  if (retryAfterMs !== undefined) headers["retry-after"] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  // SDKs multiply our retries with theirs unless told not to.
  if (attempts !== undefined && attempts.length > 1) headers["x-should-retry"] = "false";
  if (provider !== undefined) headers["x-trunkline-provider"] = headerText(provider);
  return headers;
}
