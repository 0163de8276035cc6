import fc from "fast-check";
import { expect, test } from "vitest";
import { picoUsdPerToken, usdText } from "./money.js";

test.each([
  [0, "0"],
  [1, "0.000000001"],
  [3_250_000, "0.00325"],
  [1_000_000_000, "1"],
  [1_500_000_000, "1.5"],
  [123_456_789_012, "123.456789012"],
  [-3_250_000, "-0.00325"],
  [Number.MAX_SAFE_INTEGER, "9007199.254740991"],
])("%i nano-dollars are written as %s dollars", (nanoUsd, text) => {
  expect(usdText(nanoUsd)).toBe(text);
});

test("an amount that is written and read again is the same integer", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (nanoUsd) => {
      const text = usdText(nanoUsd);
      expect(text).toMatch(/^\d+(\.\d*[1-9])?$/);
      const [whole = "", fraction = ""] = text.split(".");
      expect(BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"))).toBe(BigInt(nanoUsd));
    }),
  );
});

test.each([
  ["0.2", 200_000],
  ["2.50", 2_500_000],
  ["10", 10_000_000],
  ["0.000001", 1],
  ["0", 0],
  [" 0.15 ", 150_000],
  ["999999.999999", 999_999_999_999],
])("%s dollars per million tokens are %i pico-dollars per token", (text, picoUsd) => {
  expect(picoUsdPerToken(text)).toBe(picoUsd);
});

test.each(["", "-1", "+1", "1e3", ".5", "1.", "0.0000001", "1,5", "0x1", "NaN", "1234567", "free", "1 2"])(
  "%j is no price",
  (text) => {
    expect(picoUsdPerToken(text)).toBeUndefined();
  },
);
