import fc from "fast-check";
import { expect, test } from "vitest";
import { changeMembers, isDeeperThan, readElements, readMembers } from "./json-members.js";

const keys = (source: string) => readMembers(Buffer.from(source))?.members.map(({ key }) => key);
const change = (source: string, changes: Record<string, string | undefined>) =>
  changeMembers(Buffer.from(source), new Map(Object.entries(changes))).toString();

test("members are found with their values, whatever strings hold", () => {
  const source = ' { "a" : "}\\"{\\\\" , "\\u0062":[{"a":1},"]"], "c":-1.5e3 } ';
  expect(keys(source)).toEqual(["a", "b", "c"]);
  const values = readMembers(Buffer.from(source))?.members.map(({ valueStart, valueEnd }) =>
    Buffer.from(source).toString("utf8", valueStart, valueEnd),
  );
  expect(values).toEqual(['"}\\"{\\\\"', '[{"a":1},"]"]', "-1.5e3"]);
});

test("what is no object, or does not close, has no members", () => {
  for (const source of ["", "[]", "{", '{"a"', '{"a":', '{"a":[', '{"a":"', '{"a":1'])
    expect(keys(source)).toBeUndefined();
  expect(readElements(Buffer.from("[1,2"), 0)).toBeUndefined();
});

test("a change touches nothing but its member", () => {
  expect(change('{ "a": 1.0, "b":"\\u00e9",\n"c":1e2 }', { b: '"x"' })).toBe('{ "a": 1.0, "b":"x",\n"c":1e2 }');
  expect(change('{"a":1,"b":2,"c":3}', { b: undefined, c: undefined, d: "4" })).toBe('{"a":1,"d":4}');
  expect(change('{"a":1}', { a: undefined })).toBe("{}");
  expect(change("{}", { a: "1", b: "2" })).toBe('{"a":1,"b":2}');
  expect(change('{"a":1,"a":2}', { a: "3" })).toBe('{"a":3}');
});

test("any change of any object gives what parsing and changing gives", () => {
  const name = fc.constantFrom("a", "b", "c", 'q"', "__proto__");
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.jsonValue(), { noNullPrototype: true }),
      fc.dictionary(fc.constantFrom("a", "b", "c", "z"), fc.option(fc.jsonValue(), { nil: undefined }), {
        noNullPrototype: true,
      }),
      fc.constantFrom(undefined, 1),
      (object, changes, indent) => {
        const texts = Object.fromEntries(
          Object.entries(changes).map(([key, value]) => [key, value === undefined ? undefined : JSON.stringify(value)]),
        );
        const expected: Record<string, unknown> = JSON.parse(JSON.stringify(object));
        for (const [key, value] of Object.entries(changes)) {
          if (value === undefined) delete expected[key];
          else expected[key] = JSON.parse(JSON.stringify(value));
        }
        expect(JSON.parse(change(JSON.stringify(object, undefined, indent), texts))).toEqual(expected);
      },
    ),
  );
});

test("elements of an array are found", () => {
  const bytes = Buffer.from('[ {"a":[1]}, "x,]" ,3]');
  const values = readElements(bytes, 0)?.map(({ start, end }) => bytes.toString("utf8", start, end));
  expect(values).toEqual(['{"a":[1]}', '"x,]"', "3"]);
});

test("depth is counted outside strings only, in bytes that need not be JSON", () => {
  expect(isDeeperThan(Buffer.from(`"${"[".repeat(500)}"`), 128)).toBe(false);
  expect(isDeeperThan(Buffer.from("[".repeat(129)), 128)).toBe(true);
  expect(isDeeperThan(Buffer.from("[".repeat(128)), 128)).toBe(false);
  expect(isDeeperThan(Buffer.from('"never closed \\'), 128)).toBe(false);
});

test("a prompt full of escaped quotes takes linear time", () => {
  const body = Buffer.from(JSON.stringify({ a: '"\\'.repeat(500_000), b: 1 }));
  const startedMs = performance.now();
  expect(readMembers(body)?.members).toHaveLength(2);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});
