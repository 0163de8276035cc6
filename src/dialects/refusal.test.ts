import fc from "fast-check";
import { expect, test } from "vitest";
import { readRefusal, redact, refusalError } from "./refusal.js";

const read = (status: number, body: unknown) =>
  refusalError(readRefusal(status, Buffer.from(typeof body === "string" ? body : JSON.stringify(body))));

test.each<[number, unknown, string]>([
  [400, { error: { message: "no such field" } }, "upstream_refused"],
  [401, { error: { message: "bad key" } }, "upstream_auth"],
  [402, { error: { message: "pay" } }, "upstream_credit"],
  [403, { error: { message: "no" } }, "upstream_auth"],
  [403, { error: { message: "flagged by moderation" } }, "content_policy_violation"],
  [404, { error: { message: "no model" } }, "upstream_not_found"],
  [408, {}, "upstream_overloaded"],
  [409, {}, "upstream_overloaded"],
  [413, { error: { message: "too large" } }, "upstream_refused"],
  [422, { detail: [{ msg: "bad" }] }, "upstream_refused"],
  [429, { error: { message: "slow down" } }, "upstream_rate_limit"],
  [429, { error: { code: "insufficient_quota", message: "You exceeded your current quota" } }, "upstream_credit"],
  [429, { error: { code: "rate_limit_exceeded", message: "Upgrade at /settings/billing" } }, "upstream_rate_limit"],
  [
    400,
    { type: "error", error: { type: "invalid_request_error", message: "Your credit balance is too low" } },
    "upstream_credit",
  ],
  [500, {}, "upstream_error"],
  [502, "<html><body>Bad Gateway</body></html>", "upstream_error"],
  [503, {}, "upstream_overloaded"],
  [529, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "upstream_overloaded"],
  [200, { error: { type: "overloaded_error", message: "Overloaded" } }, "upstream_overloaded"],
  [200, { error: { code: 502, message: "bad" } }, "upstream_error"],
  [200, { error: "something" }, "upstream_error"],
])("HTTP %i with %j is %s", (status, body, code) => {
  expect(read(status, body).code).toBe(code);
});

test.each([
  "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
  "prompt is too long: 210000 tokens > 200000 maximum",
  "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
  "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
  "Please reduce the length of the messages or completion.",
  "the request exceeds the available context size, try increasing it",
  "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
])("an input that does not fit is recognised in the words of its provider: %s", (message) => {
  expect(read(400, { error: { message } }).code).toBe("context_length_exceeded");
});

test("the provider's own status stays where ours is too coarse", () => {
  expect(read(413, { error: { message: "too large" } }).status).toBe(413);
  expect(read(422, {}).status).toBe(422);
});

test("keys and markup are never passed on, and text has a bound", () => {
  const { message } = read(401, {
    error: { message: "Incorrect API key provided: sk-proj-abcDEF1234567890. Bearer abcdef.ghijkl" },
  });
  expect(message).toBe("Incorrect API key provided: [redacted] [redacted]");
  expect(read(502, "<!DOCTYPE html><html>secret</html>").message).not.toContain("html>");
  expect(Buffer.byteLength(read(400, "é".repeat(100_000)).message)).toBeLessThanOrEqual(2048);
  expect(redact("key AIzaSyA1234567890 and gsk_abcdefgh12345678 and 0123456789abcdef0123456789abcdef")).toBe(
    "key [redacted] and [redacted] and [redacted]",
  );
});

test("any body of any status is read", () => {
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 599 }), fc.oneof(fc.json(), fc.string()), (status, body) => {
      const error = read(status, body);
      expect(error.message.length).toBeGreaterThan(0);
      expect(error.status).toBeGreaterThanOrEqual(400);
    }),
  );
});
