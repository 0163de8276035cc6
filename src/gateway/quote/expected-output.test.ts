import { expect, test } from "vitest";
import { knownProviders } from "../../catalog/providers.js";
import type { PlannedEndpoint } from "../../routing/resolve.js";
import { expectedOutput } from "./expected-output.js";

const [provider] = knownProviders;
const input = { tokens: 100, atMost: 100, method: "exact", errorPercent: 0 } as const;

function endpoint(facts: Partial<PlannedEndpoint>): PlannedEndpoint {
  if (provider === undefined) throw new Error("there is no row");
  return {
    provider,
    upstreamModel: "m",
    model: "a/m",
    price: undefined,
    windowTokens: undefined,
    maxOutputTokens: undefined,
    reasons: false,
    ...facts,
  };
}

test("the most is the asked limit, else the model's, else what the window leaves, else 4,096", () => {
  const most = (facts: Partial<PlannedEndpoint>, maxOutputTokens?: number) =>
    expectedOutput(endpoint(facts), input, maxOutputTokens === undefined ? {} : { maxOutputTokens }, undefined).most;
  expect(most({ maxOutputTokens: 900, windowTokens: 5_000 }, 700)).toBe(700);
  expect(most({ maxOutputTokens: 900, windowTokens: 5_000 })).toBe(900);
  expect(most({ windowTokens: 5_000 })).toBe(4_900);
  expect(most({})).toBe(4_096);
});

test("an asked limit above the model's own is no more than that", () => {
  expect(expectedOutput(endpoint({ maxOutputTokens: 900 }), input, { maxOutputTokens: 5_000 }, undefined).most).toBe(
    900,
  );
});

test("an input that fills the window leaves room for one token, not for less than none", () => {
  expect(expectedOutput(endpoint({ windowTokens: 50 }), input, {}, undefined)).toMatchObject({ likely: 1, most: 1 });
});

test("what is said wins over the guess, and raises the bound", () => {
  const said = expectedOutput(endpoint({ maxOutputTokens: 900 }), input, {}, 1_000);
  expect(said).toEqual({ likely: 1_000, most: 1_000, because: "as given" });
});

test("without an endpoint there is a guess all the same", () => {
  expect(expectedOutput(undefined, input, { reasoning: { effort: "high" } }, undefined).likely).toBe(2_000);
  expect(expectedOutput(undefined, input, {}, undefined).likely).toBe(500);
});
