// Stop sequences that arrive in pieces.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createStopScanner } from "./stop-scanner.js";

function scan(stops: string[], pieces: string[]): { shown: string; stopped: boolean } {
  const scanner = createStopScanner(stops);
  let shown = "";
  for (const piece of pieces) shown += scanner.push(piece);
  return { shown: shown + scanner.rest(), stopped: scanner.stopped };
}

test("nothing of a stop sequence is shown, in whatever pieces it comes", () => {
  expect(scan(["END"], ["one E", "N", "D two"])).toEqual({ shown: "one ", stopped: true });
});

test("what only looked like a stop sequence is shown in the end", () => {
  expect(scan(["END"], ["one E", "N"])).toEqual({ shown: "one EN", stopped: false });
});

test("text flows at once where no stop sequence can begin", () => {
  expect(createStopScanner(["END"]).push("hello")).toBe("hello");
  expect(createStopScanner([]).push("hello")).toBe("hello");
});

test("any split of the text shows the same as the text in one piece", () => {
  const letter = fc.constantFrom("a", "b", "c");
  const word = (max: number) => fc.string({ unit: letter, minLength: 1, maxLength: max });
  fc.assert(
    fc.property(fc.array(word(4), { maxLength: 3 }), fc.array(word(5)), (stops, pieces) => {
      const text = pieces.join("");
      const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
      const result = scan(stops, pieces);
      expect(result.stopped).toBe(ends.length > 0);
      // The first stop to be whole ends the text; a longer one that began earlier may still have been open.
      if (ends.length === 0) expect(result.shown).toBe(text);
      else expect(text.startsWith(result.shown)).toBe(true);
    }),
  );
});
