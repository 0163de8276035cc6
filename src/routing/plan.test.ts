import { expect, test } from "vitest";
import { loadCatalog } from "../catalog/load.js";
import { knownProviders } from "../catalog/providers.js";
import { createHealth } from "./health.js";
import { endpointKey, type Plan, planRequest } from "./plan.js";

const catalog = loadCatalog();
const now = { day: catalog.generated, monotonicMs: 100 };

function setUp(keys: readonly string[]) {
  const health = createHealth();
  const parts = {
    catalog,
    providers: new Map(knownProviders.map((row) => [row.id, row])),
    models: new Map([["loop", { try: ["loop"] }]]),
    usable: ({ id }: { readonly id: string }) => keys.includes(id),
    health,
  };
  const fail = (endpoint: string) => {
    for (let failed = 0; failed < 3; failed++) health.failed(endpoint, 0);
  };
  return { parts, fail };
}

const order = ({ endpoints }: Plan) => endpoints.map(endpointKey);

test("endpoints that failed lately are tried last", () => {
  const { parts, fail } = setUp(["openai", "openrouter"]);
  expect(order(planRequest(parts, ["gpt-4o"], now))).toEqual(["openai/gpt-4o", "openrouter/openai/gpt-4o"]);
  fail("openai/gpt-4o");
  expect(order(planRequest(parts, ["gpt-4o"], now))).toEqual(["openrouter/openai/gpt-4o", "openai/gpt-4o"]);
  const later = { ...now, monotonicMs: 1_000 };
  expect(order(planRequest(parts, ["gpt-4o"], later))).toEqual(["openai/gpt-4o", "openrouter/openai/gpt-4o"]);
});

test("where all have failed the order stays, and none is left out", () => {
  const { parts, fail } = setUp(["openai", "openrouter"]);
  for (const endpoint of ["openai/gpt-4o", "openrouter/openai/gpt-4o"]) fail(endpoint);
  expect(order(planRequest(parts, ["gpt-4o"], now))).toEqual(["openai/gpt-4o", "openrouter/openai/gpt-4o"]);
});

test("an endpoint that several names lead to is tried once", () => {
  const { parts } = setUp(["openai", "openrouter"]);
  const plan = planRequest(parts, ["gpt-4o", "openai/gpt-4o", "openrouter/openai/gpt-4o", "gpt-4o-mini"], now);
  expect(order(plan)).toEqual([
    "openai/gpt-4o",
    "openrouter/openai/gpt-4o",
    "openai/gpt-4o-mini",
    "openrouter/openai/gpt-4o-mini",
  ]);
});

test("fallbacks follow the model that was asked for, and one that leads nowhere does no harm", () => {
  const { parts } = setUp(["openai"]);
  const plan = planRequest(parts, ["gpt-4o", "loop", "gpt-4o-mini"], now);
  expect(order(plan)).toEqual(["openai/gpt-4o", "openai/gpt-4o-mini"]);
  expect(plan.leftOut.map((one) => one.model)).toContain("loop");
});
