// What the language offers and this project leaves out.
import { describe, expect, test } from "vitest";
import { child, nodesOf, place, type SyntaxNode, sourceFiles, syntaxTree } from "./sources.js";

const files = [...sourceFiles("src", { tests: true }), ...sourceFiles("test", { tests: true })];

function places(found: (node: SyntaxNode) => boolean): readonly string[] {
  return files.flatMap((file) => [...nodesOf(file.tree)].filter(found).map((node) => place(file, node)));
}

const isAs = (node: SyntaxNode | undefined): node is SyntaxNode =>
  node?.type === "TSAsExpression" || node?.type === "TSTypeAssertion";

/** `x as unknown as T`: no type is checked at all. */
function isDoubleAssertion(node: SyntaxNode): boolean {
  const inner = child(node, "expression");
  return isAs(node) && isAs(inner);
}

describe("the language", () => {
  test("no default exports", () => {
    expect(places((node) => node.type === "ExportDefaultDeclaration")).toEqual([]);
  });

  test("no `any`", () => {
    expect(places((node) => node.type === "TSAnyKeyword")).toEqual([]);
  });

  test("no assertion by way of `unknown`, no `!`", () => {
    expect(places((node) => isDoubleAssertion(node) || node.type === "TSNonNullExpression")).toEqual([]);
    const double = nodesOf(syntaxTree("export const a = b as unknown as C;"));
    expect([...double].some(isDoubleAssertion)).toBe(true);
  });

  test("no check is switched off", () => {
    const switches = new RegExp(["@ts-(ignore|expect-error|nocheck)", "biome-ignore", "eslint-disable"].join("|"));
    const off = files.filter((file) => file.path !== "test/structure/language.test.ts" && switches.test(file.text));
    expect(off.map((file) => file.path)).toEqual([]);
  });

  test("no enum, no namespace", () => {
    expect(places((node) => node.type === "TSEnumDeclaration" || node.type === "TSModuleDeclaration")).toEqual([]);
  });

  test("no barrel except the front door", () => {
    const barrels = places((node) => node.type === "ExportAllDeclaration");
    expect(barrels).toEqual([]);
    const forwarding = files.filter((file) => file.path.endsWith("/index.ts") && file.path !== "src/index.ts");
    expect(forwarding.map((file) => file.path)).toEqual([]);
  });
});
