import fc from "fast-check";
import { expect, test } from "vitest";
import { findJsonFault } from "./json-fault.js";

test.each([
  ['{"a":1,}', 1, 8, "expected a name in double quotes"],
  ['{\n "a": tru }', 2, 7, "an unknown word where true may have been meant"],
  ["{'a':1}", 1, 2, "expected a name in double quotes"],
  ['{"a" 1}', 1, 6, 'expected ":"'],
  ['["a" "b"]', 1, 6, 'expected "," or "]"'],
  ['{"a":"x', 1, 8, "unexpected end inside a string"],
  ['{"a":"\\x"}', 1, 7, "an unknown escape in a string"],
  ['{"a":1} x', 1, 9, "text after the end of the JSON value"],
  ['{"a":', 1, 6, "unexpected end"],
  ["NaN", 1, 1, 'unexpected character "N"'],
])("%j is faulty at line %i, column %i", (source, line, column, what) => {
  expect(findJsonFault(source)).toEqual({ line, column, what });
});

test("whatever JSON.parse refuses has a fault inside the text, and nothing else has one", () => {
  const isJson = (source: string) => {
    try {
      JSON.parse(source);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom("", ",", '"', "}", "\\", "\n", "x"), (json, at, insertion) => {
      const cut = at % (json.length + 1);
      const source = json.slice(0, cut) + insertion + json.slice(cut + 1);
      const lines = source.split("\n");
      const { line, column } = findJsonFault(source);
      if (isJson(source)) expect([line, column]).toEqual([lines.length, (lines.at(-1)?.length ?? 0) + 1]);
      else expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
    }),
  );
});
