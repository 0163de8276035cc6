// Variables that Trunkline reads. Each is named in docs/configuration.md.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { knownProviders } from "../../src/catalog/providers.js";
import { smollm2Weights } from "../../src/upstream/local/weights.js";
import { child, nameOf, nodesOf, repository, type SyntaxNode, sourceFiles } from "../structure/sources.js";

/** `variable(environment, "NAME")`, `environment.NAME`, `process.env.NAME`. */
function variableOf(node: SyntaxNode): string | undefined {
  if (node.type === "CallExpression" && nameOf(child(node, "callee")) === "variable") {
    const [, name]: readonly unknown[] = Array.isArray(node.arguments) ? node.arguments : [];
    return literal(name);
  }
  if (node.type !== "MemberExpression" || node.computed === true) return undefined;
  const object = child(node, "object");
  const owner = nameOf(object) ?? nameOf(object && child(object, "property"));
  const name = nameOf(child(node, "property")) ?? "";
  return (owner === "environment" || owner === "env") && /^[A-Z][A-Z_]+$/.test(name) ? name : undefined;
}

function literal(node: unknown): string | undefined {
  if (typeof node !== "object" || node === null || !("value" in node)) return undefined;
  return typeof node.value === "string" ? node.value : undefined;
}

const own = new Set(
  sourceFiles("src", { tests: false }).flatMap((file) =>
    [...nodesOf(file.tree)].map(variableOf).filter((name) => name !== undefined),
  ),
);
for (const source of smollm2Weights.sources) if ("variable" in source) own.add(source.variable);

const ofProviders = knownProviders.flatMap((provider) => provider.environment);

test("Trunkline's own variables", () => {
  expect([...own].sort()).toEqual([
    "HF_ENDPOINT",
    "NO_COLOR",
    "TERM",
    "TRUNKLINE_CONFIG",
    "TRUNKLINE_DATA",
    "TRUNKLINE_KEYS",
    "TRUNKLINE_LISTEN",
    "TRUNKLINE_MIRRORS",
    "TRUNKLINE_MODEL",
    "TRUNKLINE_WEIGHTS",
    "XDG_DATA_HOME",
  ]);
});

test("variables that hold a provider's key", () => {
  expect(ofProviders.toSorted()).toEqual([
    "ANTHROPIC_API_KEY",
    "COHERE_API_KEY",
    "CO_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "GROQ_API_KEY",
    "MISTRAL_API_KEY",
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
  ]);
});

test("each is named in docs/configuration.md", () => {
  const page = readFileSync(join(repository, "docs/configuration.md"), "utf8");
  expect([...own, ...ofProviders].filter((name) => name !== "TERM" && !page.includes(`\`${name}\``))).toEqual([]);
});
