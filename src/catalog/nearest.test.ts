import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCatalog } from "./load.js";
import { editDistance } from "./nearest.js";

const catalog = loadCatalog();

test.each([
  ["opnai/gpt4o", "openai/gpt-4o"],
  ["gpt4o", "openai/gpt-4o"],
  ["openai/gpt-4o-mni", "openai/gpt-4o-mini"],
  ["anthropic/claude-sonet-4.5", "anthropic/claude-sonnet-4.5"],
  ["Claude_Sonnet_4_5", "anthropic/claude-sonnet-4.5"],
  ["google/gemini-25-flash", "google/gemini-2.5-flash"],
  ["meta-lama/llama-3.3-70b-instruct", "meta-llama/llama-3.3-70b-instruct"],
])("%s is closest to %s", (typed, meant) => {
  expect(catalog.nearest(typed, 3)[0]).toBe(meant);
});

test("half a name brings the models whose names contain it", () => {
  const found = catalog.nearest("claude-sonnet", 3);
  expect(found).toHaveLength(3);
  for (const id of found) expect(id).toContain("claude-sonnet");
});

test("a name close to nothing brings nothing, and no more than asked comes", () => {
  expect(catalog.nearest("zzzzzzzzzzzzzzzzzzzzzzzzzz", 3)).toEqual([]);
  expect(catalog.nearest("", 3)).toEqual([]);
  expect(catalog.nearest("gpt-4o", 2)).toHaveLength(2);
  expect(catalog.nearest("gpt-4o", 0)).toEqual([]);
});

test("a very long name is answered quickly", () => {
  const started = performance.now();
  catalog.nearest(`${"a".repeat(50)}/${"gpt-4o".repeat(200_000)}`, 3);
  expect(performance.now() - started).toBeLessThan(100);
});

test("the banded distance is the true one up to the bound, and bound + 1 above it", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 12 });
  fc.assert(
    fc.property(word, word, fc.integer({ min: 0, max: 8 }), (a, b, bound) => {
      expect(editDistance(a, b, bound)).toBe(Math.min(plainDistance(a, b), bound + 1));
    }),
  );
});

/** Levenshtein's distance by its definition. */
function plainDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const letter of a) {
    const next = [(row[0] ?? 0) + 1];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
