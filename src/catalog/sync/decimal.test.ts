// Decimals from outside become integers of pico-dollars, or nothing.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson } from "../../canonical/json.js";
import { discounted, picoUsdFrom } from "./decimal.js";

test.each([
  ["0", 0],
  ["0.0000025", 2_500_000],
  ["0.00000015", 150_000],
  ["2.5e-7", 250_000],
  ["0.000000041667", 41_667],
  ["0.0000000416674", 41_667],
  ["0.0000000416675", 41_668],
  ["0.01", 10_000_000_000],
  ["1E-12", 1],
  ["0.", 0],
])("%s dollars per token are %i pico-dollars", (text, picoUsd) => {
  expect(picoUsdFrom(text, "token")).toBe(picoUsd);
});

test("numbers of JSON are read by what was written, not by what a float makes of it", () => {
  const value = (text: string) => picoUsdFrom(parseJson(text), "million tokens");
  expect(value("0.1")).toBe(100_000);
  expect(value("0.07")).toBe(70_000);
  expect(value("1.1")).toBe(1_100_000);
  expect(value("0.041667")).toBe(41_667);
  expect(value("2.5e-4")).toBe(250);
  expect(value("1.005")).toBe(1_005_000);
});

test.each([
  ["-1"],
  ["-0.1"],
  ["NaN"],
  ["Infinity"],
  ["1e400"],
  ["0x10"],
  ["1,5"],
  [" 1"],
  [""],
  ["."],
  ["1e9999"],
  ["free"],
  ["9".repeat(65)],
  ["1e-15"],
  ["0.010000000001"],
])("%j is no price", (text) => {
  expect(picoUsdFrom(text, "token")).toBeUndefined();
});

test("what is no decimal at all is no price", () => {
  for (const json of ["null", "true", "[]", "{}", "1e400", "-1e400"])
    expect(picoUsdFrom(parseJson(json), "token"), json).toBeUndefined();
});

test("every price in bounds comes back exactly, plain or with an exponent", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (picoUsd) => {
      const digits = String(picoUsd).padStart(7, "0");
      expect(picoUsdFrom(`${digits.slice(0, -6)}.${digits.slice(-6)}`, "million tokens")).toBe(picoUsd);
      expect(picoUsdFrom(`${picoUsd}e-12`, "token")).toBe(picoUsd);
    }),
  );
});

test("a discount is taken off, rounded up", () => {
  expect(discounted(2_500_000, undefined)).toBe(2_500_000);
  expect(discounted(2_500_000, 0)).toBe(2_500_000);
  expect(discounted(2_500_000, 0.5)).toBe(1_250_000);
  expect(discounted(3, "0.5")).toBe(2);
  expect(discounted(100, 1)).toBe(0);
  for (const none of [-0.1, 1.5, "x", true]) expect(discounted(100, none)).toBeUndefined();
});
