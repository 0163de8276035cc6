import { ModelsListResponse$inboundSchema } from "@openrouter/sdk/models/modelslistresponse.js";
import { expect, test } from "vitest";
import { loadCatalog } from "./load.js";
import type { CatalogModel } from "./model.js";
import { openAiModel, openRouterModel, picoUsdText } from "./openrouter-shape.js";

const created = 1_760_000_000;
const day = "2026-11-24";
const tiny: CatalogModel = {
  id: "~acme/tiny-1",
  name: "Acme: Tiny 1",
  aliases: [],
  windowTokens: 8192,
  input: ["text", "image"],
  output: ["text"],
  reasoning: false,
  tools: true,
  endpoints: [
    {
      provider: "openai",
      model: "tiny-1",
      prices: [
        {
          inputPicoUsd: 150_000,
          outputPicoUsd: 600_000,
          cacheReadPicoUsd: 0,
          above: [{ inputTokens: 200_000, inputPicoUsd: 300_000, outputPicoUsd: 1 }],
        },
      ],
    },
  ],
};

test("OpenRouter's own SDK accepts the list of all models", () => {
  const data = loadCatalog().models.map((model) => openRouterModel(model, created, day));
  const list = JSON.parse(JSON.stringify({ data, total_count: data.length, links: { next: null } }));
  expect(ModelsListResponse$inboundSchema.safeParse(list).error).toBeUndefined();
});

test("every price is a plain decimal that float() reads, and every model has a window", () => {
  for (const model of loadCatalog().models) {
    const { pricing, context_length } = openRouterModel(model, created, day);
    const { overrides, ...texts } = pricing;
    for (const text of Object.values(texts)) expect(text, model.id).toMatch(/^(-1|0|\d+(\.\d*[1-9])?)$/);
    if (model.output.includes("text")) expect(context_length, model.id).toBeGreaterThan(0);
  }
});

test.each([
  [0, "0"],
  [1, "0.000000000001"],
  [150_000, "0.00000015"],
  [2_500_000, "0.0000025"],
  [1_000_000_000_000, "1"],
  [10_000_000_000, "0.01"],
])("%i pico-dollars are %s dollars", (pico, text) => {
  expect(picoUsdText(pico)).toBe(text);
});

test("dearer prices for long prompts are overrides with OpenRouter's key for the bound", () => {
  expect(openRouterModel(tiny, created, day).pricing).toEqual({
    prompt: "0.00000015",
    completion: "0.0000006",
    input_cache_read: "0",
    overrides: [{ min_prompt_tokens: 200_000, prompt: "0.0000003", completion: "0.000000000001" }],
  });
});

test("an unknown price is -1, and an unknown window is null", () => {
  const { windowTokens, ...rest } = tiny;
  const unknown = openRouterModel({ ...rest, endpoints: [{ provider: "x", model: "y", prices: [] }] }, created, day);
  expect(unknown.pricing).toEqual({ prompt: "-1", completion: "-1" });
  expect(unknown.context_length).toBeNull();
});

test("what clients switch on follows the model", () => {
  const shape = openRouterModel(tiny, created, day);
  expect(shape.architecture.modality).toBe("text+image->text");
  expect(shape.supported_parameters).toContain("tools");
  expect(shape.supported_parameters).not.toContain("reasoning");
  expect(openRouterModel({ ...tiny, reasoning: true, tools: false }, created, day).supported_parameters).toEqual(
    expect.arrayContaining(["reasoning", "include_reasoning"]),
  );
  expect(openRouterModel({ ...tiny, output: ["embeddings"] }, created, day).supported_parameters).toEqual([]);
});

test("OpenAI's shape names the author as the owner and carries window and price", () => {
  expect(openAiModel(tiny, created, day)).toMatchObject({
    id: "~acme/tiny-1",
    object: "model",
    created,
    owned_by: "acme",
    context_length: 8192,
    pricing: { prompt: "0.00000015" },
  });
});
