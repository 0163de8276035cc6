import { expect, test } from "vitest";
import { isArray, isObject, number, parseJson, text } from "./json.js";

test("only plain objects are objects: not null, not a list", () => {
  expect([{}, null, [], "a", 1, undefined].map(isObject)).toEqual([true, false, false, false, false, false]);
  expect([{}, [], null].map(isArray)).toEqual([false, true, false]);
});

test("a number is finite, a text is a string, and all else is undefined", () => {
  expect([1, "1", Number.POSITIVE_INFINITY, Number.NaN, null].map(number)).toEqual([
    1,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(["a", "", 1, null].map(text)).toEqual(["a", "", undefined, undefined]);
});

test("what is no JSON is undefined, and `__proto__` in JSON is plain data", () => {
  expect(parseJson("{")).toBeUndefined();
  expect(parseJson("")).toBeUndefined();
  expect(parseJson("null")).toBeNull();
  const value = parseJson('{"__proto__": {"polluted": 1}}');
  expect(isObject(value) && Object.keys(value)).toEqual(["__proto__"]);
  expect(isObject(value) && value.polluted).toBeUndefined();
});
