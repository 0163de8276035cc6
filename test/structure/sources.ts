// The project's files as the tests of the structure see them: names, lines, syntax trees and imports.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "vitest/node";

export const repository = fileURLToPath(new URL("../..", import.meta.url));

export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

export interface SourceFile {
  /** From the repository's root, with slashes: `src/framing/sse.ts`. */
  readonly path: string;
  readonly text: string;
  readonly tree: SyntaxNode;
}

/** TypeScript files under a folder of the repository. */
export function sourceFiles(folder: string, options: { readonly tests: boolean }): readonly SourceFile[] {
  return filesUnder(folder)
    .filter((path) => path.endsWith(".ts") && (options.tests || !path.endsWith(".test.ts")))
    .map((path) => {
      const text = readFileSync(join(repository, path), "utf8");
      return { path, text, tree: syntaxTree(text) };
    });
}

/** Files under a folder of the repository, sorted; none where it is missing. */
export function filesUnder(folder: string): readonly string[] {
  const root = join(repository, folder);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(repository, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

/** What git holds, and what it would take; so no build, no packages. */
export function repositoryFiles(): readonly string[] {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const names = execFileSync("git", list, { cwd: repository, encoding: "utf8" }).split("\0");
  return names.filter((name) => name !== "" && existsSync(join(repository, name)));
}

export function syntaxTree(text: string): SyntaxNode {
  const tree: unknown = parseAst(text, { lang: "ts" });
  if (!isNode(tree)) throw new Error("the parser gave no tree");
  return tree;
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** Every node of a tree, parents first. */
export function* nodesOf(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const field of Object.values(node)) {
    for (const child of Array.isArray(field) ? field : [field]) if (isNode(child)) yield* nodesOf(child);
  }
}

/** A field of a node that is a node itself. */
export function child(node: SyntaxNode, field: string): SyntaxNode | undefined {
  const value = node[field];
  return isNode(value) ? value : undefined;
}

/** The name of an identifier, or the value of a string. */
export function nameOf(node: SyntaxNode | undefined): string | undefined {
  const value = node?.type === "Identifier" ? node.name : node?.type === "Literal" ? node.value : undefined;
  return typeof value === "string" ? value : undefined;
}

/** `path:line` of a node, for people. */
export function place(file: SourceFile, node: SyntaxNode): string {
  return `${file.path}:${file.text.slice(0, node.start).split("\n").length}`;
}

const importing = new Set([
  "ImportDeclaration",
  "ImportExpression",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "TSImportType",
]);

/** The files of the repository that a file imports: types, re-exports and `import()` included. */
export function importsOf(file: SourceFile): readonly string[] {
  const found = new Set<string>();
  for (const node of nodesOf(file.tree)) {
    const specifier = importing.has(node.type) ? nameOf(child(node, "source")) : undefined;
    if (specifier?.startsWith(".") !== true) continue;
    found.add(posix.join(dirname(file.path), specifier).replace(/\.js$/, ".ts"));
  }
  return [...found];
}
