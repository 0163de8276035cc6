import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { TrunklineError } from "../canonical/error.js";
import { createKeyRing, hashKey, identify, readKey, type Visit } from "./keys.js";

const key = "sk-tl-0123456789";
const ring = createKeyRing([hashKey(key)]);
const open = createKeyRing([]);
const visit = (headers: Visit["headers"], rest: Partial<Visit> = {}): Visit => ({
  headers,
  foreignOrigin: false,
  trusted: false,
  ...rest,
});

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (TrunklineError.is(error)) return error.code;
    throw error;
  }
  return "none";
}

test("keys are kept as SHA-256 alone", () => {
  const keyHash = createHash("sha256").update(key).digest("hex");
  expect(ring.find(key)).toEqual({ keyHash });
  expect(inspect(ring, { depth: 9, showHidden: true })).not.toContain(key);
});

test.each([
  [{ authorization: `Bearer ${key}` }],
  [{ authorization: `bearer ${key}` }],
  [{ authorization: `BEARER   ${key}  ` }],
  [{ "x-api-key": key }],
  [{ authorization: "Basic abc", "x-api-key": key }],
])("%j carries the key", (headers) => {
  expect(readKey(headers)).toBe(key);
  expect(identify(ring, visit(headers)).keyHash).toBe(ring.find(key)?.keyHash);
});

test.each([
  [{}],
  [{ authorization: "Bearer " }],
  [{ authorization: `Bearer${key}` }],
  [{ authorization: `Bearer a ${key}` }],
  [{ authorization: key }],
  [{ "x-api-key": "" }],
  [{ "x-api-key": [key] }],
])("%j carries none", (headers) => {
  expect(readKey(headers)).toBeUndefined();
  expect(codeOf(() => identify(ring, visit(headers)))).toBe("invalid_api_key");
});

test.each(["sk-tl-wrong", `${key} `.repeat(2).trim(), key.toUpperCase(), "' OR 1=1 --", "k".repeat(10_000)])(
  "a key that is not configured is refused: %.20s",
  (wrong) => {
    expect(codeOf(() => identify(ring, visit({ "x-api-key": wrong })))).toBe("invalid_api_key");
  },
);

test("a refusal never repeats the key that was sent", () => {
  const sent = "sk-proj-canary-canary";
  expect(() => identify(ring, visit({ authorization: `Bearer ${sent}` }))).toThrow(
    expect.objectContaining({ sentence: expect.not.stringContaining(sent) }),
  );
});

test("without configured keys any key and none will do", () => {
  expect(open.open).toBe(true);
  expect(identify(open, visit({}))).toEqual({ keyHash: undefined });
  expect(identify(open, visit({ authorization: "Bearer sk-anything" }))).toEqual({ keyHash: undefined });
});

test("a page of another origin needs a configured key, also where the gateway is open", () => {
  const foreign = { foreignOrigin: true };
  expect(codeOf(() => identify(open, visit({ "x-api-key": key }, foreign)))).toBe("origin_not_allowed");
  expect(codeOf(() => identify(ring, visit({}, foreign)))).toBe("invalid_api_key");
  expect(identify(ring, visit({ "x-api-key": key }, foreign))).toEqual(ring.find(key));
});

test("who comes over the owner's socket needs no key", () => {
  expect(identify(ring, visit({}, { trusted: true, foreignOrigin: true }))).toEqual({ keyHash: undefined });
});
