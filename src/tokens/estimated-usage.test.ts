import { expect, test } from "vitest";
import { estimateTokens, estimateUsage } from "./estimated-usage.js";

test("an estimate counts four bytes as a token, rounded up, and never below zero", () => {
  expect([0, 1, 4, 5, -3].map(estimateTokens)).toEqual([0, 1, 1, 2, 0]);
});

test("an estimated usage says of itself that it is one", () => {
  expect(estimateUsage(100, 3)).toMatchObject({ inputTokens: 100, outputTokens: 3, provenance: "estimated" });
});
