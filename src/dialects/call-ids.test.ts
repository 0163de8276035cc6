import { expect, test } from "vitest";
import { CallIds } from "./call-ids.js";

test("a result without an id answers the first open call of its name", () => {
  const ids = new CallIds();
  expect(["f", "g", "f"].map((name) => ids.ofCall(name, undefined))).toEqual(["call_1", "call_2", "call_3"]);
  expect(ids.ofResult("f", undefined)).toBe("call_1");
  expect(ids.ofResult(undefined, undefined)).toBe("call_2");
  expect(ids.ofResult("f", undefined)).toBe("call_3");
  expect(ids.ofResult("f", undefined)).toBe("call_4");
  expect([ids.nameOf("call_3"), ids.nameOf("call_4")]).toEqual(["f", undefined]);
});

test("ids that are given stay, and count as answered", () => {
  const ids = new CallIds();
  expect([ids.ofCall("f", "a"), ids.ofCall("f", undefined)]).toEqual(["a", "call_1"]);
  expect(ids.ofResult("f", "a")).toBe("a");
  expect(ids.ofResult("f", undefined)).toBe("call_1");
  expect(ids.ofResult(undefined, "elsewhere")).toBe("elsewhere");
  ids.ofCall("f", "call_2");
  expect(ids.ofCall("f", undefined)).toBe("call_3");
});

test("many calls are answered in linear time", () => {
  const ids = new CallIds();
  const count = 200_000;
  const started = performance.now();
  for (let index = 0; index < count; index++) ids.ofCall("f", undefined);
  for (let index = 1; index < count; index++) ids.ofResult(index % 2 === 0 ? "f" : undefined, undefined);
  expect(ids.ofResult("f", undefined)).toBe(`call_${count}`);
  // Looking at each call anew would take 20 thousand million steps.
  expect(performance.now() - started).toBeLessThan(5000);
});
