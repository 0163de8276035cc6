// Paths that clients call. `key`: a key of the gateway, where it has keys. `owner`: only over the socket in the data folder.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { child, nameOf, nodesOf, repository, type SyntaxNode, sourceFiles } from "../structure/sources.js";

/** An object with `method`, `path` and `access` is a row of the route table. */
function routeOf(node: SyntaxNode): string | undefined {
  if (node.type !== "ObjectExpression" || !Array.isArray(node.properties)) return undefined;
  const fields = new Map<string, string | undefined>();
  for (const property of node.properties as readonly SyntaxNode[])
    fields.set(nameOf(child(property, "key")) ?? "", nameOf(child(property, "value")));
  const [method, path, access] = ["method", "path", "access"].map((name) => fields.get(name));
  return method === undefined || path === undefined || access === undefined ? undefined : `${method} ${path} ${access}`;
}

const routes = sourceFiles("src/server", { tests: false })
  .flatMap((file) => [...nodesOf(file.tree)].map(routeOf).filter((route) => route !== undefined))
  .sort();

test("routes; a path that ends in a slash takes an id", () => {
  expect(routes).toEqual([
    "GET /_trunkline/generations owner",
    "GET /_trunkline/generations/ owner",
    "GET /api/v1/generation key",
    "GET /api/v1/models none",
    "GET /health none",
    "GET /v1/models key",
    "GET /v1/models/ key",
    "GET /v1/responses/ key",
    "GET /v1beta/models key",
    "GET /v1beta/models/ key",
    "POST /api/v1/chat/completions key",
    "POST /api/v1/estimate key",
    "POST /api/v1/messages key",
    "POST /api/v1/messages/count_tokens key",
    "POST /api/v1/responses key",
    "POST /api/v1/tokens key",
    "POST /v1/chat/completions key",
    "POST /v1/estimate key",
    "POST /v1/messages key",
    "POST /v1/messages/count_tokens key",
    "POST /v1/responses key",
    "POST /v1/responses/compact key",
    "POST /v1/responses/input_tokens key",
    "POST /v1/tokens key",
    "POST /v1beta/models/ key",
  ]);
});

test("each that is open to clients is in docs/api.md", () => {
  const page = readFileSync(join(repository, "docs/api.md"), "utf8");
  const open = routes.filter((route) => !route.endsWith(" owner")).map((route) => route.replace(/ \w+$/, ""));
  expect(open.filter((route) => !page.includes(`\`${route}`))).toEqual([]);
});
