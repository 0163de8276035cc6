import { expect, test } from "vitest";
import { timeoutsFor } from "./timeouts.js";

const occasion = { maxOutputTokens: 100, reasons: false };

test("a short answer: 5 s to connect, 30 s to the first token, 30 s between events, 10 min in all", () => {
  expect(timeoutsFor(occasion)).toEqual({ connect: 5_000, firstToken: 30_000, idle: 30_000, total: 600_000 });
});

test.each([
  [2_048, false, 30_000],
  [2_049, false, 60_000],
  [undefined, false, 60_000],
  [100, true, 300_000],
  [undefined, true, 300_000],
])("with an output limit of %s and reasoning %s the first token has %i ms", (maxOutputTokens, reasons, ms) => {
  expect(timeoutsFor({ maxOutputTokens, reasons }).firstToken).toBe(ms);
});

test("each timer is taken from the nearest layer that speaks of it", () => {
  const model = { firstToken: 10_000, idle: undefined };
  const configuration = { firstToken: 1, idle: 2, total: 3 };
  expect(timeoutsFor(occasion, model, undefined, configuration)).toEqual({
    connect: 5_000,
    firstToken: 10_000,
    idle: 2,
    total: 3,
  });
});
