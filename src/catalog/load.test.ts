// The generated data itself: what anyone who installs Trunkline may count on.
import { expect, test } from "vitest";
import { loadCatalog, packagedCatalog } from "./load.js";
import type { TokenPrices } from "./model.js";

const catalog = loadCatalog();
const endpoints = catalog.models.flatMap((model) => model.endpoints);

test("the catalogue is read once", () => {
  expect(loadCatalog()).toBe(catalog);
});

test("a synced catalogue is used unless the package's is newer; the built-in models are in both", () => {
  const [first] = packagedCatalog().models;
  const synced = (generated: string) => loadCatalog({ ...packagedCatalog(), generated, models: first ? [first] : [] });
  for (const generated of [packagedCatalog().generated, "2099-01-01"]) {
    expect(synced(generated).generated).toBe(generated);
    expect(synced(generated).models.map(({ id }) => id)).toContain("simulator/echo");
    expect(synced(generated).find("openai/gpt-4o")).toBeUndefined();
  }
  expect(synced("2020-01-01")).toBe(catalog);
});

test("200 models or more are known, from all the well-known authors", () => {
  expect(catalog.models.length).toBeGreaterThanOrEqual(200);
  const authors = "openai anthropic google meta-llama mistralai cohere x-ai deepseek qwen moonshotai z-ai".split(" ");
  for (const author of authors) expect(catalog.hasAuthor(author), author).toBe(true);
});

test.each([
  ["gpt-4o", "openai/gpt-4o"],
  ["gpt-4o-mini", "openai/gpt-4o-mini"],
  ["gpt-5", "openai/gpt-5"],
  ["openai/gpt-5", "openai/gpt-5"],
  ["claude-sonnet-4-5", "anthropic/claude-sonnet-4.5"],
  ["claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4.5"],
  ["anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4.5"],
  ["gemini-2.5-flash", "google/gemini-2.5-flash"],
  ["google/gemini-2.5-flash", "google/gemini-2.5-flash"],
  ["llama-3.3-70b-versatile", "meta-llama/llama-3.3-70b-instruct"],
  ["command-a", "cohere/command-a"],
  ["mistral-large-latest", "mistralai/mistral-large-2512"],
])("%s means %s", (name, id) => {
  expect(catalog.find(name)?.id).toBe(id);
});

test.each([
  ["openai/gpt-4o", "openai", "gpt-4o"],
  ["openai/gpt-4o", "openrouter", "openai/gpt-4o"],
  ["anthropic/claude-sonnet-4.5", "anthropic", "claude-sonnet-4-5"],
  ["google/gemini-2.5-flash", "google", "gemini-2.5-flash"],
  ["meta-llama/llama-3.3-70b-instruct", "groq", "llama-3.3-70b-versatile"],
  ["cohere/command-a", "cohere", "command-a-03-2025"],
])("%s is called at %s as %s", (id, provider, name) => {
  expect(catalog.findAt(provider, id)?.endpoint.model).toBe(name);
  expect(catalog.findAt(provider, name)?.model.id).toBe(id);
});

test("the maker's own host comes first and OpenRouter last", () => {
  const order = (id: string) => catalog.find(id)?.endpoints.map((endpoint) => endpoint.provider);
  expect(order("openai/gpt-4o")).toEqual(["openai", "openrouter"]);
  expect(order("meta-llama/llama-3.3-70b-instruct")).toEqual(["groq", "openrouter"]);
  for (const { endpoints } of catalog.models)
    expect(endpoints.slice(0, -1).map((endpoint) => endpoint.provider)).not.toContain("openrouter");
});

test("a name means one model, and every model has an endpoint", () => {
  const names = catalog.models.flatMap((model) => [model.id, ...model.aliases]);
  expect(new Set(names).size).toBe(names.length);
  for (const model of catalog.models) expect(model.endpoints.length, model.id).toBeGreaterThan(0);
});

test("no two models share an endpoint", () => {
  const keys = endpoints.map(({ provider, model }) => `${provider} ${model}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test("windows are those that the makers state", () => {
  expect(catalog.find("openai/gpt-5.1")?.windowTokens).toBe(400_000);
  expect(catalog.find("anthropic/claude-opus-4.6")?.windowTokens).toBe(1_000_000);
  expect(catalog.findAt("openai", "gpt-5.4")?.endpoint.windowTokens).toBe(1_050_000);
});

test("prices are integers from 0 to 10,000 dollars per million tokens, oldest first", () => {
  const isPrice = (value: number) => Number.isInteger(value) && value >= 0 && value <= 10_000_000_000;
  const values = (price: TokenPrices) => [
    ...[price.inputPicoUsd, price.outputPicoUsd],
    ...[price.cacheReadPicoUsd ?? 0, price.cacheWritePicoUsd ?? 0, price.cacheWrite1hPicoUsd ?? 0],
  ];
  for (const { provider, model, prices } of endpoints) {
    for (const price of prices)
      for (const one of [price, ...(price.above ?? [])])
        expect(values(one).every(isPrice), `${provider} ${model}`).toBe(true);
    const days = prices.map((price) => price.from ?? "");
    expect(days).toEqual([...new Set(days)].sort());
  }
});

test("free variants cost nothing at OpenRouter and are models of their own", () => {
  const free = catalog.models.filter((model) => model.id.endsWith(":free"));
  expect(free.length).toBeGreaterThan(5);
  for (const { id, endpoints } of free)
    expect(endpoints).toMatchObject([
      { provider: "openrouter", model: id, prices: [{ inputPicoUsd: 0, outputPicoUsd: 0 }] },
    ]);
});

test("known prices are right: gpt-4o, the drop of o3's, and the dearer long prompts of gemini-2.5-pro", () => {
  const price = (provider: string, name: string, day: string) => {
    const served = catalog.findAt(provider, name);
    return served && catalog.priceOn(served.endpoint, day);
  };
  expect(price("openai", "gpt-4o", "2026-11-24")).toMatchObject({ inputPicoUsd: 2_500_000, outputPicoUsd: 10_000_000 });
  expect(price("openai", "o3", "2025-06-09")).toMatchObject({ inputPicoUsd: 10_000_000, outputPicoUsd: 40_000_000 });
  expect(price("openai", "o3", "2025-06-10")).toMatchObject({ inputPicoUsd: 2_000_000, outputPicoUsd: 8_000_000 });
  expect(price("google", "gemini-2.5-pro", "2026-11-24")?.above).toMatchObject([
    { inputTokens: 200_000, inputPicoUsd: 2_500_000, outputPicoUsd: 15_000_000 },
  ]);
});

test("embedding models give embeddings and nothing else", () => {
  expect(catalog.find("text-embedding-3-small")?.output).toEqual(["embeddings"]);
});
