// The check that a synced catalogue passes before it is believed.
import { expect, test } from "vitest";
import { packagedCatalog } from "../load.js";
import { type SyncedCatalog, syncedFault, syncedText } from "./file.js";

const record = { day: "2026-12-05", sources: [], conflicts: [], vanished: [] };
const whole: SyncedCatalog = { catalog: packagedCatalog(), record };

test("the catalogue in the package passes it", () => {
  expect(syncedFault(whole)).toBeUndefined();
});

test("what is written is read again as it was, a model a line", () => {
  const text = syncedText(whole);
  expect(JSON.parse(text)).toEqual(whole);
  expect(text.split("\n").length).toBe(whole.catalog.models.length + 4);
});

const endpoint = { provider: "p", model: "m", prices: [{ inputPicoUsd: 1, outputPicoUsd: 1 }] };
const row = {
  ...{ id: "a/b", name: "B", aliases: [], input: ["text"], output: ["text"], reasoning: false, tools: true },
  endpoints: [endpoint],
};
const withModel = (change: object) => ({
  record,
  catalog: { schema: 1, generated: "2026-12-05", sources: [], models: [{ ...row, ...change }] },
});
const withEndpoint = (change: object) => withModel({ endpoints: [{ ...endpoint, ...change }] });
const withPrice = (...prices: readonly object[]) => withEndpoint({ prices });
const price = { inputPicoUsd: 1, outputPicoUsd: 1 };

test("the small one that the next cases damage is whole", () => {
  expect(syncedFault(withModel({}))).toBeUndefined();
});

test.each<[string, unknown, RegExp]>([
  ["nothing", undefined, /^the file: /],
  ["a list", [], /^the file: /],
  ["another schema", { record, catalog: { ...whole.catalog, schema: 2 } }, /^catalog\.schema: /],
  ["no models", { record, catalog: { ...whole.catalog, models: [] } }, /^catalog\.models: /],
  ["a date that is none", { record, catalog: { ...whole.catalog, generated: "today" } }, /^catalog\.generated: /],
  ["no record", { catalog: whole.catalog }, /^record: /],
  ["an id that steers the terminal", withModel({ id: "a/\u001b[2J" }), /^catalog\.models\.0\.id: /],
  ["a kind that does not exist", withModel({ input: ["smell"] }), /^catalog\.models\.0\.input\.0: /],
  ["a model without endpoints", withModel({ endpoints: [] }), /^catalog\.models\.0\.endpoints: /],
  ["a negative price", withPrice({ inputPicoUsd: -1, outputPicoUsd: 1 }), /inputPicoUsd: /],
  ["a fraction of a pico-dollar", withPrice({ inputPicoUsd: 0.5, outputPicoUsd: 1 }), /inputPicoUsd: /],
  ["an absurd price", withPrice({ inputPicoUsd: 1, outputPicoUsd: 1e11 }), /outputPicoUsd: /],
  ["half a price", withPrice({ inputPicoUsd: 1 }), /outputPicoUsd: /],
  [
    "prices out of order",
    withPrice({ ...price, from: "2026-02-01" }, { ...price, from: "2026-01-01" }),
    /out of order/,
  ],
  [
    "steps out of order",
    withPrice({
      ...price,
      above: [
        { ...price, inputTokens: 2 },
        { ...price, inputTokens: 2 },
      ],
    }),
    /steps are out of order/,
  ],
  ["an endless window", withEndpoint({ windowTokens: 1e12 }), /windowTokens: /],
  ["a window of nothing", withEndpoint({ windowTokens: 0 }), /windowTokens: /],
])("%s is no catalogue, and the place is named", (_what, value, fault) => {
  expect(syncedFault(value)).toMatch(fault);
});
