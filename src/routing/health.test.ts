import { expect, test } from "vitest";
import { createHealth } from "./health.js";

function failing(times: number) {
  const health = createHealth();
  for (let failed = 0; failed < times; failed++) health.failed("a", 0);
  return health;
}

test("one failure, or two, may be chance", () => {
  expect(failing(1).ailing("a", 0)).toBe(false);
  expect(failing(2).ailing("a", 0)).toBe(false);
});

test.each([
  [3, 1_000],
  [4, 2_000],
  [5, 4_000],
  [7, 16_000],
  [8, 30_000],
  [60, 30_000],
])("after %i failures in a row an endpoint waits %i ms behind the others", (times, penaltyMs) => {
  const health = failing(times);
  expect(health.ailing("a", penaltyMs - 1)).toBe(true);
  expect(health.ailing("a", penaltyMs)).toBe(false);
});

test("a success forgets all failures", () => {
  const health = failing(5);
  health.succeeded("a");
  expect(health.ailing("a", 0)).toBe(false);
  health.failed("a", 0);
  expect(health.ailing("a", 0)).toBe(false);
});

test("endpoints ail apart, and a name that is not known is well", () => {
  const health = failing(5);
  expect(health.ailing("b", 0)).toBe(false);
  health.succeeded("b");
  expect(health.ailing("a", 0)).toBe(true);
});

test("names that clients make up do not fill the memory", () => {
  const health = createHealth();
  for (let name = 0; name < 25_000; name++) health.failed(`model-${name}`, 0);
  for (let failed = 0; failed < 3; failed++) health.failed("a", 0);
  expect(health.ailing("a", 0)).toBe(true);
});
