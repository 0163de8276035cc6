// Clients match on these codes, and SDKs choose their exceptions by these statuses.
import { expect, test } from "vitest";
import { errorRules } from "../../src/canonical/error.js";

test("error codes and their statuses", () => {
  const found = Object.fromEntries(Object.entries(errorRules).map(([code, rule]) => [code, rule.status]));
  expect(found).toEqual({
    invalid_request: 400,
    invalid_json: 400,
    unsupported_parameter: 400,
    payload_too_large: 413,
    headers_too_large: 431,
    unsupported_media_type: 415,
    method_not_allowed: 405,
    context_length_exceeded: 400,
    not_found: 404,
    model_not_found: 404,
    provider_not_configured: 404,
    request_timeout: 408,
    client_gone: 499,
    invalid_api_key: 401,
    origin_not_allowed: 403,
    host_not_allowed: 403,
    model_not_allowed: 403,
    insufficient_quota: 402,
    rate_limit_exceeded: 429,
    upstream_refused: 400,
    upstream_not_found: 404,
    content_policy_violation: 403,
    upstream_auth: 424,
    upstream_credit: 424,
    upstream_rate_limit: 429,
    upstream_overloaded: 503,
    upstream_error: 502,
    upstream_connect: 502,
    upstream_dns: 502,
    upstream_tls: 502,
    upstream_reset: 502,
    upstream_invalid: 502,
    upstream_truncated: 502,
    upstream_redirect: 424,
    timeout_connect: 504,
    timeout_first_token: 504,
    timeout_idle: 504,
    timeout_total: 504,
    deadline_exceeded: 408,
    gateway_overloaded: 503,
    draining: 503,
    internal: 500,
  });
});

test("the words of OpenAI's and OpenRouter's clients", () => {
  const words = (field: "type" | "errorType") =>
    [...new Set(Object.values(errorRules).map((rule) => rule[field]))].sort();
  expect(words("type")).toEqual([
    "authentication_error",
    "insufficient_quota",
    "invalid_request_error",
    "permission_error",
    "rate_limit_error",
    "server_error",
    "upstream_error",
  ]);
  expect(words("errorType")).toEqual([
    "authentication",
    "content_policy_violation",
    "context_length_exceeded",
    "invalid_request",
    "not_found",
    "payload_too_large",
    "payment_required",
    "permission_denied",
    "provider_overloaded",
    "provider_unavailable",
    "rate_limit_exceeded",
    "server",
    "timeout",
    "unmapped",
  ]);
});
