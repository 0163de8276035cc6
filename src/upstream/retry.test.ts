import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ErrorCode, TrunklineError } from "../canonical/error.js";
import { decideRetry, type RetrySituation, readRetryAfter } from "./retry.js";

describe("retry-after", () => {
  const nowMs = Date.UTC(2026, 9, 21, 7, 28, 0);
  const read = (value: string) => readRetryAfter({ "retry-after": value }, nowMs);
  const dayMs = 86_400_000;

  test.each([
    ["2", 2_000],
    ["0", 0],
    ["1.5", 1_500],
    ["120 ", 120_000],
    ["0002", 2_000],
    ["1000000000", dayMs],
    ["99999999999999999999", dayMs],
    ["2, 5", 5_000],
    ["5,2", 5_000],
    ["Wed, 21 Oct 2026 07:28:03 GMT", 3_000],
    ["Wednesday, 21-Oct-26 07:28:03 GMT", 3_000],
    ["Wed Oct 21 07:28:03 2026", 3_000],
    ["Wed, 21 Oct 2026 07:27:00 GMT", 0],
    ["Sun, 06 Nov 1994 08:49:37 GMT", 0],
    ["Wed, 21 Oct 2126 07:28:00 GMT", dayMs],
  ])("%j asks to wait %i ms", (value, ms) => {
    expect(read(value)).toBe(ms);
  });

  test.each(["", " ", "-3", "+3", "1e9", "soon", "0x10", "2s", "2 3", "NaN", "Infinity", "Wed, never", ",", "1.2.3"])(
    "%j says nothing sensible",
    (value) => {
      expect(read(value)).toBeUndefined();
    },
  );

  test("`retry-after-ms` is finer and wins", () => {
    expect(readRetryAfter({ "retry-after-ms": "17", "retry-after": "2" }, nowMs)).toBe(17);
    expect(readRetryAfter({ "retry-after-ms": "junk", "retry-after": "2" }, nowMs)).toBe(2_000);
    expect(readRetryAfter({}, nowMs)).toBeUndefined();
  });

  test("whatever it says, the wait is a finite number of milliseconds up to a day", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double().map(String), fc.date({ noInvalidDate: true }).map(String)),
        (value) => {
          const ms = read(value);
          if (ms !== undefined) expect(ms >= 0 && ms <= dayMs).toBe(true);
        },
      ),
    );
  });

  describe("on a machine that is not in UTC", () => {
    const zone = process.env.TZ;
    beforeEach(() => {
      process.env.TZ = "America/New_York";
    });
    afterEach(() => {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    });

    test("a date without a zone is in GMT all the same", () => {
      expect(new Date(0).getTimezoneOffset()).toBe(300);
      expect(read("Wed Oct 21 07:28:03 2026")).toBe(3_000);
    });
  });
});

describe("the decision", () => {
  const decide = (code: ErrorCode, situation: Partial<RetrySituation> = {}, retryAfterMs?: number) =>
    decideRetry({
      error: new TrunklineError(code, "It failed.", retryAfterMs === undefined ? {} : { retryAfterMs }),
      triesHere: 1,
      otherCredential: false,
      leftMs: 60_000,
      chance: 0.5,
      ...situation,
    });
  const again = (afterMs: number) => ({ type: "again", afterMs });
  const next = { type: "next-endpoint" };
  const giveUp = { type: "give-up" };

  test.each<ErrorCode>([
    "upstream_overloaded",
    "upstream_error",
    "upstream_connect",
    "upstream_dns",
    "upstream_reset",
    "upstream_invalid",
    "upstream_truncated",
    "timeout_connect",
    "upstream_rate_limit",
  ])("%s: twice more here after a jittered pause, then the next endpoint", (code) => {
    expect(decide(code)).toEqual(again(125));
    expect(decide(code, { triesHere: 2 })).toEqual(again(250));
    expect(decide(code, { triesHere: 3 })).toEqual(next);
  });

  test.each<ErrorCode>([
    "upstream_auth",
    "upstream_credit",
    "upstream_tls",
    "upstream_redirect",
    "upstream_not_found",
    "content_policy_violation",
    "timeout_first_token",
    "timeout_idle",
  ])("%s: never again here, the next endpoint at once", (code) => {
    expect(decide(code)).toEqual(next);
  });

  test.each<ErrorCode>([
    "invalid_request",
    "context_length_exceeded",
    "upstream_refused",
    "timeout_total",
    "deadline_exceeded",
    "client_gone",
    "draining",
    "internal",
  ])("%s: no one else is asked", (code) => {
    expect(decide(code)).toEqual(giveUp);
  });

  test.each<ErrorCode>(["upstream_auth", "upstream_credit", "upstream_rate_limit"])(
    "%s: another credential first, at once, whatever the provider says of waiting",
    (code) => {
      expect(decide(code, { otherCredential: true }, 3_600_000)).toEqual(again(0));
    },
  );

  test.each<ErrorCode>(["upstream_error", "upstream_refused"])("%s: another credential does not help", (code) => {
    expect(decide(code, { otherCredential: true })).toEqual(decide(code));
  });

  test("a wish to wait up to 5 s is fulfilled; above it the next endpoint is asked", () => {
    expect(decide("upstream_rate_limit", {}, 5_000)).toEqual(again(5_000));
    expect(decide("upstream_rate_limit", {}, 5_001)).toEqual(next);
    expect(decide("upstream_overloaded", {}, 4_000)).toEqual(again(4_000));
    expect(decide("upstream_overloaded", {}, 0)).toEqual(again(125));
  });

  test("no pause reaches beyond the deadline", () => {
    expect(decide("upstream_error", { leftMs: 125 })).toEqual(next);
    expect(decide("upstream_error", { leftMs: 126 })).toEqual(again(125));
    expect(decide("upstream_rate_limit", { leftMs: 2_000 }, 2_000)).toEqual(next);
    expect(decide("upstream_error", { leftMs: -1, chance: 0 })).toEqual(next);
  });

  test("the pause is spread over the whole of an exponential backoff", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 2 }),
        (chance, triesHere) => {
          const decision = decide("upstream_error", { chance, triesHere });
          expect(decision).toEqual(again(chance * 250 * 2 ** (triesHere - 1)));
        },
      ),
    );
  });
});
