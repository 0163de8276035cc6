// Scripts branch on these numbers.
import { expect, test } from "vitest";
import { type ErrorCode, errorRules } from "../../src/canonical/error.js";
import { exitCodeOf, exitCodes } from "../../src/cli/exit-codes.js";

test("exit codes and their meanings", () => {
  expect(exitCodes).toEqual({
    ok: 0,
    failed: 1,
    usage: 2,
    authentication: 3,
    limit: 4,
    upstream: 5,
    timeout: 6,
    interrupted: 130,
  });
});

test("the exit code of each error", () => {
  const expected: Readonly<Record<number, readonly ErrorCode[]>> = {
    1: ["internal"],
    2: [
      "invalid_request",
      "invalid_json",
      "unsupported_parameter",
      "payload_too_large",
      "headers_too_large",
      "unsupported_media_type",
      "method_not_allowed",
      "context_length_exceeded",
      "not_found",
      "model_not_found",
      "upstream_refused",
      "upstream_not_found",
      "content_policy_violation",
    ],
    3: [
      "provider_not_configured",
      "invalid_api_key",
      "origin_not_allowed",
      "host_not_allowed",
      "model_not_allowed",
      "upstream_auth",
    ],
    4: ["insufficient_quota", "rate_limit_exceeded", "upstream_credit", "upstream_rate_limit"],
    5: [
      "upstream_overloaded",
      "upstream_error",
      "upstream_connect",
      "upstream_dns",
      "upstream_tls",
      "upstream_reset",
      "upstream_invalid",
      "upstream_truncated",
      "upstream_redirect",
      "gateway_overloaded",
      "draining",
    ],
    6: [
      "request_timeout",
      "timeout_connect",
      "timeout_first_token",
      "timeout_idle",
      "timeout_total",
      "deadline_exceeded",
    ],
    130: ["client_gone"],
  };
  for (const [exit, codes] of Object.entries(expected))
    for (const code of codes) expect(exitCodeOf(code), code).toBe(Number(exit));
  expect(Object.values(expected).flat().sort()).toEqual(Object.keys(errorRules).sort());
});
