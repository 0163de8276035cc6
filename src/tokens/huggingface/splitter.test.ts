// The five behaviours, and what each leaves of a text.
import fc from "fast-check";
import { expect, test } from "vitest";
import { findText, type SplitBehavior, splitBehaviors, splitterOf } from "./splitter.js";

function cut(text: string, behavior: SplitBehavior, invert = false): readonly string[] {
  const pieces: string[] = [];
  splitterOf(findText("-"), behavior, invert)(text, true, (piece) => pieces.push(piece));
  return pieces;
}

test.each<[SplitBehavior, string]>([
  ["Removed", "the|final|countdown"],
  ["Isolated", "the|-|final|-|-|countdown"],
  ["MergedWithPrevious", "the-|final-|-|countdown"],
  ["MergedWithNext", "the|-final|-|-countdown"],
  ["Contiguous", "the|-|final|--|countdown"],
])("%s", (behavior, expected) => {
  expect(cut("the-final--countdown", behavior).join("|")).toBe(expected);
});

test("turned round, what is between counts as found", () => {
  expect(cut("a-b--c", "Removed", true)).toEqual(["-", "-", "-"]);
  expect(cut("a-b", "MergedWithNext", true)).toEqual(["a-", "b"]);
});

test("nothing is lost or doubled, and no piece is empty", () => {
  const text = fc.array(fc.constantFrom("-", "a", "bc", "--")).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.constantFrom(...splitBehaviors), fc.boolean(), (sample, behavior, invert) => {
      const pieces = cut(sample, behavior, invert);
      expect(pieces).not.toContain("");
      const whole = invert ? sample.replaceAll(/[^-]/g, "") : sample.replaceAll("-", "");
      expect(pieces.join("")).toBe(behavior === "Removed" ? whole : sample);
    }),
  );
});

test("only the piece that begins the text is the first", () => {
  const seen: unknown[] = [];
  const split = splitterOf(findText("-"), "Isolated");
  split("-a", true, (piece, isFirst) => seen.push([piece, isFirst]));
  split("b", false, (piece, isFirst) => seen.push([piece, isFirst]));
  expect(seen).toEqual([
    ["-", true],
    ["a", false],
    ["b", false],
  ]);
});
