import fc from "fast-check";
import { expect, test } from "vitest";
import { cutMiddle, gap } from "./cut-middle.js";

const count = (text: string) => Math.ceil(text.length / 3);
const cut = (text: string, max: number) => cutMiddle(text, count(text), max, count);

test("a text that fits is left as it is", () => {
  expect(cut("abcdef", 2)).toBe("abcdef");
});

test("start and end stay, and the middle is a gap", () => {
  expect(cut(`${"a".repeat(300)}${"b".repeat(300)}`, 20)).toMatch(/^a{20,30}\n\[\.\.\.\]\nb{20,30}$/);
});

test("with room for the gap alone that is what is left; with less, nothing can be made", () => {
  const perUnit = (max: number) => cutMiddle("a".repeat(300), 300, max, (text) => text.length);
  expect(perUnit(gap.length + 2)).toBe(`a${gap}a`);
  expect(perUnit(gap.length)).toBe(gap);
  expect(perUnit(gap.length - 1)).toBeUndefined();
  expect(perUnit(0)).toBeUndefined();
});

test("no character is cut in two", () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 60 }), fc.integer({ min: 0, max: 3 }), (max, shift) => {
      const made = cut(`${"x".repeat(shift)}${"😀".repeat(200)}`, max);
      expect(made).not.toMatch(/\p{Cs}/u);
    }),
  );
});

test("what is made fits and is made of the text's own ends, whatever the text", () => {
  const texts = fc.string({ unit: "binary", maxLength: 200 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 0, max: 150 }), (text, max) => {
      const made = cut(text, max);
      if (made === undefined) {
        expect(max).toBeLessThan(count(gap));
        return;
      }
      expect(count(made)).toBeLessThanOrEqual(max);
      if (made === text) return;
      const at = [...made.matchAll(/\n\[\.\.\.\]\n/g)].map(({ index }) => index);
      const isEnds = (place: number) =>
        text.startsWith(made.slice(0, place)) && text.endsWith(made.slice(place + gap.length));
      expect(at.some(isEnds)).toBe(true);
    }),
  );
});

test("a count that grows as the text shrinks ends the tries, and does not hang", () => {
  let calls = 0;
  const odd = () => {
    calls++;
    return 1_000_000;
  };
  expect(cutMiddle("a".repeat(10_000), 1_000_000, 10, odd)).toBeUndefined();
  expect(calls).toBeLessThan(20);
});
