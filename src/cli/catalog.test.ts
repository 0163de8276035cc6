// What the other commands make of a synced catalogue: models, check, history, restore; and of a damaged one.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type CatalogStage, gpt4o, openCatalogStage, openRouterList } from "../../test/e2e/catalog-stage.js";
import { parseJson } from "../canonical/json.js";
import { packagedCatalog } from "../catalog/load.js";
import { syncedPlaces } from "../store/catalog/places.js";
import { exitCodes } from "./exit-codes.js";

const packagedDay = packagedCatalog().generated;
const today = "2027-01-10";
const only = { source: ["openrouter"] };
let stage: CatalogStage;
beforeEach(async () => {
  stage = await openCatalogStage();
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(`${today}T12:00:00Z`) });
});
afterEach(async () => {
  vi.useRealTimers();
  await stage.close();
});

test("a model that a sync brought can be asked for by its id and by its bare name", async () => {
  const known = packagedCatalog().models.find(({ endpoints }) => endpoints[0]?.provider === "openrouter")?.id ?? "";
  stage.answers.set(
    "/openrouter",
    openRouterList((id, row) => id === known && Object.assign(row, { id: "openai/gpt-brand-new" })),
  );
  await stage.sync({ ...only, yes: true });
  const { stdout } = await stage.trunkline("models", "gpt-brand-new", "--json");
  expect(parseJson(stdout)).toMatchObject({ data: [{ id: "openai/gpt-brand-new", needs: ["OPENROUTER_API_KEY"] }] });
  expect((await stage.trunkline("ask", "Hi", "-m", "gpt-brand-new")).stderr).toContain("OPENROUTER_API_KEY");
});

describe("a damaged table", () => {
  test("is named on standard error, and the models come from its copy or the package", async () => {
    stage.answers.set("/openrouter", gpt4o("0.000003"));
    await stage.sync({ ...only, yes: true });
    const places = syncedPlaces(stage.dataDir);
    writeFileSync(places.current, readFileSync(places.current, "utf8").slice(0, 3_000));
    const copied = await stage.trunkline("models", "openai/gpt-4o", "--json");
    expect(copied.code).toBe(0);
    expect(copied.stderr).toMatch(
      /^trouble: The catalogue .* is damaged \(its checksum is another one\), so its copy of 2027-01-10 is used\./,
    );
    expect(await stage.history()).toMatchObject({ endpoints: [{}, { prices: [{}, { inputPicoUsd: 3_000_000 }] }] });
    rmSync(places.copies, { recursive: true });
    const packaged = await stage.trunkline("catalog", "check");
    expect(packaged.stdout).toContain(`The catalogue is of ${packagedDay}`);
    expect(packaged.stderr).toContain("so the one that came with Trunkline is used.");
  });
});

describe("check", () => {
  test("says how old the catalogue is and where it is from, and that it was never synced", async () => {
    const { code, stdout, stderr } = await stage.trunkline("catalog", "check");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        `^The catalogue is of ${packagedDay} \\(\\d+ days old, came with Trunkline\\) and has \\d+ models\\.\\nIt was never synced here`,
      ),
    );
    expect(stderr).toMatch(
      /^The catalogue is \d+ days old, and so are its prices\. To refresh it: trunkline catalog sync\n$/,
    );
  });

  test("lists what the sources of the last sync disagreed on", async () => {
    const models = packagedCatalog().models.filter(({ endpoints }) =>
      endpoints.some(({ provider }) => provider === "anthropic"),
    );
    const names = models.flatMap(({ endpoints }) =>
      endpoints.filter(({ provider }) => provider === "anthropic").map(({ model }) => model),
    );
    const row = (input: number) => ({ input, output: 5 * input });
    stage.answers.set(
      "/models.dev",
      JSON.stringify({ anthropic: { models: Object.fromEntries(names.map((id) => [id, { id, cost: row(3) }])) } }),
    );
    stage.answers.set(
      "/genai-prices",
      JSON.stringify([
        { id: "anthropic", models: names.map((id) => ({ id, prices: { input_mtok: 4, output_mtok: 15 } })) },
      ]),
    );
    await stage.sync({ yes: true });
    const { stdout } = await stage.trunkline("catalog", "check");
    expect(stdout).toMatch(/The last sync was on 2027-01-10: \d+ conflicts between sources/);
    expect(stdout).toMatch(/anthropic\/claude-\S+ +anthropic +in +3 \(models\.dev\), 4 \(genai-prices\)/);
  });
});

describe("history", () => {
  test("lists a model's prices by date, its steps too", async () => {
    expect((await stage.trunkline("catalog", "history", "o3")).stdout).toMatch(
      /^openai\/o3\n.*\nopenai +ever .* 10 +40 .*\nopenai +2025-06-10 .* 2 +8 /,
    );
    expect((await stage.trunkline("catalog", "history", "gemini-2.5-pro")).stdout).toMatch(
      /google +ever +above 200,000 +2\.5 +15/,
    );
  });

  test("names the nearest models where there is none of this name", async () => {
    const { code, stderr } = await stage.trunkline("catalog", "history", "opnai/gpt4o");
    expect([code, stderr]).toEqual([
      exitCodes.usage,
      expect.stringMatching(/no model opnai\/gpt4o\. Did you mean .*openai\/gpt-4o/),
    ]);
  });
});

describe("restore", () => {
  test("goes back to a day, to one of several of a day, and to the package", async () => {
    for (const prompt of ["0.000003", "0.000004"]) {
      stage.answers.set("/openrouter", gpt4o(prompt));
      await stage.sync({ ...only, yes: true });
    }
    expect((await stage.trunkline("catalog", "restore")).stdout).toBe(
      `2027-01-10.002\n2027-01-10.001\npackaged (${packagedDay})\n`,
    );
    expect((await stage.trunkline("catalog", "restore", "2027-01-10.001")).stderr).toMatch(
      /^The catalogue of 2027-01-10 is in use\./,
    );
    expect(await stage.history()).toMatchObject({ endpoints: [{}, { prices: [{}, { inputPicoUsd: 3_000_000 }] }] });
    expect((await stage.trunkline("catalog", "restore", "2027-01-11")).code).toBe(0);
    expect(await stage.history()).toMatchObject({ endpoints: [{}, { prices: [{}, { inputPicoUsd: 4_000_000 }] }] });
    await stage.trunkline("catalog", "restore", "packaged");
    expect(await stage.history()).toMatchObject({ endpoints: [{}, { prices: { length: 1 } }] });
  });

  test("says what there is, where there is nothing of that day", async () => {
    for (const which of ["2026-01-01", "yesterday"]) {
      const { code, stderr } = await stage.trunkline("catalog", "restore", which);
      expect([code, stderr]).toEqual([
        exitCodes.usage,
        expect.stringContaining(`there are packaged (${packagedDay}).`),
      ]);
    }
  });
});

describe("models", () => {
  test("says once that the catalogue is older than 30 days, and nothing while it is not", async () => {
    const warned = async (date: string) => {
      vi.setSystemTime(new Date(`${date}T00:00:00Z`));
      return (await stage.trunkline("models")).stderr.match(/days old/g)?.length ?? 0;
    };
    const day = (offset: number) => new Date(Date.parse(packagedDay) + offset * 86_400_000).toISOString().slice(0, 10);
    expect([await warned(day(30)), await warned(day(31))]).toEqual([0, 1]);
    vi.setSystemTime(new Date(`${day(40)}T00:00:00Z`));
    stage.answers.set("/openrouter", openRouterList());
    await stage.sync({ ...only, yes: true });
    expect(await warned(day(41))).toBe(0);
  });
});
