import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestWord } from "./problem.js";

const words = ["listen", "data", "keys", "hosts", "providers", "models", "timeoutMs", "limits", "drainMs"];

test.each([
  ["lisen", "listen"],
  ["Listen", "listen"],
  ["provider", "providers"],
  ["prvoiders", "providers"],
  ["timeoutms", "timeoutMs"],
  ["modles", "models"],
])("%s was probably meant to be %s", (word, meant) => {
  expect(nearestWord(word, words)).toBe(meant);
});

test.each(["colour", "", "x".repeat(100_000)])("nothing is near to %.20j", (word) => {
  expect(nearestWord(word, words)).toBeUndefined();
});

test("a word with one letter left out is found again", () => {
  fc.assert(
    fc.property(fc.constantFrom(...words.filter((word) => word.length > 4)), fc.nat(20), (word, at) => {
      const cut = at % word.length;
      expect(nearestWord(word.slice(0, cut) + word.slice(cut + 1), words)).toBe(word);
    }),
  );
});
