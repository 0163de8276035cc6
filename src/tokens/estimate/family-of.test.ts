import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.js";
import { type FamilyName, families } from "./families.js";
import { familyOf } from "./family-of.js";

const names: Readonly<Record<string, FamilyName>> = {
  "anthropic/claude-opus-4.7": "claude-4.7",
  "anthropic/claude-opus-4.6": "claude",
  "anthropic/claude-haiku-4.5": "claude",
  "anthropic/claude-fable-5.1": "claude-4.7",
  "~anthropic/claude-sonnet-latest": "claude-4.7",
  "claude-sonnet-4-5-20250929": "claude",
  "claude-opus-4-20250514": "claude",
  "claude-opus-4-7-20260416": "claude-4.7",
  "claude-sonnet-5": "claude-4.7",
  "claude-3-5-sonnet-20240620": "claude",
  "claude-3.7-sonnet:thinking": "claude",
  "claude-2.1": "claude",
  "us.anthropic.claude-sonnet-4-5-20250929-v1:0": "claude",
  "global.anthropic.claude-opus-4-8-v1": "claude-4.7",
  "claude-sonnet-4@20250514": "claude",
  "google/gemini-2.5-flash": "gemini",
  "models/gemini-3.1-pro-preview": "gemini",
  "~google/gemini-pro-latest": "gemini",
  "gemini-1.5-pro-002": "gemini-1",
  "gemini-pro": "gemini-1",
  "google/gemma-3-27b-it": "gemma",
  "google/gemma-4-31b-it:free": "gemma",
  "gemma2-9b-it": "gemma-2",
  "google/gemma-2-27b-it": "gemma-2",
  "gemma-7b-it": "gemma-2",
  "mistral-large-latest": "mistral",
  "mistralai/mistral-nemo": "mistral",
  "mistralai/ministral-8b-2512": "mistral",
  "mistralai/mixtral-8x22b-instruct": "mistral-v3",
  "open-mistral-7b": "mistral-v3",
  "command-a-03-2025": "command",
  "cohere.command-r-plus-v1:0": "command",
  "cohere/command-r7b-12-2024": "command",
  "@cf/meta/llama-3.1-8b-instruct": "llama-3",
  "meta-llama/llama-4-scout": "llama-4",
  "meta.llama3-70b-instruct-v1:0": "llama-3",
  "meta-llama/Llama-2-7b-chat-hf": "llama-2",
  "llama3.2": "llama-3",
  "sonar-pro": "llama-3",
  "deepseek-ai/DeepSeek-R1": "deepseek",
  "deepseek-r1-distill-llama-70b": "llama-3",
  "deepseek/deepseek-chat": "deepseek",
  "Qwen/Qwen2.5-72B-Instruct": "qwen",
  "qwen/qwen3-235b-a22b-2507": "qwen",
  "qwen3:8b": "qwen",
  "qwen/qwen3.6-plus": "qwen-3.5",
  "qwq-32b": "qwen",
  "x-ai/grok-4.3": "grok",
  "us.amazon.nova-lite-v1:0": "nova",
  "amazon/nova-2-lite-v1": "nova",
  "z-ai/glm-5.3-flash": "glm",
  "moonshotai/kimi-k2-thinking": "kimi",
  "minimax/minimax-m3": "minimax",
  "nvidia/llama-3.3-nemotron-super-49b-v1.5": "llama-3",
  "nvidia/nemotron-3-super-120b-a12b": "nemotron",
  "phi-4": "phi",
  "microsoft/phi-3-mini-128k-instruct": "llama-2",
  "openai/gpt-9-nova": "openai",
  "gpt-oss-120b": "openai",
  "o7-mini": "openai",
  "mistralai/something-new": "mistral",
};

test("every way of writing a model's name leads to its family", () => {
  const found = Object.fromEntries(Object.keys(names).map((name) => [name, familyOf(name)]));
  expect(found).toEqual(names);
});

test("a name that says nothing is of the family that is unknown", () => {
  for (const name of [
    "",
    "/",
    ":",
    "up/some-model",
    "glimmer",
    "philosopher",
    "o",
    "a".repeat(100_000),
    "constructor/x",
  ])
    expect(familyOf(name), name.slice(0, 20)).toBe("unknown");
});

test("three of four models of the catalogue are known, and each has a family with weights", () => {
  const models = loadCatalog().models.map(({ id }) => familyOf(id));
  expect(models.length).toBeGreaterThan(300);
  for (const family of models) expect(families[family].source).not.toBe("");
  const known = models.filter((family) => family !== "unknown");
  expect(known.length / models.length).toBeGreaterThan(0.75);
});
