import { expect, test } from "vitest";
import { type ErrorCode, errorRules, TrunklineError } from "./error.js";

const isCode = (name: string): name is ErrorCode => Object.hasOwn(errorRules, name);
const codes = Object.keys(errorRules).filter(isCode);
const ofCode = (code: ErrorCode) => new TrunklineError(code, "It failed.");

/** What another try, now or later, may mend: all others are permanent for the request as it is. */
const passing = new Set<ErrorCode>([
  "internal",
  "gateway_overloaded",
  "draining",
  "upstream_overloaded",
  "upstream_error",
  "upstream_connect",
  "upstream_dns",
  "upstream_tls",
  "upstream_reset",
  "upstream_invalid",
  "upstream_truncated",
  "timeout_connect",
  "timeout_first_token",
  "timeout_idle",
  "timeout_total",
]);

test.each(codes.filter((code) => !passing.has(code)))("%s is no 5xx: SDKs would retry it for an hour", (code) => {
  expect(ofCode(code).status).toBeLessThan(500);
  expect(ofCode(code).status).toBeGreaterThanOrEqual(400);
});

test.each(codes)("%s has a rule that does not contradict itself", (code) => {
  const { rule } = ofCode(code);
  // What counts against an endpoint may be tried at another, unless no time is left for it.
  if (rule.blames === "endpoint" && code !== "timeout_total") expect(rule.next).toBe(true);
  if (rule.blames === "credential") expect(rule.retry).not.toBe("no");
  if (rule.blames === "nobody") expect(rule.retry).toBe("no");
});

/** `status: retried by the official SDKs of OpenAI and Anthropic` (408, 409, 429 and 5xx). */
const sdkRetries = (status: number) => status === 408 || status === 409 || status === 429 || status >= 500;

test.each([
  ["upstream_auth", false],
  ["upstream_credit", false],
  ["upstream_redirect", false],
  ["invalid_api_key", false],
  ["insufficient_quota", false],
  ["context_length_exceeded", false],
  ["model_not_found", false],
  ["provider_not_configured", false],
  ["gateway_overloaded", true],
  ["draining", true],
  ["rate_limit_exceeded", true],
  ["upstream_rate_limit", true],
  ["upstream_overloaded", true],
] as const)("an official SDK that gets %s tries again: %s", (code, again) => {
  expect(sdkRetries(ofCode(code).status)).toBe(again);
});

test.each([
  ["timeout_first_token", 504],
  ["timeout_idle", 504],
  ["timeout_connect", 504],
  ["deadline_exceeded", 408],
  ["client_gone", 499],
  ["upstream_auth", 424],
  ["upstream_redirect", 424],
] as const)("%s is HTTP %i", (code, status) => {
  expect(ofCode(code).status).toBe(status);
});

test("only our own timers and the client's own deadline end all trying", () => {
  const upstream = codes.filter((code) => code.startsWith("upstream_") || code.startsWith("timeout_"));
  expect(upstream.filter((code) => !errorRules[code].next)).toEqual(["upstream_refused", "timeout_total"]);
});

test("the status of the details wins over the row's", () => {
  expect(new TrunklineError("upstream_refused", "Too large.", { status: 413 }).status).toBe(413);
});

test("details are added without losing those that are there", () => {
  const error = new TrunklineError("upstream_error", "It failed.", { retryAfterMs: 5 }).with({ provider: "openai" });
  expect(error.details).toEqual({ retryAfterMs: 5, provider: "openai" });
  expect(error.code).toBe("upstream_error");
});

test("the sentence for people ends with what to do", () => {
  expect(new TrunklineError("not_found", "There is nothing here.", { whatToDo: "Look elsewhere." }).sentence).toBe(
    "There is nothing here. Look elsewhere.",
  );
  expect(ofCode("not_found").sentence).toBe("It failed.");
});

test("an error of another copy of the package is recognised, and a look-alike is not", () => {
  expect(TrunklineError.is(ofCode("internal"))).toBe(true);
  expect(TrunklineError.is({ [Symbol.for("trunkline.error")]: true })).toBe(true);
  expect(TrunklineError.is(new Error("internal"))).toBe(false);
  expect(TrunklineError.is({ code: "internal" })).toBe(false);
  expect(TrunklineError.is(undefined)).toBe(false);
});
