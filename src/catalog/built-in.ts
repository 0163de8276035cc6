// The two models that come with Trunkline itself, beside the generated catalogue: a small real one, and the echo.
import type { CatalogModel } from "./model.js";

const free = { prices: [{ inputPicoUsd: 0, outputPicoUsd: 0 }] } as const;

export const builtInModels: readonly CatalogModel[] = [
  {
    id: "local/smollm2-135m-instruct",
    name: "SmolLM2 135M Instruct (on this machine)",
    aliases: ["smollm2-135m-instruct"],
    windowTokens: 8_192,
    maxOutputTokens: 8_192,
    input: ["text"],
    output: ["text"],
    reasoning: false,
    tools: false,
    endpoints: [{ ...free, provider: "local", model: "smollm2-135m-instruct" }],
  },
  {
    id: "simulator/echo",
    name: "Echo (no model: repeats what you wrote)",
    aliases: [],
    windowTokens: 1_000_000,
    maxOutputTokens: 1_000_000,
    input: ["text"],
    output: ["text"],
    reasoning: false,
    tools: false,
    endpoints: [{ ...free, provider: "simulator", model: "echo" }],
  },
];
