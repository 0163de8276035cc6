// What a sync makes of a small catalogue: new, changed, gone, contradictory, held back.
import { describe, expect, test } from "vitest";
import type { CatalogFile, CatalogModel, DatedPrice, ModelEndpoint } from "../model.js";
import type { SourceFacts } from "./difference.js";
import type { ModelFact } from "./facts.js";
import { merge } from "./merge.js";
import type { MergeOptions } from "./merge-options.js";

const day = "2026-12-05";
const price = (inputUsd: number, outputUsd: number, more: Partial<DatedPrice> = {}): DatedPrice => ({
  inputPicoUsd: inputUsd * 1_000_000,
  outputPicoUsd: outputUsd * 1_000_000,
  ...more,
});

function model(id: string, endpoints: readonly ModelEndpoint[], more: Partial<CatalogModel> = {}): CatalogModel {
  const texts = { input: ["text"], output: ["text"] } as const;
  return {
    id,
    name: id,
    aliases: [],
    windowTokens: 8_000,
    ...texts,
    reasoning: false,
    tools: true,
    endpoints,
    ...more,
  };
}

const openai = (name: string, prices: readonly DatedPrice[]): ModelEndpoint => ({
  provider: "openai",
  model: name,
  prices,
  windowTokens: 8_000,
});

const old: CatalogFile = {
  schema: 1,
  generated: "2026-11-24",
  sources: [{ name: "package", version: "1", licence: "MIT", url: "https://example.com" }],
  models: [
    model("anthropic/claude-x-4.5", [{ provider: "anthropic", model: "claude-x-4-5", prices: [price(3, 15)] }], {
      name: "Anthropic: Claude X 4.5",
      aliases: ["claude-x-4-5"],
    }),
    model("openai/big", [
      openai("big", [price(10, 40), { from: "2025-06-10", ...price(2, 8, { cacheReadPicoUsd: 500_000 }) }]),
      { provider: "openrouter", model: "openai/big", prices: [price(2, 8)] },
    ]),
    model("openai/small", [openai("small", [price(1, 4)])], { aliases: ["small"] }),
  ],
};

const fact = (provider: string, name: string, more: Partial<ModelFact> = {}): ModelFact => ({
  provider,
  model: name,
  otherNames: [],
  ...more,
});

const says = (source: string, ...facts: readonly ModelFact[]): SourceFacts => ({
  source,
  url: `https://${source}.example`,
  licence: "MIT",
  standing: ["models.dev", "genai-prices"].includes(source) ? "catalogue" : "own",
  ...(["models.dev", "genai-prices"].includes(source) ? {} : { wholeListOf: source }),
  facts,
});

const known = [fact("openai", "big"), fact("openai", "small")];
const run = (sources: readonly SourceFacts[], options: Partial<MergeOptions> = {}) =>
  merge(old, sources, { day, ...options });
const endpointIn = (file: CatalogFile, provider: string, name: string) =>
  file.models.flatMap(({ endpoints }) => endpoints).find((one) => one.provider === provider && one.model === name);
const dearer = (...prices: readonly DatedPrice[]) =>
  says("models.dev", fact("openai", "big", { prices }), fact("openai", "small"));

