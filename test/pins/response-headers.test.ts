// The gateway's own headers: programs read them by these names.
import { expect, test } from "vitest";
import { TrunklineError } from "../../src/canonical/error.js";
import { errorHeaders, servedHeaders } from "../../src/gateway/headers.js";
import { corsHeaders } from "../../src/server/cors.js";

const served = {
  generationId: "gen-1-a",
  endpoint: {
    provider: {
      id: "acme",
      name: "Acme",
      dialects: ["openai-chat"],
      baseUrl: "https://api.acme.example/v1",
      authentication: { type: "bearer" },
      environment: [],
      aggregator: false,
      keepsExtensions: false,
      source: "a test",
    },
    upstreamModel: "größe",
    model: "acme/größe",
    price: undefined,
    windowTokens: undefined,
    maxOutputTokens: undefined,
    reasons: false,
  },
  stream: false,
  attempts: 2,
  costNanoUsd: 1_500,
  receipt: [{ field: "top_k", action: "dropped", why: "a test" }],
} as const;

test("headers of an answer", () => {
  expect(servedHeaders(served)).toEqual({
    "content-type": "application/json",
    "x-generation-id": "gen-1-a",
    "x-request-id": "gen-1-a",
    "x-trunkline-provider": "acme",
    "x-trunkline-model": "acme%2Fgr%C3%B6%C3%9Fe",
    "x-trunkline-attempts": "2",
    "x-trunkline-cost-usd": "0.0000015",
    "x-trunkline-receipt": "dropped top_k",
  });
});

test("the id stands where the client's dialect looks for it, too", () => {
  expect(servedHeaders({ ...served, idHeader: "request-id" })["request-id"]).toBe("gen-1-a");
  const error = new TrunklineError("upstream_error", "It failed.");
  expect(errorHeaders(error, "gen-1-a", "request-id")["request-id"]).toBe("gen-1-a");
  expect(errorHeaders(error, undefined, "request-id")).not.toHaveProperty("request-id");
});

test("headers of a stream", () => {
  const plain = { ...served, stream: true, attempts: 1, costNanoUsd: undefined, receipt: [] };
  expect(servedHeaders(plain)).toEqual({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
    "x-generation-id": "gen-1-a",
    "x-request-id": "gen-1-a",
    "x-trunkline-provider": "acme",
    "x-trunkline-model": "acme%2Fgr%C3%B6%C3%9Fe",
  });
});

test("headers of an error", () => {
  const attempt = { provider: "acme", model: "large", status: 429, code: "upstream_rate_limit" } as const;
  const error = new TrunklineError("upstream_rate_limit", "Too many.", {
    provider: "acme",
    retryAfterMs: 1_200,
    attempts: [attempt, attempt],
  });
  expect(errorHeaders(error, "gen-1-a")).toEqual({
    "content-type": "application/json",
    "x-generation-id": "gen-1-a",
    "x-request-id": "gen-1-a",
    "x-trunkline-provider": "acme",
    "retry-after": "2",
    "x-should-retry": "false",
  });
});

test("headers that web pages may read", () => {
  const exposed = corsHeaders({ origin: "https://page.example" })["access-control-expose-headers"];
  expect(exposed?.split(", ")).toEqual([
    "x-generation-id",
    "x-request-id",
    "request-id",
    "x-trunkline-provider",
    "x-trunkline-model",
    "x-trunkline-cost-usd",
    "x-trunkline-attempts",
    "x-trunkline-receipt",
    "retry-after",
  ]);
});
