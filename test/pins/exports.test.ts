// What `import … from "trunkline"` gives, and what the package carries.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseJson } from "../../src/canonical/json.js";
import { child, nameOf, nodesOf, repository, type SyntaxNode, syntaxTree } from "../structure/sources.js";

/** Names that a module exports, by kind. */
function exportsOf(source: string): { readonly values: readonly string[]; readonly types: readonly string[] } {
  const values: string[] = [];
  const types: string[] = [];
  const statements = [...nodesOf(syntaxTree(source))].filter((node) => node.type === "ExportNamedDeclaration");
  for (const statement of statements) {
    for (const specifier of nodesOf(statement)) {
      if (specifier.type !== "ExportSpecifier") continue;
      const isType = statement.exportKind === "type" || specifier.exportKind === "type";
      (isType ? types : values).push(nameOf(child(specifier, "exported")) ?? "");
    }
    const declared = declaredName(child(statement, "declaration"));
    if (declared !== undefined) (statement.exportKind === "type" ? types : values).push(declared);
  }
  return { values: values.sort(), types: types.sort() };
}

function declaredName(declaration: SyntaxNode | undefined): string | undefined {
  return declaration === undefined ? undefined : nameOf(child(declaration, "id"));
}

test("the front door", () => {
  expect(exportsOf(readFileSync(join(repository, "src/index.ts"), "utf8"))).toEqual({
    values: ["ConfigError", "TrunklineError", "countTokens", "createTrunkline"],
    types: [
      "Answer",
      "AnswerStream",
      "AttemptSummary",
      "CallOptions",
      "ChatBody",
      "CompareProgress",
      "Compared",
      "Comparison",
      "Cost",
      "CostChoice",
      "CostOptions",
      "CostQuote",
      "CountMethod",
      "Countable",
      "CountablePrompt",
      "EndpointCost",
      "ErrorCode",
      "ErrorDetails",
      "Event",
      "ExpectedOutput",
      "Finish",
      "FinishReason",
      "Fits",
      "ListedModel",
      "MediaPart",
      "OutputFormat",
      "Part",
      "Prompt",
      "Provenance",
      "Question",
      "TextPart",
      "TokenCount",
      "Tool",
      "ToolChoice",
      "Trunkline",
      "TrunklineOptions",
      "Turn",
      "Usage",
      "UsdPrices",
    ],
  });
});

test("the package: one module, one command, what it needs to run", () => {
  const manifest = parseJson(readFileSync(join(repository, "package.json"), "utf8"));
  expect(manifest).toMatchObject({
    name: "trunkline",
    type: "module",
    engines: { node: ">=20.19" },
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./package.json": "./package.json",
    },
    bin: { trunkline: "./dist/cli/main.js" },
    files: ["dist", "runtime", "README.md", "LICENSE"],
  });
});