describe("prices", () => {
  test("a changed price holds from the day of the sync on, and the past stays", () => {
    const { next, changes } = run([dearer(price(3, 8, { cacheReadPicoUsd: 300_000 }))]);
    expect(endpointIn(next, "openai", "big")?.prices).toEqual([
      price(10, 40),
      { from: "2025-06-10", ...price(2, 8, { cacheReadPicoUsd: 500_000 }) },
      { from: day, ...price(3, 8, { cacheReadPicoUsd: 300_000 }) },
    ]);
    expect(changes).toEqual([
      {
        kind: "price",
        model: "openai/big",
        provider: "openai",
        name: "big",
        source: "models.dev",
        from: price(2, 8, { cacheReadPicoUsd: 500_000 }),
        to: price(3, 8, { cacheReadPicoUsd: 300_000 }),
      },
    ]);
    expect(next.generated).toBe(day);
  });

  test("a second change on the same day takes the place of the first", () => {
    const once = run([dearer(price(3, 8))]).next;
    const twice = merge(once, [dearer(price(4, 8))], { day }).next;
    expect(endpointIn(twice, "openai", "big")?.prices.map(({ from }) => from)).toEqual([undefined, "2025-06-10", day]);
    expect(endpointIn(twice, "openai", "big")?.prices.at(-1)?.inputPicoUsd).toBe(4_000_000);
  });

  test("a source that is silent on the cache changes nothing about it, unless the input price moves", () => {
    expect(run([dearer(price(2, 8))]).changes).toEqual([]);
    expect(endpointIn(run([dearer(price(2, 9))]).next, "openai", "big")?.prices.at(-1)?.cacheReadPicoUsd).toBe(500_000);
    expect(
      endpointIn(run([dearer(price(3, 9))]).next, "openai", "big")?.prices.at(-1)?.cacheReadPicoUsd,
    ).toBeUndefined();
  });

  test("a price that only rounds the known one to cents is no change, unless the provider itself says it", () => {
    const rounded = [
      fact("openai", "big", { prices: [price(2, 8, { cacheReadPicoUsd: 130_000 })] }),
      fact("openai", "small"),
    ];
    const fine = merge(old, [dearer(price(2, 8, { cacheReadPicoUsd: 125_000 }))], { day: "2026-11-30" }).next;
    expect(merge(fine, [says("models.dev", ...rounded)], { day }).changes).toEqual([]);
    expect(merge(fine, [says("openai", ...rounded)], { day }).changes).toHaveLength(1);
  });

  test("where sources agree, one adds what the other is silent on", () => {
    const both = [
      dearer(price(3, 8)),
      says(
        "genai-prices",
        fact("openai", "big", { prices: [price(3, 8, { cacheReadPicoUsd: 700_000 })] }),
        fact("openai", "small"),
      ),
    ];
    expect(endpointIn(run(both).next, "openai", "big")?.prices.at(-1)).toEqual({
      from: day,
      ...price(3, 8, { cacheReadPicoUsd: 700_000 }),
    });
  });

  test("prices of days to come are not taken before their day", () => {
    const announced = dearer(price(2, 8), { from: "2027-01-01", ...price(1, 1) });
    expect(run([announced]).changes).toEqual([]);
    expect(merge(old, [announced], { day: "2027-01-02" }).changes).toHaveLength(1);
  });

  test.each([
    ["tenfold and more", price(21, 8)],
    ["down to under a tenth", price(2, 0.7)],
    ["to free", price(0, 8)],
    ["all to free", price(0, 0)],
    ["a cache price", price(2, 8, { cacheReadPicoUsd: 10_000 })],
  ])("a move that goes too far is held back until it is accepted: %s", (_what, to) => {
    const held = run([dearer(to)]);
    expect(held.changes).toEqual([]);
    expect(endpointIn(held.next, "openai", "big")).toEqual(endpointIn(old, "openai", "big"));
    expect(held.refused).toMatchObject([{ subject: "price", model: "openai/big", source: "models.dev", to }]);
    const accepted = run([dearer(to)], { accept: new Set(["openai/big"]) });
    expect([accepted.refused, accepted.changes.length]).toEqual([[], 1]);
  });

  test("exactly tenfold is taken", () => {
    expect(run([dearer(price(20, 8))]).refused).toEqual([]);
  });
});

describe("limits", () => {
  const windows = (windowTokens: number) =>
    says("models.dev", fact("openai", "big", { windowTokens }), fact("openai", "small"));

  test("a changed window is taken, and the model's is the largest of its endpoints", () => {
    const { next, changes } = run([windows(16_000)]);
    expect(changes).toMatchObject([{ kind: "windowTokens", from: 8_000, to: 16_000 }]);
    expect(next.models.find(({ id }) => id === "openai/big")?.windowTokens).toBe(16_000);
  });

  test("a window that moves more than tenfold is held back", () => {
    expect(run([windows(100_000)])).toMatchObject({ changes: [], refused: [{ subject: "windowTokens", to: 100_000 }] });
  });
});

