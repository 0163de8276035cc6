// One concept, one place: what may stand in one file, or in a few, and nowhere else.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  child,
  nameOf,
  nodesOf,
  place,
  repository,
  repositoryFiles,
  type SyntaxNode,
  sourceFiles,
  syntaxTree,
} from "./sources.js";

const files = sourceFiles("src", { tests: false });

function placesOf(found: (node: SyntaxNode) => boolean, allowed: (path: string) => boolean): readonly string[] {
  return files
    .filter((file) => !allowed(file.path))
    .flatMap((file) => [...nodesOf(file.tree)].filter(found).map((node) => place(file, node)));
}

/** The text of a string or of a piece of a template. */
function textOf(node: SyntaxNode): string | undefined {
  if (node.type === "Literal") return nameOf(node);
  const value: unknown = node.type === "TemplateElement" ? node.value : undefined;
  if (typeof value !== "object" || value === null || !("raw" in value)) return undefined;
  return typeof value.raw === "string" ? value.raw : undefined;
}

/** Time, chance and ids are arguments of the core. Only these make them. */
const surroundings = [
  "src/surroundings.ts",
  "src/cli/",
  "src/server/",
  "src/client/",
  "src/store/",
  "src/config/",
  "src/observe/",
  // The local model's process, the wire to it and the fetching of it, all outside the core.
  "src/upstream/local/child.ts",
  "src/upstream/local/transport.ts",
  "src/upstream/local/pull.ts",
];

const ambient = new Set(["setTimeout", "setInterval", "setImmediate", "randomUUID", "randomBytes", "getRandomValues"]);
const ambientMembers = new Set([
  "Date.now",
  "Math.random",
  "performance.now",
  "process.hrtime",
  "process.uptime",
  "AbortSignal.timeout",
]);

function isAmbient(node: SyntaxNode): boolean {
  if (node.type === "NewExpression") {
    const { arguments: given } = node;
    return nameOf(child(node, "callee")) === "Date" && Array.isArray(given) && given.length === 0;
  }
  if (node.type === "ImportSpecifier") return ambient.has(nameOf(child(node, "imported")) ?? "");
  if (node.type === "CallExpression" && ambient.has(nameOf(child(node, "callee")) ?? "")) return true;
  if (node.type !== "MemberExpression") return false;
  const property = nameOf(child(node, "property")) ?? "";
  return ambientMembers.has(`${nameOf(child(node, "object"))}.${property}`) || ambient.has(property);
}

const ambientIn = (code: string) => [...nodesOf(syntaxTree(code))].some(isAmbient);

describe("one place", () => {
  test("for the clock, timers, chance and ids: the surroundings", () => {
    expect(placesOf(isAmbient, (path) => surroundings.some((start) => path.startsWith(start)))).toEqual([]);
    for (const code of [
      "Date.now()",
      "new Date()",
      "setTimeout(f, 1)",
      "crypto.randomUUID()",
      "globalThis.setTimeout(f)",
    ])
      expect(ambientIn(code), code).toBe(true);
    for (const code of ["new Date(ms)", "Date.parse(text)", "timers.after(1, f)"])
      expect(ambientIn(code), code).toBe(false);
  });

  test("for `data:` lines: framing/sse", () => {
    // The other kind of `data:` is a URL that holds its content.
    const writers = ["src/framing/sse.ts", "src/dialects/data-url.ts"];
    const isDataLine = (node: SyntaxNode) => /(^|\n)data: ?($|[^\w/])/.test(textOf(node) ?? "");
    expect(placesOf(isDataLine, (path) => writers.includes(path))).toEqual([]);
  });

  test("for reading `retry-after`: upstream/retry", () => {
    const named = (node: SyntaxNode) => textOf(node)?.toLowerCase().startsWith("retry-after") === true;
    // Those who write it: the gateway, the local model's server; and the door, which lets web pages see it.
    const writers = ["src/gateway/headers.ts", "src/server/cors.ts", "src/upstream/local/serve.ts"];
    expect(placesOf(named, (path) => path === "src/upstream/retry.ts" || writers.includes(path))).toEqual([]);
  });

  test("for a provider's name: its row. Nothing asks which provider it is", () => {
    const compares = (node: SyntaxNode) => {
      if (node.type !== "BinaryExpression" || !/^[!=]==$/.test(String(node.operator))) return false;
      const sides = [child(node, "left"), child(node, "right")];
      const asks = sides.some((side) => /^provider(Id)?$/.test(nameOf(side) ?? "") || isProviderId(side));
      return asks && sides.some((side) => side?.type === "Literal" && nameOf(side) !== undefined);
    };
    expect(placesOf(compares, () => false)).toEqual([]);
  });

  test("for the clients' folder of test material: `.ci/run`", () => {
    const folder = ["..", "shared"].join("/");
    const machine = ["", "work", ""].join("/");
    const allowed = (path: string) => path === ".ci/run";
    const naming = repositoryFiles().filter((path) => {
      if (allowed(path) || /\.(json|png|gguf)$/.test(path)) return false;
      const text = readFileSync(join(repository, path), "utf8");
      return text.includes(`${folder}/`) || text.includes(machine);
    });
    expect(naming).toEqual([]);
  });

  test("for where packages come from: the user's own settings", () => {
    const hosts = /"resolved":|\bregistry\.[a-z-]+\.[a-z]+|files\.pythonhosted\.org|\bpypi\.org\/simple/;
    const naming = repositoryFiles().filter(
      (path) => path !== "test/structure/one-place.test.ts" && hosts.test(readFileSync(join(repository, path), "utf8")),
    );
    expect(naming).toEqual([]);
  });
});

function isProviderId(node: SyntaxNode | undefined): boolean {
  if (node?.type !== "MemberExpression" || nameOf(child(node, "property")) !== "id") return false;
  const owner = child(node, "object");
  return nameOf(owner) === "provider" || nameOf(owner && child(owner, "property")) === "provider";
}
