import { expect, test } from "vitest";
import { TrunklineError } from "../canonical/error.js";
import { loadCatalog } from "../catalog/load.js";
import { knownProviders } from "../catalog/providers.js";
import { type RoutingParts, resolveModel } from "./resolve.js";
import { splitVariant } from "./variants.js";

const parts: RoutingParts = {
  catalog: loadCatalog(),
  providers: new Map(knownProviders.map((provider) => [provider.id, provider])),
  models: new Map(),
  usable: () => true,
};
const resolve = (name: string) => resolveModel(parts, name, "2026-11-24").endpoints;
const llama = "meta-llama/llama-3.3-70b-instruct";

test(":floor puts the cheapest endpoint first", () => {
  const prices = resolve(`${llama}:floor`).map(({ price }) => (price?.inputPicoUsd ?? 0) + (price?.outputPicoUsd ?? 0));
  expect(prices.length).toBeGreaterThan(1);
  expect(prices).toEqual([...prices].sort((a, b) => a - b));
});

test.each(["nitro", "exacto"])(":%s reaches the same endpoints as the model itself", (variant) => {
  expect(resolve(`${llama}:${variant}`)).toEqual(resolve(llama));
});

test(":free is a row of its own where there is one", () => {
  const free = parts.catalog.models.find((model) => model.id.endsWith(":free"));
  expect(resolve(free?.id ?? "")[0]?.model).toBe(free?.id);
});

test("a variant that is none is an error that names those that are", () => {
  try {
    resolve("openai/gpt-4o:turbo");
    expect.unreachable();
  } catch (error) {
    if (!TrunklineError.is(error)) throw error;
    expect(error.code).toBe("model_not_found");
    expect(error.sentence).toMatch(/no variant "turbo".*:floor/);
  }
});

test("a colon in a provider's own model name is no variant", () => {
  expect(resolve("ollama/llama3.2:1b")[0]?.upstreamModel).toBe("llama3.2:1b");
  expect(splitVariant("gpt-4o")).toBeUndefined();
});
