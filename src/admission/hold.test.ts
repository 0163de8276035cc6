import fc from "fast-check";
import { expect, test } from "vitest";
import { createHolds } from "./hold.js";

test("what is held for a key is the sum of its holds", () => {
  const holds = createHolds();
  holds.take("a", 5);
  holds.take("a", 7);
  holds.take("b", 1);
  holds.take(undefined, 2);
  holds.release("a", 5);
  expect(["a", "b", undefined, "c"].map((key) => holds.held(key))).toEqual([7, 1, 2, 0]);
});

test("a price that is not known holds nothing", () => {
  const holds = createHolds();
  holds.take("a", undefined);
  expect(holds.held("a")).toBe(0);
  holds.release("a", undefined);
  expect(holds.held("a")).toBe(0);
});

test("holds that are all released sum to zero, in any order", () => {
  const hold = fc.tuple(
    fc.constantFrom("a", "b", undefined),
    fc.option(fc.integer({ min: 0, max: 2 ** 45 }), { nil: undefined }),
    fc.integer(),
  );
  fc.assert(
    fc.property(fc.array(hold, { maxLength: 50 }), (taken) => {
      const holds = createHolds();
      for (const [key, amount] of taken) holds.take(key, amount);
      for (const key of ["a", "b", undefined])
        expect(holds.held(key)).toBe(
          taken.reduce((sum, [whose, amount]) => sum + (whose === key ? (amount ?? 0) : 0), 0),
        );
      for (const [key, amount] of taken.toSorted((one, other) => one[2] - other[2])) holds.release(key, amount);
      for (const key of ["a", "b", undefined]) expect(holds.held(key)).toBe(0);
    }),
  );
});
