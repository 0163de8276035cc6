// The exit codes, pinned: scripts count on them.
import { expect, test } from "vitest";
import { type ErrorCode, errorRules } from "../canonical/error.js";
import { exitCodeOf, exitCodes } from "./exit-codes.js";

test("the exit codes never change", () => {
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

const pinned: Readonly<Record<number, readonly ErrorCode[]>> = {
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

test.each(Object.entries(pinned))("these errors end with %s", (exit, codes) => {
  expect(codes.map((code) => [code, exitCodeOf(code)])).toEqual(codes.map((code) => [code, Number(exit)]));
});

test("every error has its exit code in this table", () => {
  expect(Object.values(pinned).flat().sort()).toEqual(Object.keys(errorRules).sort());
});
