// A newer package meets an older synced catalogue.
import { expect, test } from "vitest";
import type { CatalogFile, CatalogModel, DatedPrice } from "../model.js";
import { carryPast } from "./carry.js";

const price = (inputPicoUsd: number, from?: string): DatedPrice => ({
  inputPicoUsd,
  outputPicoUsd: 1,
  ...(from === undefined ? {} : { from }),
});
const model = (
  id: string,
  name: string,
  prices: readonly DatedPrice[],
  aliases: readonly string[] = [],
): CatalogModel => ({
  ...{ id, name: id, aliases, input: ["text"], output: ["text"], reasoning: false, tools: true },
  endpoints: [{ provider: "openai", model: name, prices }],
});
const file = (generated: string, ...models: readonly CatalogModel[]): CatalogFile => ({
  schema: 1,
  generated,
  sources: [],
  models,
});
const carried = (newer: readonly DatedPrice[], older: readonly DatedPrice[]) =>
  carryPast(file("2027-03-01", model("a/b", "b", newer)), file("2027-01-01", model("a/b", "b", older))).models[0]
    ?.endpoints[0]?.prices;

test("the past that only the older one knows stays, and a price that the newer one changed holds from its date", () => {
  const past = [price(10), price(20, "2026-12-05")];
  expect(carried([price(30)], past)).toEqual([...past, price(30, "2027-03-01")]);
  expect(carried([price(20)], past)).toEqual(past);
  expect(carried([price(10), price(30, "2027-02-01")], past)).toEqual([...past, price(30, "2027-02-01")]);
});

test("where one of them knows no price, the other's are kept", () => {
  expect(carried([], [price(10)])).toEqual([price(10)]);
  expect(carried([price(10)], [])).toEqual([price(10)]);
});

test("models and endpoints that only the older one has stay, with names that are free", () => {
  const newer = file("2027-03-01", model("a/b", "b", [price(1)], ["taken"]));
  const older = file("2027-01-01", model("a/a", "a", [price(1)], ["taken", "free"]), model("a/b", "other", [price(2)]));
  const { generated, models } = carryPast(newer, older);
  expect(generated).toBe("2027-03-01");
  expect(models.map(({ id, aliases, endpoints }) => [id, aliases, endpoints.map((one) => one.model)])).toEqual([
    ["a/a", ["free"], ["a"]],
    ["a/b", ["taken"], ["b", "other"]],
  ]);
});
