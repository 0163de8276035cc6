import { OpenRouter } from "@openrouter/sdk";
import { HTTPClient } from "@openrouter/sdk/lib/http.js";
import { expect, it } from "vitest";
import type { Generation } from "./generation.js";
import { openRouterGeneration } from "./openrouter-shape.js";
import { killedGeneration } from "./recover.js";

const killed = killedGeneration({
  id: "gen-1-killed",
  createdMs: 1_700_000_000_000,
  keyHash: undefined,
  modelAsked: "openai/gpt",
  provider: "openai",
  upstreamModel: "gpt",
  dialect: "openai-chat",
  streamed: true,
  holdNanoUsd: undefined,
});

const done: Generation = {
  ...killed,
  id: "gen-1-done",
  model: "openai/gpt",
  provider: "openai",
  ending: "done",
  code: undefined,
  status: 200,
  finishReason: "tool-calls",
  nativeFinishReason: "tool_use",
  usage: {
    inputTokens: 100,
    cacheReadTokens: 20,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: 50,
    reasoningTokens: 30,
    provenance: "reported",
  },
  costNanoUsd: 3_250_000,
  firstContentMs: 120.4,
  totalMs: 1000.6,
  app: { referer: "https://example.com", userAgent: "curl" },
};

function shape(generation: Generation) {
  return openRouterGeneration(generation, (id) => (id === "openai" ? "OpenAI" : id));
}

/** What OpenRouter's own SDK makes of the answer; it throws where a field is missing or of another type. */
async function asSdkReads(generation: Generation) {
  const httpClient = new HTTPClient({ fetcher: async () => Response.json({ data: shape(generation) }) });
  const sdk = new OpenRouter({ apiKey: "sk-test", httpClient });
  return (await sdk.generations.getGeneration({ id: generation.id })).data;
}

it("is what OpenRouter's SDK reads, for a whole generation", async () => {
  expect(await asSdkReads(done)).toMatchObject({
    id: "gen-1-done",
    model: "openai/gpt",
    providerName: "OpenAI",
    createdAt: "2023-11-14T22:13:20.000Z",
    finishReason: "tool_calls",
    nativeFinishReason: "tool_use",
    nativeTokensPrompt: 100,
    nativeTokensCached: 20,
    nativeTokensReasoning: 30,
    totalCost: 0.00325,
    latency: 1001,
    generationTime: 881,
    cancelled: false,
    httpReferer: "https://example.com",
    providerResponses: [{ providerName: "OpenAI", status: null }],
  });
});

it("is what OpenRouter's SDK reads, for one that nobody served", async () => {
  expect(await asSdkReads(killed)).toMatchObject({
    model: "openai/gpt",
    providerName: null,
    finishReason: null,
    nativeTokensPrompt: null,
    totalCost: 0,
  });
});

it("says beside a cost of zero that the price is not known", () => {
  expect(shape(killed).trunkline).toMatchObject({ ending: "gateway_killed", cost: "unknown", usage: "unknown" });
  expect(shape({ ...killed, costNanoUsd: 0 }).trunkline).toMatchObject({ cost: "known" });
});

it("tells a client that left", () => {
  expect(shape({ ...done, ending: "client_gone" }).cancelled).toBe(true);
});
