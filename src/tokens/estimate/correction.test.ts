import fc from "fast-check";
import { expect, test } from "vitest";
import { createCorrections } from "./correction.js";

function learnt(model: string, pairs: readonly (readonly [estimated: number, reported: number])[]) {
  const corrections = createCorrections();
  for (const [estimated, reported] of pairs) corrections.learn(model, estimated, reported);
  return corrections;
}
const times = <T>(count: number, one: (index: number) => T) => Array.from({ length: count }, (_, index) => one(index));

test("a model that nothing was heard of is not corrected", () => {
  expect(createCorrections().factor("a")).toBe(1);
  expect(createCorrections().summary()).toEqual([]);
});

test("the factor comes to what providers report, from above and from below", () => {
  for (const ratio of [0.6, 0.85, 1.12, 1.8])
    expect(
      learnt(
        "a",
        times(120, () => [1_000, 1_000 * ratio]),
      ).factor("a"),
    ).toBeCloseTo(ratio, 2);
});

test("the error after correction is smaller than before, and is the error at that time", () => {
  const [row] = learnt(
    "a",
    times(60, () => [1_000, 1_300]),
  ).summary();
  expect(row?.before).toEqual({ median: expect.closeTo(23.08, 2), p95: expect.closeTo(23.08, 2) });
  expect(row?.after.median).toBeLessThan(5);
  // The first request was not corrected yet.
  expect(learnt("a", [[1_000, 1_300]]).summary()[0]?.after.median).toBeCloseTo(23.08, 2);
});

test("follows a model that changes its tokenizer", () => {
  const corrections = learnt("a", [
    ...times(300, () => [1_000, 1_000] as const),
    ...times(150, () => [1_000, 1_350] as const),
  ]);
  expect(corrections.factor("a")).toBeGreaterThan(1.3);
});

test("one odd request moves it little, however odd it is", () => {
  const steady = times(20, () => [1_000, 1_100] as const);
  const before = learnt("a", steady).factor("a");
  for (const odd of [550, 1_990]) {
    const after = learnt("a", [...steady, [1_000, odd]]).factor("a");
    expect(Math.abs(after / before - 1)).toBeLessThan(0.012);
  }
});

test("what is not about the text is not learnt from: media, hidden prompts, tiny requests, nonsense", () => {
  const odd = [
    [100, 5_000],
    [1_000, 400],
    [10, 19],
    [0, 100],
    [Number.NaN, 100],
    [100, Number.NaN],
    [100, Number.POSITIVE_INFINITY],
    [-5, 100],
  ] as const;
  expect(learnt("a", odd).summary()).toEqual([]);
});

test("a short request weighs less than a long one", () => {
  const short = learnt("a", [[20, 25]]).factor("a");
  const long = learnt("a", [[2_000, 2_500]]).factor("a");
  expect(short).toBeGreaterThan(1);
  expect(short - 1).toBeLessThan((long - 1) / 2);
});

test("the factor stays between a half and two, whatever is reported", () => {
  const anyCount = fc.oneof(fc.nat(100_000), fc.double());
  fc.assert(
    fc.property(fc.array(fc.tuple(anyCount, anyCount), { maxLength: 200 }), (pairs) => {
      const factor = learnt("a", pairs).factor("a");
      return factor >= 0.5 && factor <= 2;
    }),
  );
});

test("models are apart, and the thousand last heard of are kept", () => {
  const corrections = learnt("kept", [[1_000, 1_500]]);
  corrections.learn("forgotten", 1_000, 1_500);
  for (let index = 0; index < 998; index++) corrections.learn(`model ${index}`, 1_000, 900);
  corrections.learn("kept", 1_000, 1_500);
  corrections.learn("one more", 1_000, 900);
  expect(corrections.summary()).toHaveLength(1_000);
  expect(corrections.factor("kept")).toBeGreaterThan(1);
  expect(corrections.factor("forgotten")).toBe(1);
  expect(corrections.factor("model 0")).toBeLessThan(1);
});

test("the summary counts requests and keeps the errors of the last ones only", () => {
  const corrections = learnt("a", [
    ...times(10, () => [1_000, 1_900] as const),
    ...times(250, () => [1_000, 1_000] as const),
  ]);
  expect(corrections.summary()).toMatchObject([{ model: "a", count: 260, before: { median: 0, p95: 0 } }]);
});
