// Merging beside the definition of it, on small alphabets where merges meet often.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faultsOf } from "../tokenizer-fault.js";
import { mergePiece } from "./merge-piece.js";
import { MergeTable } from "./merge-table.js";

interface Merge {
  readonly left: number;
  readonly right: number;
  readonly rank: number;
  readonly result: number;
}

/** Each result stands for what its two parts stand for, so that equal strings are one token. */
function mergesFrom(choices: readonly (readonly [number, number, number])[]): readonly Merge[] {
  const strings = ["a", "b", "c"];
  const merges = new Map<string, Merge>();
  for (const [first, second, rank] of choices) {
    const [left, right] = [first % strings.length, second % strings.length];
    const joined = `${strings[left]}${strings[right]}`;
    if (joined.length > 12) continue;
    const known = strings.indexOf(joined);
    const result = known >= 0 ? known : strings.push(joined) - 1;
    merges.set(`${left} ${right}`, { left, right, rank, result });
  }
  return [...merges.values()];
}

function tableOf(merges: readonly Merge[], ranks: number): MergeTable {
  const table = new MergeTable(merges.length, faultsOf("merges.json"), ranks);
  for (const { left, right, rank, result } of merges) table.set(left, right, rank, result);
  return table;
}

function byDefinition(merges: readonly Merge[], symbols: readonly number[]): readonly number[] {
  const left = [...symbols];
  for (;;) {
    let best: { readonly at: number; readonly merge: Merge } | undefined;
    for (let at = 0; at + 1 < left.length; at++) {
      const merge = merges.find((candidate) => candidate.left === left[at] && candidate.right === left[at + 1]);
      if (merge !== undefined && merge.rank < (best?.merge.rank ?? Number.POSITIVE_INFINITY)) best = { at, merge };
    }
    if (best === undefined) return left;
    left.splice(best.at, 2, best.merge.result);
  }
}

function merged(table: MergeTable, symbols: readonly number[]): readonly number[] {
  const list = Int32Array.from(symbols);
  return [...list.subarray(0, mergePiece(table, list, symbols.length))];
}

const choices = (ranks: number) =>
  fc.array(fc.tuple(fc.nat(30), fc.nat(30), fc.nat(ranks - 1)), { minLength: 1, maxLength: 25 });
const symbols = (maxLength: number) => fc.array(fc.nat(2), { maxLength });

describe("merging", () => {
  test.each([
    ["short pieces", 24, 1_000],
    ["long pieces", 200, 1_000],
    ["long pieces where many merges rank equally", 200, 3],
  ])("is what it is defined to be for %s", (_, longest, ranks) => {
    fc.assert(
      fc.property(choices(ranks), symbols(longest), (chosen, piece) => {
        const merges = mergesFrom(chosen);
        expect(merged(tableOf(merges, ranks), piece)).toEqual(byDefinition(merges, piece));
      }),
      { numRuns: 300 },
    );
  });

  test("goes on from a merge to pairs of lower rank before anything else", () => {
    const merges = [
      { left: 0, right: 1, rank: 5, result: 3 },
      { left: 3, right: 2, rank: 1, result: 4 },
      { left: 2, right: 0, rank: 6, result: 5 },
    ];
    const piece = Array.from({ length: 60 }, (_, at) => at % 3);
    expect(merged(tableOf(merges, 10), piece)).toEqual(new Array(20).fill(4));
  });

  test("takes a piece of a million symbols", () => {
    const merges = Array.from({ length: 10 }, (_, rank) => ({ left: rank, right: rank, rank, result: rank + 1 }));
    const left = merged(tableOf(merges, 10), new Array(1_000_000).fill(0));
    expect(left).toEqual([...new Array(976).fill(10), 9, 6]);
  });
});

describe("a table of merges", () => {
  test("finds what was set, and nothing else", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.nat(2_000_000), fc.nat(2_000_000)), { selector: String }), (pairs) => {
        const [absent, ...set] = pairs;
        const table = new MergeTable(set.length, faultsOf("merges.json"));
        set.forEach(([left, right], rank) => {
          table.set(left, right, rank, rank + 1);
        });
        set.forEach(([left, right], rank) => {
          const slot = table.find(left, right);
          expect([table.rankAt(slot), table.resultAt(slot)]).toEqual([rank, rank + 1]);
        });
        if (absent !== undefined) expect(table.find(...absent)).toBe(-1);
      }),
    );
  });

  test("keeps the first or the last of two equal pairs, as told", () => {
    const table = new MergeTable(2, faultsOf("merges.json"));
    table.set(1, 2, 7, 8);
    table.set(1, 2, 9, 10, false);
    expect(table.rankAt(table.find(1, 2))).toBe(7);
    table.set(1, 2, 9, 10);
    expect(table.rankAt(table.find(1, 2))).toBe(9);
  });
});
