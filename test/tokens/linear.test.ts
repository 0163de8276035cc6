// Time grows with the length of a text and no faster, whatever the text; and no step of a long count keeps the thread.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const isBuilt = existsSync(here("../../dist/tokens/openai-encodings.js"));

interface Row {
  readonly kind: string;
  /** Processor time for a mebibyte in sixteen texts of 64 KiB, and in one. */
  readonly shortMs: number;
  readonly longMs: number;
  readonly tokens: number;
  readonly slowestStepMs: number;
  readonly tokensInSteps: number;
}

function measure(encoding: string, kinds: readonly string[]): readonly Row[] {
  const run = spawnSync(process.execPath, [here("./measure-count.mjs"), encoding, ...kinds], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout
    .trim()
    .split("\n")
    .map((line): Row => JSON.parse(line));
}

/** All kinds for one; for the others those in whose pieces their splitters differ. */
const encodings: readonly (readonly [string, readonly string[]])[] = [
  ["o200k_base", []],
  ["cl100k_base", ["spaces and newlines", "random letters", "symbols"]],
];

describe.skipIf(!isBuilt)("with what is built (skipped where nothing is: node scripts/build.mjs)", () => {
  test.each(encodings)(
    "%s: a mebibyte takes no longer for each byte than 64 KiB, nor keeps the thread",
    (name, kinds) => {
      const rows = measure(name, kinds);
      expect(rows.length).toBeGreaterThanOrEqual(kinds.length || 20);
      expect(rows.filter(({ longMs, shortMs }) => longMs > 3 * shortMs + 10)).toEqual([]);
      // A step takes 2 to 4 ms; the rest is room for a machine that is slow or shared.
      expect(rows.filter(({ slowestStepMs }) => slowestStepMs >= 10)).toEqual([]);
      expect(rows.filter(({ tokens, tokensInSteps }) => tokens !== tokensInSteps || tokens === 0)).toEqual([]);
    },
    60_000,
  );
});
