import { expect, test } from "vitest";
import { messagesFault } from "../../../test/messages-grammar.js";
import { type ErrorCode, TrunklineError } from "../../canonical/error.js";
import { writeError, writeStreamError } from "./write-error.js";

test.each<[ErrorCode, number, string]>([
  ["invalid_request", 400, "invalid_request_error"],
  ["invalid_api_key", 401, "authentication_error"],
  ["insufficient_quota", 402, "billing_error"],
  ["model_not_allowed", 403, "permission_error"],
  ["model_not_found", 404, "not_found_error"],
  ["method_not_allowed", 405, "invalid_request_error"],
  ["deadline_exceeded", 408, "timeout_error"],
  ["payload_too_large", 413, "request_too_large"],
  ["unsupported_media_type", 415, "invalid_request_error"],
  ["upstream_auth", 424, "api_error"],
  ["rate_limit_exceeded", 429, "rate_limit_error"],
  ["internal", 500, "api_error"],
  ["upstream_error", 502, "api_error"],
  ["upstream_overloaded", 503, "overloaded_error"],
  ["timeout_total", 504, "timeout_error"],
])("%s is %i, %s", (code, status, type) => {
  const written = writeError(new TrunklineError(code, "It failed."), "gen-1", "openai");
  expect(written.status).toBe(status);
  expect(JSON.parse(written.body)).toEqual({
    type: "error",
    error: { type, message: "It failed.", code },
    request_id: "gen-1",
  });
});

test("says which field, who was asked and what to do", () => {
  const attempt = { provider: "acme", model: "m", status: 400, code: "upstream_refused" } as const;
  const error = new TrunklineError("upstream_refused", "No.", {
    param: "messages[0]",
    whatToDo: "Say yes.",
    provider: "acme",
    providerCode: "nope",
    attempts: [attempt, { ...attempt, status: undefined }],
  });
  expect(JSON.parse(writeError(error, undefined, "openrouter").body)).toEqual({
    type: "error",
    error: {
      type: "invalid_request_error",
      message: "No. Say yes.",
      error_type: "invalid_request",
      code: "upstream_refused",
      param: "messages[0]",
      provider: "acme",
      provider_code: "nope",
      attempts: [attempt, { provider: "acme", model: "m", code: "upstream_refused" }],
    },
    request_id: null,
  });
});

test("a prompt that does not fit is called so in Anthropic's words, once", () => {
  const messageOf = (message: string) =>
    JSON.parse(writeError(new TrunklineError("context_length_exceeded", message), undefined, "openai").body).error
      .message;
  expect(messageOf("Too much.")).toBe("prompt is too long: Too much.");
  expect(messageOf("Prompt is too long: 9 tokens")).toBe("Prompt is too long: 9 tokens");
});

test("inside a stream it is the last event", () => {
  const event = writeStreamError(new TrunklineError("upstream_reset", "It broke."), undefined, "openai");
  expect(event).toMatch(/^event: error\ndata: /);
  expect(messagesFault(event)).toBeUndefined();
});
