// What `check` finds inside a catalogue.
import { expect, test } from "vitest";
import type { CatalogFile, CatalogModel, ModelEndpoint } from "../model.js";
import { problemsIn } from "./problems.js";

const price = { inputPicoUsd: 10, outputPicoUsd: 40 };
const endpoint = (model: string, more: Partial<ModelEndpoint> = {}): ModelEndpoint => ({
  provider: "openai",
  model,
  prices: [price],
  ...more,
});
const model = (id: string, one: ModelEndpoint, aliases: readonly string[] = []): CatalogModel => ({
  ...{ id, name: id, aliases, input: ["text"], output: ["text"], reasoning: false, tools: true },
  endpoints: [one],
});
const problems = (...models: readonly CatalogModel[]) => {
  const file: CatalogFile = { schema: 1, generated: "2026-11-24", sources: [], models };
  return problemsIn(file, "2026-12-05").map(({ model, provider, kind }) => [model, provider, kind]);
};

test("a sound catalogue has none", () => {
  expect(problems(model("a/b", endpoint("b", { windowTokens: 10, maxOutputTokens: 10 }), ["b"]))).toEqual([]);
});

test("an alias that is another's id or alias", () => {
  const [first, second] = [model("a/b", endpoint("b"), ["c"]), model("a/c", endpoint("c"), ["a/b", "c"])];
  expect(problems(first, second)).toEqual([
    ["a/c", undefined, "name"],
    ["a/c", undefined, "name"],
  ]);
});

test("an endpoint of two models", () => {
  expect(problems(model("a/b", endpoint("b")), model("a/c", endpoint("b")))).toEqual([["a/c", "openai", "endpoint"]]);
});

test.each<[string, Partial<ModelEndpoint>]>([
  ["no-price", { prices: [] }],
  ["no-price", { prices: [{ from: "2027-01-01", ...price }] }],
  [
    "price-order",
    {
      prices: [
        { from: "2026-02-01", ...price },
        { from: "2026-01-01", ...price },
      ],
    },
  ],
  ["price-order", { prices: [price, price] }],
  [
    "step-order",
    {
      prices: [
        {
          ...price,
          above: [
            { inputTokens: 2, ...price },
            { inputTokens: 1, ...price },
          ],
        },
      ],
    },
  ],
  ["output-over-window", { windowTokens: 9, maxOutputTokens: 10 }],
  ["cache-price", { prices: [{ ...price, cacheReadPicoUsd: 11 }] }],
])("%s", (kind, more) => {
  expect(problems(model("a/b", endpoint("b", more)))).toEqual([["a/b", "openai", kind]]);
});
