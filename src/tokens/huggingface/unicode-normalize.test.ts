// Normal forms beside the engine's own, and the runs of marks that it takes minutes for.
import fc from "fast-check";
import { expect, test } from "vitest";
import { normalizeUnicode } from "./unicode-normalize.js";

const forms = ["NFC", "NFD", "NFKC", "NFKD"] as const;
const marks = "\u0301\u0316\u0327\u0345\u0344\u05b0\u3099\uff9e\u0300\u0e38\u064b\u0f71\u{1d165}\u0903\u0bbe";

test("short and long runs of marks are put in order as the engine does it", () => {
  const run = fc.array(fc.constantFrom(...marks, ..."aéか한\u1100\u1161ﬁ ", "\u0301".repeat(40)), { maxLength: 120 });
  fc.assert(
    fc.property(fc.constantFrom(...forms), run, (form, parts) => {
      const text = parts.join("");
      expect(normalizeUnicode(text, form)).toBe(text.normalize(form));
    }),
    { numRuns: 500 },
  );
});

test("two hundred thousand marks in the worst order are sorted at once", () => {
  for (const form of forms) {
    const sorted = normalizeUnicode(`x${"\u0301\u0316".repeat(100_000)}`, form);
    expect([sorted.slice(0, 3), sorted.slice(-2), sorted.length]).toEqual(["x\u0316\u0316", "\u0301\u0301", 200_001]);
  }
});

test("megabytes without a break do not run out of stack", () => {
  expect(normalizeUnicode("x\u0301".repeat(4_000_000), "NFC").length).toBe(8_000_000);
});

test("what is newer than Unicode 9 stays as it is, and nothing moves past it", () => {
  expect(normalizeUnicode("\u0301\u0eba\u0316", "NFC")).toBe("\u0301\u0eba\u0316");
  expect(normalizeUnicode("\u32ff", "NFKC")).toBe("\u32ff");
  expect(normalizeUnicode("e\u0301\u32ffe\u0301", "NFC")).toBe("é\u32ffé");
});
