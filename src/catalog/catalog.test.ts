// The pure part of the catalogue, on a small file of its own.
import { expect, test } from "vitest";
import { createCatalog, priceOn } from "./catalog.js";
import type { CatalogModel, ModelEndpoint } from "./model.js";

const endpoint: ModelEndpoint = {
  provider: "openai",
  model: "tiny-1-2025",
  prices: [
    { inputPicoUsd: 10, outputPicoUsd: 40 },
    { from: "2025-06-10", inputPicoUsd: 2, outputPicoUsd: 8 },
    { from: "2027-01-01", inputPicoUsd: 3, outputPicoUsd: 9 },
  ],
};

function model(id: string, aliases: readonly string[], endpoints: readonly ModelEndpoint[]): CatalogModel {
  return { id, name: id, aliases, input: ["text"], output: ["text"], reasoning: false, tools: true, endpoints };
}

const catalog = createCatalog({
  schema: 1,
  generated: "2026-11-24",
  sources: [],
  models: [model("acme/tiny-1", ["tiny-1", "acme/tiny-2"], [endpoint]), model("acme/tiny-2", [], [])],
});

test("a model is found by its id and by an alias, letter for letter", () => {
  expect(catalog.find("acme/tiny-1")?.id).toBe("acme/tiny-1");
  expect(catalog.find("tiny-1")?.id).toBe("acme/tiny-1");
  expect(catalog.find("Tiny-1")).toBeUndefined();
  expect(catalog.find("__proto__")).toBeUndefined();
});

test("an id wins over another model's alias", () => {
  expect(catalog.find("acme/tiny-2")?.id).toBe("acme/tiny-2");
});

test("a model is found at a provider by the provider's name, by its id and by an alias", () => {
  for (const name of ["tiny-1-2025", "acme/tiny-1", "tiny-1"])
    expect(catalog.findAt("openai", name)).toEqual({ model: catalog.find("acme/tiny-1"), endpoint });
  expect(catalog.findAt("groq", "acme/tiny-1")).toBeUndefined();
  expect(catalog.findAt("openai", "other")).toBeUndefined();
});

test("an author is known when a model's id begins with its name", () => {
  expect(catalog.hasAuthor("acme")).toBe(true);
  expect(catalog.hasAuthor("acm")).toBe(false);
});

test("the newest price whose day has come holds, from that day on", () => {
  expect(priceOn(endpoint, "2024-01-01")?.inputPicoUsd).toBe(10);
  expect(priceOn(endpoint, "2025-06-09")?.inputPicoUsd).toBe(10);
  expect(priceOn(endpoint, "2025-06-10")?.inputPicoUsd).toBe(2);
  expect(priceOn(endpoint, "2026-12-31")?.inputPicoUsd).toBe(2);
  expect(catalog.priceOn(endpoint, "2027-01-01")?.inputPicoUsd).toBe(3);
});

test("no price is known before the first dated one, nor where none is listed", () => {
  const later = { ...endpoint, prices: [{ from: "2025-06-10", inputPicoUsd: 2, outputPicoUsd: 8 }] };
  expect(priceOn(later, "2025-06-09")).toBeUndefined();
  expect(priceOn({ ...endpoint, prices: [] }, "2026-01-01")).toBeUndefined();
});
