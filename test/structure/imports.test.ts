// Which room may know which: imports point down the list of docs/architecture.md, and never in a circle.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf, repository, sourceFiles, syntaxTree } from "./sources.js";

const files = sourceFiles("src", { tests: false });
const importsByFile = new Map(files.map((file) => [file.path, importsOf(file)]));

/** From the bottom up. A line may import every line before it; rooms of one line do not import one another. */
const layers: readonly (readonly string[])[] = [
  ["canonical"],
  ["framing"],
  ["dialects"],
  ["catalog"],
  ["tokens", "pricing", "credentials"],
  ["admission", "routing", "upstream", "ledger"],
  ["gateway"],
  ["server", "client", "config", "store", "observe", "surroundings.ts"],
  ["build.ts"],
  ["index.ts", "cli"],
];

const layerOf = new Map(layers.flatMap((rooms, layer) => rooms.map((room) => [room, layer])));

/** `src/routing/plan.ts` is in `routing`, `src/build.ts` in `build.ts`. */
const roomOf = (path: string) => path.split("/")[1] ?? "";

/** The configuration joins the schemas that the rooms own, the server's among them. */
const isOptions = (path: string) => /^src\/[a-z]+\/options\.ts$/.test(path);

function mayImport(from: string, to: string): boolean {
  const [here, there] = [roomOf(from), roomOf(to)];
  if (here === there) return true;
  if (here === "config" && isOptions(to)) return true;
  return (layerOf.get(there) ?? Number.POSITIVE_INFINITY) < (layerOf.get(here) ?? -1);
}

/** Groups of files that import one another, by Tarjan's algorithm. */
function circles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): number => {
    const order = index.size;
    index.set(node, order);
    low.set(node, order);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      const reached = !index.has(next) ? visit(next) : stack.includes(next) ? (index.get(next) ?? order) : order;
      low.set(node, Math.min(low.get(node) ?? order, reached));
    }
    if (low.get(node) === order) {
      const group = stack.splice(stack.indexOf(node));
      if (group.length > 1) found.push(group);
    }
    return low.get(node) ?? order;
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found;
}

describe("imports", () => {
  test("every file is in a room of the house", () => {
    expect([...new Set(files.map((file) => roomOf(file.path)))].filter((room) => !layerOf.has(room))).toEqual([]);
  });

  test("are seen by these tests: values, types, re-exports, `import()`", () => {
    const text =
      'import { a } from "./a.js"; import type { B } from "../b.js"; export { c } from "./c.js";' +
      'import "./d.js"; const e = await import("./e.js"); let f: import("./f.js").F; import "node:fs"; // "./no.js"';
    const seen = importsOf({ path: "src/x/y.ts", text, tree: syntaxTree(text) });
    expect(seen).toEqual(["src/x/a.ts", "src/b.ts", "src/x/c.ts", "src/x/d.ts", "src/x/e.ts", "src/x/f.ts"]);
  });

  test("point down", () => {
    const upward = [...importsByFile].flatMap(([from, imported]) =>
      imported.filter((to) => !mayImport(from, to)).map((to) => `${from} imports ${to}`),
    );
    expect(upward).toEqual([]);
  });

  test("name files that are there", () => {
    const dangling = [...importsByFile].flatMap(([from, imported]) =>
      imported.filter((to) => !existsSync(join(repository, to))).map((to) => `${from} imports ${to}`),
    );
    expect(dangling).toEqual([]);
  });

  test("make no circle, types included", () => {
    expect(circles(importsByFile)).toEqual([]);
  });

  test("a circle would be found", () => {
    const graph = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["b", "d"]],
      ["d", []],
    ]);
    expect(circles(graph)).toEqual([["b", "c"]]);
  });
});
