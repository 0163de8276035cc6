// The closed taxonomy of errors. One row per code: what HTTP says, whether trying again helps, whom it counts against.
// Never rename a code: users of the official SDKs match on them.

interface ErrorRule {
  /** HTTP status for the client. A permanent failure is never a 5xx. */
  readonly status: number;
  /** OpenAI's `error.type`. */
  readonly type: string;
  /** OpenRouter's `error.metadata.error_type`. */
  readonly errorType: string;
  /** Again at the same endpoint: never, after a pause, or with another credential of the provider. */
  readonly retry: "no" | "backoff" | "credential";
  /** Whether the next endpoint of the plan may be tried. */
  readonly next: boolean;
  readonly blames: "nobody" | "credential" | "endpoint";
}

const client = { retry: "no", next: false, blames: "nobody" } as const;
const invalid = { ...client, status: 400, type: "invalid_request_error", errorType: "invalid_request" } as const;
const outage = {
  status: 502,
  type: "server_error",
  errorType: "provider_unavailable",
  next: true,
  blames: "endpoint",
} as const;
const late = { ...outage, status: 504, errorType: "timeout", retry: "no" } as const;

export const errorRules = {
  // What the client sent
  invalid_request: invalid,
  invalid_json: invalid,
  unsupported_parameter: invalid,
  payload_too_large: { ...invalid, status: 413, errorType: "payload_too_large" },
  headers_too_large: { ...invalid, status: 431 },
  unsupported_media_type: { ...invalid, status: 415 },
  method_not_allowed: { ...invalid, status: 405 },
  context_length_exceeded: { ...invalid, errorType: "context_length_exceeded" },
  not_found: { ...invalid, status: 404, errorType: "not_found" },
  model_not_found: { ...invalid, status: 404, errorType: "not_found" },
  provider_not_configured: { ...invalid, status: 404, errorType: "not_found" },
  request_timeout: { ...client, status: 408, type: "invalid_request_error", errorType: "timeout" },
  client_gone: { ...client, status: 499, type: "invalid_request_error", errorType: "unmapped" },
  // Who the client is
  invalid_api_key: { ...client, status: 401, type: "authentication_error", errorType: "authentication" },
  origin_not_allowed: { ...client, status: 403, type: "permission_error", errorType: "permission_denied" },
  host_not_allowed: { ...client, status: 403, type: "permission_error", errorType: "permission_denied" },
  model_not_allowed: { ...client, status: 403, type: "permission_error", errorType: "permission_denied" },
  insufficient_quota: { ...client, status: 402, type: "insufficient_quota", errorType: "payment_required" },
  rate_limit_exceeded: { ...client, status: 429, type: "rate_limit_error", errorType: "rate_limit_exceeded" },
  // What the provider said
  upstream_refused: { ...invalid, blames: "nobody" },
  upstream_not_found: { ...invalid, status: 404, errorType: "not_found", next: true },
  content_policy_violation: {
    ...client,
    status: 403,
    type: "invalid_request_error",
    errorType: "content_policy_violation",
    next: true,
  },
  upstream_auth: {
    status: 424,
    type: "upstream_error",
    errorType: "provider_unavailable",
    retry: "credential",
    next: true,
    blames: "credential",
  },
  upstream_credit: {
    status: 424,
    type: "upstream_error",
    errorType: "provider_unavailable",
    retry: "credential",
    next: true,
    blames: "credential",
  },
  upstream_rate_limit: {
    status: 429,
    type: "rate_limit_error",
    errorType: "rate_limit_exceeded",
    retry: "backoff",
    next: true,
    blames: "credential",
  },
  upstream_overloaded: { ...outage, status: 503, errorType: "provider_overloaded", retry: "backoff" },
  upstream_error: { ...outage, retry: "backoff" },
  upstream_connect: { ...outage, retry: "backoff" },
  upstream_dns: { ...outage, retry: "backoff" },
  upstream_tls: { ...outage, retry: "no" },
  upstream_reset: { ...outage, retry: "backoff" },
  upstream_invalid: { ...outage, retry: "backoff" },
  upstream_truncated: { ...outage, retry: "backoff" },
  upstream_redirect: { ...outage, status: 424, type: "upstream_error", retry: "no" },
  timeout_connect: { ...late, retry: "backoff" },
  timeout_first_token: late,
  timeout_idle: late,
  timeout_total: { ...late, next: false },
  deadline_exceeded: { ...late, status: 408, next: false, blames: "nobody" },
  // The gateway itself
  gateway_overloaded: { ...client, status: 503, type: "server_error", errorType: "provider_overloaded" },
  draining: { ...client, status: 503, type: "server_error", errorType: "provider_unavailable" },
  internal: { ...client, status: 500, type: "server_error", errorType: "server" },
} as const satisfies Record<string, ErrorRule>;

export type ErrorCode = keyof typeof errorRules;

export interface AttemptSummary {
  readonly provider: string;
  readonly model: string;
  /** Upstream HTTP status, where one came. */
  readonly status: number | undefined;
  readonly code: ErrorCode;
}

export interface ErrorDetails {
  /** The field of the client's request that is at fault: `messages[0].role`. */
  readonly param?: string;
  /** What to do next, as a sentence. */
  readonly whatToDo?: string;
  /** Where the row's status is too coarse: the provider's own 413 or 422. */
  readonly status?: number;
  readonly provider?: string;
  /** The provider's own error code and text, at most 2 KiB, redacted. */
  readonly providerCode?: string;
  readonly providerMessage?: string;
  readonly retryAfterMs?: number;
  readonly attempts?: readonly AttemptSummary[];
}

const brand: unique symbol = Symbol.for("trunkline.error");

/** Every failure of Trunkline, recognisable across copies of the package by `TrunklineError.is`. */
export class TrunklineError extends Error {
  override readonly name = "TrunklineError";
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  /** @param message what happened, as one sentence; never holds a secret or a prompt. */
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  get rule(): ErrorRule {
    return errorRules[this.code];
  }

  get status(): number {
    return this.details.status ?? this.rule.status;
  }

  /** Message and what to do, as one text for people. */
  get sentence(): string {
    return this.details.whatToDo === undefined ? this.message : `${this.message} ${this.details.whatToDo}`;
  }

  with(details: ErrorDetails): TrunklineError {
    return new TrunklineError(this.code, this.message, { ...this.details, ...details });
  }

  static is(value: unknown): value is TrunklineError {
    return typeof value === "object" && value !== null && brand in value;
  }
}