describe("sources that contradict", () => {
  const dev = says(
    "models.dev",
    fact("openai", "big", { prices: [price(3, 8)], windowTokens: 9_000 }),
    fact("openai", "small"),
  );
  const genai = says("genai-prices", fact("openai", "big", { prices: [price(4, 8)] }), fact("openai", "small"));
  const own = says("openai", fact("openai", "big", { windowTokens: 10_000 }), fact("openai", "small"));

  test("are listed with all values; the provider's own wins, then models.dev, whatever the order", () => {
    for (const sources of [
      [own, dev, genai],
      [genai, dev, own],
    ]) {
      const { next, conflicts } = run(sources);
      expect(conflicts).toEqual([
        {
          ...{ model: "openai/big", provider: "openai", name: "big", subject: "price", field: "inputPicoUsd" },
          taken: "models.dev",
          values: [
            { source: "models.dev", value: 3_000_000 },
            { source: "genai-prices", value: 4_000_000 },
          ],
        },
        {
          ...{ model: "openai/big", provider: "openai", name: "big", subject: "windowTokens", field: "windowTokens" },
          taken: "openai",
          values: [
            { source: "openai", value: 10_000 },
            { source: "models.dev", value: 9_000 },
          ],
        },
      ]);
      expect(endpointIn(next, "openai", "big")).toMatchObject({ windowTokens: 10_000 });
      expect(endpointIn(next, "openai", "big")?.prices.at(-1)?.inputPicoUsd).toBe(3_000_000);
    }
  });

  test("less than a percent apart is rounding", () => {
    const near = says("genai-prices", fact("openai", "big", { prices: [price(3.02, 8)] }), fact("openai", "small"));
    expect(run([dev, near]).conflicts).toEqual([]);
  });

  test("the one that lost does not win because the other is silent for once", () => {
    const first = run([dev, genai]);
    const second = merge(first.next, [genai], { day: "2026-12-06", previous: first.record });
    expect([second.changes, second.record.conflicts]).toEqual([[], first.record.conflicts]);
  });
});

describe("new models", () => {
  const kinds = { input: ["text", "image"], output: ["text"], reasoning: true, tools: true } as const;

  test("a maker's new model gets an id, a name and names to ask for it by", () => {
    const added = fact("anthropic", "claude-x-5-5", {
      ...kinds,
      name: "Claude X 5.5",
      prices: [price(5, 25)],
      windowTokens: 9_000,
    });
    const { next, changes } = run([says("models.dev", fact("anthropic", "claude-x-4-5"), added)]);
    expect(next.models.find(({ id }) => id === "anthropic/claude-x-5.5")).toEqual({
      id: "anthropic/claude-x-5.5",
      name: "Anthropic: Claude X 5.5",
      aliases: ["anthropic/claude-x-5-5", "claude-x-5-5", "claude-x-5.5"],
      windowTokens: 9_000,
      ...kinds,
      endpoints: [{ provider: "anthropic", model: "claude-x-5-5", prices: [price(5, 25)], windowTokens: 9_000 }],
    });
    expect(changes).toMatchObject([{ kind: "model", model: "anthropic/claude-x-5.5", price: price(5, 25) }]);
    expect(next.models.map(({ id }) => id)).toEqual(next.models.map(({ id }) => id).sort());
  });

  test("two sources that list it make one model, the maker's endpoint first", () => {
    const there = says(
      "openrouter",
      fact("openrouter", "openai/big"),
      fact("openrouter", "anthropic/claude-x-5.5", { ...kinds, prices: [price(5, 25)] }),
    );
    const maker = says(
      "models.dev",
      fact("anthropic", "claude-x-4-5"),
      fact("anthropic", "claude-x-5-5", { ...kinds, prices: [price(5, 25)] }),
    );
    const added = run([there, maker]).next.models.filter(({ id }) => id.includes("5.5"));
    expect(added.map(({ endpoints }) => endpoints.map(({ provider }) => provider))).toEqual([
      ["anthropic", "openrouter"],
    ]);
  });

  test("a dated name of the same price becomes another name; one of another price is a model of its own", () => {
    const dated = (input: number) => fact("openai", "small-2026-11-30", { ...kinds, prices: [price(input, 4)] });
    const base = fact("openai", "small", { prices: [price(1, 4)] });
    const same = run([says("models.dev", fact("openai", "big"), base, dated(1))]);
    expect(same.changes).toContainEqual({
      kind: "alias",
      model: "openai/small",
      source: "models.dev",
      alias: "small-2026-11-30",
    });
    expect(run([says("models.dev", fact("openai", "big"), base, dated(2))]).changes).toMatchObject([
      { kind: "model", model: "openai/small-2026-11-30" },
    ]);
  });

  test("what too little is known of is named and not added", () => {
    const { changes, unplaced } = run([
      says("openai", ...known, fact("openai", "whisper-9")),
      says(
        "models.dev",
        ...known,
        fact("openai", "ancient", { ...kinds, prices: [price(1, 1)], released: "2023-01-01" }),
        fact("groq", "compound", kinds),
      ),
      says("genai-prices", ...known, fact("openai", "spelling", { prices: [price(1, 1)] })),
    ]);
    expect(changes).toEqual([]);
    expect(unplaced.map(({ name, why }) => [name, why])).toEqual([
      ["compound", "its author is not known"],
      ["whisper-9", "what goes in and out of it is not known"],
      ["ancient", "the provider's own list does not have it"],
    ]);
  });

  test("without the provider's own list, a model that came out more than a year ago is not new", () => {
    const since = (released: string) =>
      run([says("models.dev", ...known, fact("openai", "other", { ...kinds, prices: [price(1, 1)], released }))]);
    expect(since("2025-12-04")).toMatchObject({ changes: [], unplaced: [{ name: "other" }] });
    expect(since("2025-12-06")).toMatchObject({ changes: [{ kind: "model" }], unplaced: [] });
  });

  test("further kinds of input are added to a known model, and none is taken away", () => {
    const { next, changes } = run([
      says("openrouter", fact("openrouter", "openai/big", { input: ["text", "file"], output: ["text"] })),
    ]);
    expect(changes).toEqual([{ kind: "modalities", model: "openai/big", source: "openrouter", added: ["file in"] }]);
    expect(next.models.find(({ id }) => id === "openai/big")?.input).toEqual(["text", "file"]);
  });
});

