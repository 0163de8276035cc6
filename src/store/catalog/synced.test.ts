// The synced catalogue on disk: whole, damaged in every way, copied, restored.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CatalogFile } from "../../catalog/model.js";
import type { SyncedCatalog } from "../../catalog/sync/file.js";
import { syncedPlaces } from "./places.js";
import { copiesOf, copyUntil, mostCopies, readSynced, removeSynced, useSynced, writeSynced } from "./synced.js";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "trunkline-catalog-"));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

function synced(generated: string, inputPicoUsd = 1): SyncedCatalog {
  const endpoint = { provider: "p", model: "m", prices: [{ inputPicoUsd, outputPicoUsd: 1 }] };
  const model: CatalogFile["models"][number] = {
    ...{ id: "a/b", name: "B", aliases: [], input: ["text"], output: ["text"], reasoning: false, tools: true },
    endpoints: [endpoint],
  };
  return {
    catalog: { schema: 1, generated, sources: [], models: [model] },
    record: { day: generated, sources: [], conflicts: [], vanished: [] },
  };
}

function read(): { readonly found: SyncedCatalog | undefined; readonly told: readonly string[] } {
  const told: string[] = [];
  return { found: readSynced(dataDir, (sentence) => told.push(sentence)), told };
}

test("without one there is none, and nothing is said or made", () => {
  expect(read()).toEqual({ found: undefined, told: [] });
  expect(readdirSync(dataDir)).toEqual([]);
});

test("what was written is read again, for the owner's eyes alone, and no partial file is left", () => {
  writeSynced(dataDir, synced("2026-12-05"));
  expect(read()).toEqual({ found: synced("2026-12-05"), told: [] });
  const { folder, current } = syncedPlaces(dataDir);
  if (process.platform !== "win32") expect(statSync(current).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(["current.json", "history"]);
});

const damage: readonly (readonly [string, (text: string) => string])[] = [
  ["empty", () => ""],
  ["cut in half", (text) => text.slice(0, text.length / 2)],
  ["without its first line", (text) => text.slice(text.indexOf("\n") + 1)],
  ["with one digit changed", (text) => text.replace('"inputPicoUsd":1', '"inputPicoUsd":7')],
  ["rubbish", () => "\u0000\u0001rubbish"],
  ["a web page", () => "<html></html>\n"],
  ["of a later format", (text) => text.replace('"format":1', '"format":2')],
];

test.each(damage)("one that is %s is named, and its newest whole copy is used", (_what, damaged) => {
  writeSynced(dataDir, synced("2026-12-05"));
  writeSynced(dataDir, synced("2026-12-06", 2));
  const { current } = syncedPlaces(dataDir);
  writeFileSync(current, damaged(readFileSync(current, "utf8").replace('"inputPicoUsd":2', '"inputPicoUsd":1')));
  const { found, told } = read();
  expect(found).toEqual(synced("2026-12-06", 2));
  expect(told).toEqual([
    expect.stringMatching(/^The catalogue .*current\.json is damaged \(.*\), so its copy of 2026-12-06 is used\.$/),
  ]);
});

test("where every copy is damaged too, there is none, in one sentence", () => {
  writeSynced(dataDir, synced("2026-12-05"));
  for (const path of [syncedPlaces(dataDir).current, ...copiesOf(dataDir).map((copy) => copy.path)])
    writeFileSync(path, "{}");
  const { found, told } = read();
  expect(found).toBeUndefined();
  expect(told).toEqual([expect.stringMatching(/damaged .* the one that came with Trunkline is used\.$/)]);
});

test("a folder in its place is damage too, and no crash", () => {
  writeSynced(dataDir, synced("2026-12-05"));
  const { current } = syncedPlaces(dataDir);
  rmSync(current);
  mkdirSync(current);
  expect(read()).toMatchObject({ found: synced("2026-12-05"), told: [expect.stringContaining("damaged")] });
});

test("a table that is not whole is never written", () => {
  writeSynced(dataDir, synced("2026-12-05"));
  expect(() => writeSynced(dataDir, synced("2026-12-06", -1))).toThrow(/not whole .*inputPicoUsd/);
  expect(read().found).toEqual(synced("2026-12-05"));
});

test("where it cannot be written, the old one stays and the reason is a sentence", () => {
  writeSynced(dataDir, synced("2026-12-05"));
  const { folder } = syncedPlaces(dataDir);
  // Root may write anywhere, so that a file stands where the folder of copies should be.
  rmSync(join(folder, "history"), { recursive: true });
  writeFileSync(join(folder, "history"), "");
  expect(() => writeSynced(dataDir, synced("2026-12-06"))).toThrow(/cannot be (created|written)/);
  expect(read().found).toEqual(synced("2026-12-05"));
});

test("each one is kept as a copy of its day, in order, and only so many", () => {
  for (let number = 1; number <= 3; number += 1) writeSynced(dataDir, synced("2026-12-05", number));
  writeSynced(dataDir, synced("2026-12-04", 4));
  expect(copiesOf(dataDir).map(({ name }) => name)).toEqual([
    "2026-12-05.003",
    "2026-12-05.002",
    "2026-12-05.001",
    "2026-12-04.001",
  ]);
  for (let number = 0; number < mostCopies; number += 1) writeSynced(dataDir, synced("2026-12-06", number));
  expect(copiesOf(dataDir)).toHaveLength(mostCopies);
  expect(copiesOf(dataDir).at(-1)?.name).toBe("2026-12-06.001");
});

test("a copy is found by its day, by a later day, or by its name", () => {
  writeSynced(dataDir, synced("2026-12-01", 1));
  writeSynced(dataDir, synced("2026-12-05", 2));
  writeSynced(dataDir, synced("2026-12-05", 3));
  const at = (until: string) => copyUntil(dataDir, until)?.catalog.models[0]?.endpoints[0]?.prices[0]?.inputPicoUsd;
  expect([at("2026-11-30"), at("2026-12-01"), at("2026-12-04"), at("2026-12-05"), at("2026-12-05.001")]).toEqual([
    undefined,
    1,
    1,
    3,
    2,
  ]);
});

test("a copy is put in use again, and taken out of use", () => {
  writeSynced(dataDir, synced("2026-12-01", 1));
  writeSynced(dataDir, synced("2026-12-05", 2));
  useSynced(dataDir, synced("2026-12-01", 1));
  expect(read().found).toEqual(synced("2026-12-01", 1));
  expect([removeSynced(dataDir), removeSynced(dataDir)]).toEqual([true, false]);
  expect(read()).toEqual({ found: undefined, told: [] });
  expect(copiesOf(dataDir)).toHaveLength(2);
});
