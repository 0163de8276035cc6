import { expect, test } from "vitest";
import { readFault } from "./fault.js";

const coded = (code: string, cause?: unknown) => Object.assign(new Error("sk-canary", { cause }), { code });

test.each([
  ["ECONNREFUSED", "connect"],
  ["UND_ERR_CONNECT_TIMEOUT", "timeout-connect"],
  ["ENOTFOUND", "dns"],
  ["EAI_AGAIN", "dns"],
  ["CERT_HAS_EXPIRED", "tls"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
  ["ECONNRESET", "reset"],
  ["UND_ERR_SOCKET", "reset"],
  ["HPE_INVALID_CONSTANT", "invalid"],
  ["UND_ERR_HEADERS_OVERFLOW", "invalid"],
])("%s is %s", (code, kind) => {
  expect(readFault(coded(code), false, false).kind).toBe(kind);
});

test("the reason may be a cause, or one of several addresses", () => {
  expect(readFault(new Error("outer", { cause: coded("ENOTFOUND") }), false, false).kind).toBe("dns");
  expect(readFault(new AggregateError([coded("ECONNREFUSED"), coded("ENETUNREACH")]), false, false).kind).toBe(
    "connect",
  );
});

test("an error that nobody knows is invalid before the head, and a reset after it", () => {
  expect(readFault(new Error("?"), true, false)).toMatchObject({ kind: "invalid", sent: true });
  expect(readFault(new Error("?"), true, true)).toMatchObject({ kind: "reset", sent: true });
});

test("causes in a circle end, and no message of the library's gets out", () => {
  const circle = new Error("sk-canary");
  circle.cause = circle;
  for (const error of [circle, coded("ECONNRESET"), coded("EWHATEVER")])
    expect(readFault(error, false, false).message).not.toContain("canary");
});