describe("what is gone", () => {
  const without = says("openai", fact("openai", "big"));

  test("is kept and named where the provider's whole list no longer has it", () => {
    const { next, vanished, record } = run([without]);
    expect(vanished).toEqual([{ model: "openai/small", provider: "openai", name: "small", source: "openai" }]);
    expect(next.models).toEqual(old.models);
    expect(record.vanished).toEqual(vanished);
    expect(next.generated).toBe(old.generated);
  });

  test("is removed where the owner says so, and only then", () => {
    const { next, changes, vanished } = run([without], { remove: new Set(["openai/small", "openai/big"]) });
    expect(changes).toEqual([{ kind: "removed", model: "openai/small", provider: "openai", name: "small" }]);
    expect([next.models.length, vanished]).toEqual([2, []]);
  });

  test("is not concluded from a catalogue of others, nor from a part of a list", () => {
    expect(run([says("models.dev", fact("openai", "big", { prices: [price(2, 8)] }))]).vanished).toEqual([]);
    const { wholeListOf: _, ...part } = without;
    expect(run([part]).vanished).toEqual([]);
  });

  test("a dated name in a list stands for the undated one", () => {
    const dated = says("openai", fact("openai", "big-2026-08-01"), fact("openai", "small-20260801"));
    expect(run([dated])).toMatchObject({ vanished: [], changes: [] });
  });

  test("a list of less than half of what was known is not believed at all", () => {
    const many: CatalogFile = {
      ...old,
      models: [...old.models, model("openai/third", [openai("third", [price(1, 1)])])],
    };
    const broken = says("openai", fact("openai", "big", { prices: [price(3, 8)] }));
    const { shrunk, changes, vanished } = merge(many, [broken], { day });
    expect(shrunk).toEqual([{ source: "openai", provider: "openai", known: 3, listed: 1 }]);
    expect([changes, vanished]).toEqual([[], []]);
    expect(merge(many, [broken], { day, accept: new Set(["openai"]) }).vanished).toHaveLength(2);
  });

  test("what a source listed last is the measure, where it was asked before", () => {
    const full = says("models.dev", ...known, ...["a", "b", "c"].map((name) => fact("openai", name)));
    const first = run([full]);
    expect(merge(old, [says("models.dev", ...known)], { day, previous: first.record }).shrunk).toMatchObject([
      { known: 5, listed: 2 },
    ]);
  });

  test("a list that was not believed is no measure for the next one, and no date for the catalogue", () => {
    const third = [...known, fact("openai", "third"), fact("openai", "fourth"), fact("openai", "fifth")];
    const first = run([says("models.dev", ...third)]);
    const broken = says("models.dev", fact("openai", "big", { prices: [price(3, 8)] }));
    const second = merge(first.next, [broken], { day: "2026-12-06", previous: first.record });
    expect([second.changes, second.next.generated]).toEqual([[], old.generated]);
    expect(merge(second.next, [broken], { day: "2026-12-07", previous: second.record }).shrunk).toMatchObject([
      { known: 5 },
    ]);
  });
});
