// What holds for every catalogue and everything that sources may say of it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { priceOn } from "../catalog.js";
import type { CatalogFile, CatalogModel, DatedPrice, ModelEndpoint } from "../model.js";
import type { SourceFacts } from "./difference.js";
import type { ModelFact } from "./facts.js";
import { isSynced } from "./file.js";
import { merge } from "./merge.js";
import { problemsIn } from "./problems.js";

const day = "2026-12-05";
const days = ["2025-01-01", "2026-06-01", "2026-11-30", day, "2027-01-01"];
const names = ["one", "two", "two-20260101", "three-2026-01-01", "three", "four-latest"];
const providers = ["openai", "anthropic", "openrouter", "groq"];

const amount = fc.constantFrom(0, 1, 75_000, 80_000, 125_000, 1_000_000, 1_005_000, 3_000_000, 40_000_000);
const cache = fc.option(
  amount.filter((one) => one > 0),
  { nil: undefined },
);

const tokenPrice = fc.tuple(amount, amount, cache, cache).map(([inputPicoUsd, outputPicoUsd, read, write]) => ({
  inputPicoUsd,
  outputPicoUsd,
  ...(read === undefined || read > inputPicoUsd ? {} : { cacheReadPicoUsd: read }),
  ...(write === undefined ? {} : { cacheWritePicoUsd: write }),
}));

const price: fc.Arbitrary<DatedPrice> = fc
  .tuple(tokenPrice, fc.option(tokenPrice, { nil: undefined }), fc.constantFrom(200_000, 200_001))
  .map(([base, step, inputTokens]) => (step === undefined ? base : { ...base, above: [{ inputTokens, ...step }] }));

/** Oldest first, the first one without a day where the list is not dated from the start. */
const history = fc
  .tuple(fc.subarray(days), fc.boolean(), fc.array(price, { minLength: 6, maxLength: 6 }))
  .map(([dates, open, prices]): readonly DatedPrice[] => {
    const dated = dates.map((from, index) => ({ from, ...(prices[index] ?? { inputPicoUsd: 1, outputPicoUsd: 1 }) }));
    const [first] = prices.slice(-1);
    return open && first !== undefined ? [first, ...dated] : dated;
  });

const limit = fc.option(fc.constantFrom(1_000, 8_000, 8_192, 128_000), { nil: undefined });
const nameAt = (provider: string, name: string) =>
  provider === "openai" || provider === "anthropic" ? name : `openai/${name}`;

const catalog: fc.Arbitrary<CatalogFile> = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(...names),
      fc.subarray(providers, { minLength: 1 }),
      fc.array(history, { minLength: 4, maxLength: 4 }),
      limit,
    ),
    {
      selector: ([name]) => name,
      maxLength: 5,
    },
  )
  .map((rows) => ({
    schema: 1,
    generated: "2026-11-24",
    sources: [],
    models: rows
      .map(([name, at, histories, windowTokens]): CatalogModel => {
        const endpoints = at.map(
          (provider, index): ModelEndpoint => ({
            provider,
            model: nameAt(provider, name),
            prices: histories[index] ?? [],
            ...(windowTokens === undefined ? {} : { windowTokens }),
          }),
        );
        const texts = { input: ["text"], output: ["text"] } as const;
        return { id: `openai/${name}`, name, aliases: [name], ...texts, reasoning: false, tools: true, endpoints };
      })
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  }));

const facts: fc.Arbitrary<readonly ModelFact[]> = fc.array(
  fc
    .tuple(
      fc.constantFrom(...providers),
      fc.constantFrom(...names, "new", "new-2026-12-01"),
      fc.option(history, { nil: undefined }),
      limit,
      fc.boolean(),
      fc.subarray(names),
    )
    .map(
      ([provider, name, prices, windowTokens, kinds, others]): ModelFact => ({
        provider,
        model: nameAt(provider, name),
        otherNames: others.slice(0, 1).map((one) => nameAt(provider, one)),
        ...(prices === undefined ? {} : { prices }),
        ...(windowTokens === undefined ? {} : { windowTokens }),
        ...(kinds ? { input: ["text", "image"] as const, output: ["text"] as const } : {}),
      }),
    ),
  { maxLength: 12 },
);

const sources: fc.Arbitrary<readonly SourceFacts[]> = fc
  .tuple(facts, facts, facts, fc.subarray([0, 1, 2]))
  .map(([own, dev, genai, which]) => {
    const all: SourceFacts[] = [
      {
        source: "openrouter",
        url: "u",
        licence: "l",
        standing: "own",
        wholeListOf: "openrouter",
        facts: own.filter(({ provider }) => provider === "openrouter"),
      },
      { source: "models.dev", url: "u", licence: "l", standing: "catalogue", facts: dev },
      { source: "genai-prices", url: "u", licence: "l", standing: "catalogue", facts: genai },
    ];
    return which.flatMap((index) => all[index] ?? []);
  });

const endpoints = (file: CatalogFile) => file.models.flatMap((model) => model.endpoints);
const accept = new Set(["openrouter", "models.dev", "genai-prices"]);

test("no price of a day before the sync is ever lost or changed, and no endpoint disappears", () => {
  fc.assert(
    fc.property(catalog, sources, (old, said) => {
      const { next } = merge(old, said, { day, accept });
      const after = new Map(endpoints(next).map((one) => [`${one.provider} ${one.model}`, one]));
      for (const before of endpoints(old)) {
        const now = after.get(`${before.provider} ${before.model}`);
        expect(now).toBeDefined();
        for (const past of ["2024-01-01", ...days].filter((one) => one < day && before.prices.length > 0))
          expect(now && priceOn(now, past)).toEqual(priceOn(before, past));
        const kept = before.prices.filter(({ from }) => from !== day);
        if (kept.length > 0) expect(now?.prices).toEqual(expect.arrayContaining(kept));
      }
    }),
    { numRuns: 300 },
  );
});

test("the same facts a second time change nothing", () => {
  fc.assert(
    fc.property(catalog, sources, (old, said) => {
      const first = merge(old, said, { day, accept });
      for (const [later, previous] of [
        [day, undefined],
        ["2026-12-06", first.record],
      ] as const) {
        const second = merge(first.next, said, { day: later, previous, accept });
        expect(second.changes).toEqual([]);
        expect(second.next.models).toEqual(first.next.models);
      }
    }),
    { numRuns: 300 },
  );
});

test("what comes out is a catalogue: it passes its own check, and no name means two models", () => {
  fc.assert(
    fc.property(catalog, sources, (old, said) => {
      fc.pre(old.models.length > 0);
      const { next, record } = merge(old, said, { day, accept });
      expect(isSynced({ catalog: next, record })).toBe(true);
      const wrong = problemsIn(next, day).filter(({ kind }) =>
        ["name", "endpoint", "price-order", "step-order"].includes(kind),
      );
      expect(wrong).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("nothing that moves too far is made unasked: no price leaves a factor of ten, or becomes free", () => {
  fc.assert(
    fc.property(catalog, sources, (old, said) => {
      const { changes } = merge(old, said, { day });
      for (const change of changes) {
        if (change.kind !== "price" || change.from === undefined) continue;
        const { from, to } = change;
        for (const key of ["inputPicoUsd", "outputPicoUsd"] as const) {
          expect(to[key] === 0).toBe(from[key] === 0);
          expect(to[key]).toBeLessThanOrEqual(10 * from[key]);
          expect(from[key]).toBeLessThanOrEqual(10 * to[key]);
        }
      }
    }),
    { numRuns: 300 },
  );
});
