// `trunkline catalog sync` as a user runs it, against sources on loopback that answer well and badly.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

describe("sync", () => {
  test("shows the difference, and writes nothing with --dry-run", async () => {
    stage.answers.set("/openrouter", gpt4o("0.000003"));
    const { code, stdout, stderr } = await stage.sync({ ...only, dryRun: true });
    expect(code).toBe(0);
    expect(stdout).toMatch(/Changed prices.*\n.*\nopenai\/gpt-4o +openrouter +in +2\.5 +3 +× 1\.20 +openrouter\n/);
    expect(stderr).toContain("Nothing was written (--dry-run).");
    expect(readdirSync(stage.folder)).toEqual([]);
  });

  test("on a terminal it asks: no leaves all as it is, yes writes, and the models know it", async () => {
    stage.answers.set("/openrouter", gpt4o("0.000003"));
    const no = await stage.sync(only, stage.sources(), ["n"]);
    expect([no.code, no.stderr]).toEqual([0, expect.stringContaining("Nothing was written.")]);
    const yes = await stage.sync(only, stage.sources(), ["y"]);
    expect([yes.code, yes.stderr]).toEqual([0, expect.stringContaining(`the catalogue is of ${today} now`)]);
    expect(await stage.history()).toMatchObject({
      model: "openai/gpt-4o",
      endpoints: [
        { provider: "openai" },
        {
          provider: "openrouter",
          prices: [{ inputPicoUsd: 2_500_000 }, { from: today, inputPicoUsd: 3_000_000 }],
        },
      ],
    });
  });

  test("without a terminal and without --yes it asks nobody and no source", async () => {
    const { code, stdout, stderr } = await stage.sync(only);
    expect([code, stdout]).toEqual([exitCodes.usage, ""]);
    expect(stderr).toMatch(/^trunkline: There is nobody to ask here: add --yes .*--dry-run/);
  });

  test("what moves too far is held back with --yes, and taken when it is accepted", async () => {
    stage.answers.set("/openrouter", gpt4o("0.0000251"));
    const held = await stage.sync({ ...only, yes: true });
    expect(held.stdout).toMatch(/Held back.*\n.*\nopenai\/gpt-4o +openrouter +in +2\.5 +25\.1 +× 10\.04/);
    expect(held.stderr).toContain("Nothing has changed");
    expect(await stage.history()).toMatchObject({ endpoints: [{}, { prices: { length: 1 } }] });
    await stage.sync({ ...only, yes: true, accept: ["gpt-4o"] });
    expect(await stage.history()).toMatchObject({ endpoints: [{}, { prices: [{}, { inputPicoUsd: 25_100_000 }] }] });
  });

  test("on a terminal it asks about what is held back, too", async () => {
    stage.answers.set("/openrouter", gpt4o("0.0000251"));
    const { stderr } = await stage.sync(only, stage.sources(), ["yes"]);
    expect(stderr).toContain("Take what was held back as well? [y/N]");
    expect(await stage.history()).toMatchObject({ endpoints: [{}, { prices: [{}, { inputPicoUsd: 25_100_000 }] }] });
  });

  test("a second sync of the same changes nothing but the date", async () => {
    stage.answers.set("/openrouter", gpt4o("0.000003"));
    await stage.sync({ ...only, yes: true });
    vi.setSystemTime(new Date("2027-01-12T12:00:00Z"));
    const { stdout, stderr } = await stage.sync({ ...only, yes: true });
    expect([stdout, stderr]).toEqual([
      "",
      expect.stringContaining("Nothing has changed: the catalogue is of 2027-01-12 now"),
    ]);
  });

  test("a source that fails is named, the others go on", async () => {
    stage.answers.set("/openrouter", gpt4o("0.000003"));
    stage.answers.set("/models.dev", "<html>");
    const paths = stage.sources((name) => (name === "genai-prices" ? "/hang" : `/${name}`));
    const { code, stderr } = await stage.sync({ yes: true, timeout: 0.2 }, paths);
    expect(code).toBe(0);
    expect(stderr).toContain("models.dev: It sent a web page where JSON was expected.\n");
    expect(stderr).toContain("genai-prices: It did not answer whole within 0.2 seconds.\n");
    expect(stderr).toContain("1 change is written");
  });

  test.each<[string, string]>([
    ["rubbish", "not json"],
    ["half of it", openRouterList().slice(0, 5_000)],
    [
      "a giant price everywhere",
      openRouterList((_id, row) => Object.assign(row, { pricing: { prompt: "1e400", completion: "1" } })),
    ],
    [
      "negative prices",
      openRouterList((_id, row) => Object.assign(row, { pricing: { prompt: "-5", completion: "-5" } })),
    ],
    [
      "prices that are no numbers",
      openRouterList((_id, row) => Object.assign(row, { pricing: { prompt: "NaN", completion: "NaN" } })),
    ],
    ["an error page of JSON", '{"error":{"code":500}}'],
  ])("all that answers is %s: the old table stays, and the exit code says upstream", async (_what, body) => {
    stage.answers.set("/openrouter", gpt4o("0.000003"));
    await stage.sync({ ...only, yes: true });
    const { current } = syncedPlaces(stage.dataDir);
    const before = readFileSync(current, "utf8");
    stage.answers.set("/openrouter", body);
    const { code, stderr } = await stage.sync({ yes: true });
    expect(code).toBe(exitCodes.upstream);
    expect(stderr).toMatch(
      /\nopenrouter: [A-Z].*\.\n(.*\n)*No source could be read\. The catalogue stays as it is\.\n$/,
    );
    expect(readFileSync(current, "utf8")).toBe(before);
  });

  test("a list that lost most of its models changes nothing", async () => {
    const rows = parseJson(openRouterList());
    const few =
      typeof rows === "object" && rows !== null && "data" in rows && Array.isArray(rows.data)
        ? rows.data.slice(0, 20)
        : [];
    stage.answers.set("/openrouter", JSON.stringify({ data: few }));
    const { stdout, stderr } = await stage.sync({ ...only, yes: true });
    expect(stdout).toMatch(/^openrouter lists 20 models of openrouter where \d+ were known: nothing is taken from it/);
    expect(stderr).toContain(`the catalogue is of ${packagedDay} now`);
  });

  test("--json gives one document, with what failed in it", async () => {
    stage.answers.set("/openrouter", gpt4o("0.000003"));
    const { code, stdout } = await stage.sync({ yes: true, json: true });
    expect(code).toBe(0);
    expect(parseJson(stdout)).toMatchObject({
      version: 1,
      from: packagedDay,
      day: today,
      written: true,
      sources: [
        { name: "openrouter", ok: true, models: expect.any(Number) },
        { name: "models.dev", ok: false, error: "It answered with the status 404." },
        { name: "genai-prices", ok: false },
      ],
      changes: expect.arrayContaining([
        expect.objectContaining({ kind: "price", model: "openai/gpt-4o", source: "openrouter" }),
      ]),
    });
  });

  test("a provider's own list is asked with its key, and what it no longer has is named and kept", async () => {
    const names = packagedCatalog().models.flatMap(({ endpoints }) =>
      endpoints.filter(({ provider }) => provider === "groq").map(({ model }) => model),
    );
    const [gone, ...rest] = names;
    stage.answers.set("/groq/models", JSON.stringify({ data: rest.map((id) => ({ id })) }));
    writeFileSync(
      join(stage.folder, "trunkline.yaml"),
      `providers:\n  groq: { baseUrl: "${stage.origin}/groq", apiKey: gsk_secret }\n`,
    );
    const { code, stdout, stderr } = await stage.trunkline("catalog", "sync", "--source", "groq", "--yes");
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`No longer listed .*\\n.*\\n.* groq +${gone}\\n`));
    expect(stdout + stderr).not.toContain("gsk_secret");
    const check = await stage.trunkline("catalog", "check", "--json");
    expect(parseJson(check.stdout)).toMatchObject({ vanished: [{ provider: "groq", name: gone }] });
  });

  test.each([
    [
      "a source that there is none of",
      { source: ["nowhere"] },
      /There is no source nowhere: there are openrouter, models\.dev, genai-prices/,
    ],
    ["a model that there is none of", { accept: ["nobody/x"] }, /--accept: the catalogue has no model nobody\/x/],
  ])("refuses %s", async (_what, flags, word) => {
    const { code, stderr } = await stage.sync({ yes: true, ...flags });
    expect([code, stderr]).toEqual([exitCodes.usage, expect.stringMatching(word)]);
  });

  test("a clock that stands before the catalogue's date is named", async () => {
    vi.setSystemTime(new Date("2020-01-01T00:00:00Z"));
    const { code, stderr } = await stage.sync({ yes: true });
    expect([code, stderr]).toEqual([exitCodes.usage, expect.stringContaining("this machine's clock says 2020-01-01")]);
  });
});
