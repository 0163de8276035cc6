import { expect, test } from "vitest";
import { readError } from "./errors.js";

const body = (error: object) => Buffer.from(JSON.stringify({ error }));
const info = (reason: string) => ({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason });
const retry = (retryDelay: unknown) => ({ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay });

test.each([
  [400, { status: "INVALID_ARGUMENT", message: "Bad.", details: [info("API_KEY_INVALID")] }, "upstream_auth", 400],
  [400, { status: "INVALID_ARGUMENT", message: "Bad." }, "upstream_refused", 400],
  [
    400,
    { message: "The input token count (9) exceeds the maximum number of tokens allowed (8)." },
    "context_length_exceeded",
    400,
  ],
  [403, { status: "PERMISSION_DENIED", message: "No." }, "upstream_auth", 424],
  [404, { status: "NOT_FOUND", message: "models/x is not found." }, "upstream_not_found", 404],
  [
    429,
    {
      status: "RESOURCE_EXHAUSTED",
      message: "You exceeded your current quota, please check your plan and billing details.",
    },
    "upstream_rate_limit",
    429,
  ],
  [500, { status: "INTERNAL", message: "An internal error." }, "upstream_error", 502],
  [503, { status: "UNAVAILABLE", message: "The model is overloaded." }, "upstream_overloaded", 503],
  [200, { code: 503, status: "UNAVAILABLE", message: "Overloaded." }, "upstream_overloaded", 503],
  [200, { code: 400, status: "INVALID_ARGUMENT", message: "Bad." }, "upstream_refused", 400],
])("%i with %j", (status, error, code, shown) => {
  const read = readError(status, body(error));
  expect([read.code, read.status, read.message]).toEqual([code, shown, error.message]);
});

test("how long to wait is in the details, and the list form is read too", () => {
  const error = {
    code: 429,
    status: "RESOURCE_EXHAUSTED",
    message: "Slow.",
    details: [info("X"), retry("34.074824224s")],
  };
  for (const bytes of [body(error), Buffer.from(JSON.stringify([{ error }]))])
    expect(readError(429, bytes).details).toMatchObject({ retryAfterMs: 34_075, providerCode: "RESOURCE_EXHAUSTED" });
});

test.each([["soon"], [5], ["-1s"], ["1e9s"], ["99999999999s"], [null]])(
  "a delay that is none is not believed: %j",
  (delay) => {
    expect(readError(429, body({ message: "Slow.", details: [retry(delay)] })).details.retryAfterMs).toBeUndefined();
  },
);

test("what is no JSON is still an error", () => {
  expect(readError(502, Buffer.from("<html>")).code).toBe("upstream_error");
  expect(readError(503, Buffer.from('{"error":')).code).toBe("upstream_overloaded");
});
