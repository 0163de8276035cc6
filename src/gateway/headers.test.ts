import { expect, test } from "vitest";
import { TrunklineError } from "../canonical/error.js";
import { knownProviders } from "../catalog/providers.js";
import { errorHeaders, servedHeaders } from "./headers.js";
import { dayOf } from "./plan.js";

const [provider] = knownProviders;
if (provider === undefined) throw new Error("there are providers");
const endpoint = (model: string) => ({
  provider,
  model,
  upstreamModel: "m",
  price: undefined,
  windowTokens: undefined,
  maxOutputTokens: undefined,
  reasons: false,
});
const served = { generationId: "gen-1", stream: false, attempts: 1, costNanoUsd: undefined, receipt: [] };

test("a cost that is not known has no header; one of nothing says 0", () => {
  expect(servedHeaders({ ...served, endpoint: endpoint("a/b") })).not.toHaveProperty("x-trunkline-cost-usd");
  expect(servedHeaders({ ...served, endpoint: endpoint("a/b"), costNanoUsd: 0 })["x-trunkline-cost-usd"]).toBe("0");
});

test("a model's name never breaks a header", () => {
  for (const name of ["模型", "a\r\nx-evil: 1", "a\u0000b"])
    expect(servedHeaders({ ...served, endpoint: endpoint(name) })["x-trunkline-model"]).toMatch(/^[\x20-\x7e]+$/);
});

test("retry-after is whole seconds, rounded up, and at least one", () => {
  const after = (retryAfterMs: number) =>
    errorHeaders(new TrunklineError("upstream_rate_limit", "Wait.", { retryAfterMs }), "gen-1")["retry-after"];
  expect([0, 1, 1_000, 1_001, 60_000].map(after)).toEqual(["1", "1", "1", "2", "60"]);
});

test("SDKs are told not to retry once we have", () => {
  const attempt = { provider: "a", model: "m", status: 500, code: "upstream_error" } as const;
  const told = (attempts: readonly (typeof attempt)[]) =>
    errorHeaders(new TrunklineError("upstream_error", "It failed.", { attempts }), "gen-1")["x-should-retry"];
  expect([told([]), told([attempt]), told([attempt, attempt])]).toEqual([undefined, undefined, "false"]);
});

test("an error before there was a generation names none", () => {
  expect(errorHeaders(new TrunklineError("invalid_json", "It is none."), undefined)).toEqual({
    "content-type": "application/json",
  });
});

test("the day of a price is the day in UTC", () => {
  expect([0, 86_399_999, 86_400_000, Date.UTC(2028, 1, 29, 23, 59)].map(dayOf)).toEqual([
    "1970-01-01",
    "1970-01-01",
    "1970-01-02",
    "2028-02-29",
  ]);
});
