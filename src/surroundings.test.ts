import { expect, test } from "vitest";
import { createNewId, realSurroundings, realTimers } from "./surroundings.js";

const clock = { wallMs: () => 1_790_000_000_999, monotonicMs: () => 0 };

test("an id says the second in which it was made, then 20 letters and digits", () => {
  expect(createNewId(clock)()).toMatch(/^gen-1790000000-[0-9A-Za-z]{20}$/);
});

test("ids do not repeat, also across refills of the random pool", () => {
  const newId = createNewId(clock);
  const ids = new Set(Array.from({ length: 5_000 }, newId));
  expect(ids.size).toBe(5_000);
});

test("all 62 letters and digits come equally often", () => {
  const newId = createNewId(clock);
  const counts = new Map<string, number>();
  for (let made = 0; made < 5_000; made++)
    for (const letter of newId().slice(-20)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const mean = 100_000 / 62;
  expect(counts.size).toBe(62);
  // Seven standard deviations: never by chance, always where bytes were taken modulo 62 (a fifth more of some letters).
  for (const seen of counts.values()) expect(Math.abs(seen - mean)).toBeLessThan(7 * Math.sqrt(mean));
});

test("a timer runs once, and not at all when it was cancelled", async () => {
  let runs = 0;
  realTimers.after(1, () => runs++);
  realTimers.after(1, () => runs++).cancel();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(runs).toBe(1);
});

test("the monotonic clock runs forward, and chance is in [0, 1)", () => {
  const { clock: real, random } = realSurroundings();
  const before = real.monotonicMs();
  expect(real.monotonicMs()).toBeGreaterThanOrEqual(before);
  expect(real.wallMs()).toBeGreaterThan(Date.UTC(2026, 0, 1));
  const number = random();
  expect(number >= 0 && number < 1).toBe(true);
});
