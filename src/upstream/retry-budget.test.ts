import { expect, test } from "vitest";
import { createVirtualTime } from "../../test/virtual-time.js";
import { createRetryBudget } from "./retry-budget.js";

function setUp() {
  const { clock, advance } = createVirtualTime();
  const budget = createRetryBudget(clock.monotonicMs());
  /** Retries that are granted of so many asked for. */
  const spend = (asked: number) => {
    let granted = 0;
    for (let one = 0; one < asked; one++) if (budget.spend(clock.monotonicMs())) granted++;
    return granted;
  };
  return { advance, budget, spend };
}

test("it starts with ten retries, and then there are none", () => {
  const { spend } = setUp();
  expect(spend(100)).toBe(10);
  expect(spend(1)).toBe(0);
});

test("a second earns one", async () => {
  const { advance, spend } = setUp();
  spend(10);
  await advance(999);
  expect(spend(1)).toBe(0);
  await advance(1);
  expect(spend(2)).toBe(1);
});

test("refused ones cost nothing: asking often earns no less", async () => {
  const { advance, spend } = setUp();
  spend(10);
  for (let step = 0; step < 100; step++) {
    await advance(10);
    if (step < 99) expect(spend(1)).toBe(0);
  }
  await advance(1);
  expect(spend(1)).toBe(1);
});

test("no more than ten are saved, however long it is quiet", async () => {
  const { advance, budget, spend } = setUp();
  await advance(3_600_000);
  for (let request = 0; request < 1_000; request++) budget.earn();
  expect(spend(100)).toBe(10);
});

test("in a total outage retries add a tenth of the requests", () => {
  const { budget, spend } = setUp();
  spend(10);
  let retries = 0;
  for (let request = 0; request < 1_000; request++) {
    budget.earn();
    retries += spend(3);
  }
  expect(retries).toBeGreaterThanOrEqual(98);
  expect(retries).toBeLessThanOrEqual(100);
});
