import { expect, test } from "vitest";
import { encodingFor } from "./model-encoding.js";
import { modelName } from "./model-name.js";
import { rulesFor } from "./rules-for.js";

test.each([
  ["openai/gpt-4o", "gpt-4o"],
  ["gpt-4o-mini-2024-07-18", "gpt-4o-mini"],
  ["openai/gpt-4.1-nano", "gpt-4.1-nano"],
  ["gpt-3.5-turbo-0125", "gpt-4"],
  ["gpt-4-turbo", "gpt-4"],
  ["chatgpt-4o-latest", "gpt-4o"],
  ["gpt-5", "gpt-5"],
  ["gpt-5-2025-08-07", "gpt-5"],
  ["gpt-5-nano", "gpt-5-nano"],
  ["openai.gpt-5.5", "gpt-5.5"],
  ["openai/gpt-5.6-sol", "gpt-5.6"],
  ["o3-mini", "o-series"],
  ["o4-mini-2025-04-16", "o4-mini"],
  ["openai/gpt-oss-120b", "gpt-oss"],
  ["gpt-oss:20b", "gpt-oss"],
  ["claude-haiku-4-5-20251001", "claude-4.5"],
  ["anthropic/claude-haiku-4.5", "claude-4.5"],
  ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-4.5"],
  ["arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-6-v1", "claude-4.6"],
  ["claude-sonnet-4-20250514", "claude-4"],
  ["claude-opus-4-1-20250805", "claude-4"],
  ["anthropic/claude-opus-4.1", "claude-4"],
  ["anthropic/claude-sonnet-4", "claude-4"],
  ["claude-sonnet-4@20250514", "claude-4"],
  ["claude-3-5-sonnet-20240620", "claude-3.5-sonnet-june"],
  ["claude-3-5-sonnet-20241022", "claude-3.7-sonnet"],
  ["claude-3-haiku-20240307", "claude-3-haiku"],
  ["anthropic.claude-3-5-haiku-20241022-v1:0", "claude-3.5-haiku"],
  ["claude-sonnet-5", "claude-5"],
  ["anthropic/claude-opus-9", "claude-5"],
  ["models/gemini-2.5-flash", "gemini-2.5"],
  ["publishers/google/models/gemini-3-flash-preview", "gemini-3"],
  ["google/gemini-2.0-flash-exp:free", "gemini-2.5"],
  ["mistral-small-latest", "mistral-small"],
  ["mistralai/mistral-large", "mistral"],
  ["command-a-03-2025", "command-a"],
  ["cohere/command-r-plus", "command-r"],
  ["meta-llama/llama-3.3-70b-instruct", "llama-3.1"],
  ["llama3-8b-8192", "llama-3"],
  ["us.meta.llama4-scout-17b-instruct-v1:0", "llama-4"],
  ["qwen/qwen3-32b", "qwen"],
  ["deepseek-chat", "deepseek"],
  ["deepseek/deepseek-v4-flash", "deepseek-4"],
  ["x-ai/grok-4.1-fast", "grok"],
  ["us.amazon.nova-micro-v1:0", "nova"],
  ["zai/glm-4.7", "any"],
  ["", "any"],
])("%s is counted as %s", (modelId, family) => {
  expect(rulesFor(modelId).family).toBe(family);
});

test("a model's name is what is left without author, region and variant", () => {
  expect(modelName("models/gemini-2.5-flash")).toBe("gemini-2.5-flash");
  expect(modelName("global.anthropic.claude-opus-4-6-v1:0")).toBe("claude-opus-4-6-v1");
  expect(modelName("OpenAI/GPT-4o:nitro")).toBe("gpt-4o");
  expect(modelName("gpt-4.1")).toBe("gpt-4.1");
});

test("every row says where its numbers come from", () => {
  for (const model of [
    "gpt-4o",
    "gpt-5",
    "claude-opus-4-7",
    "gemini-3-pro",
    "mistral",
    "command-a",
    "grok-4",
    "nobody",
  ]) {
    const { messages, tools, media } = rulesFor(model);
    for (const { source } of [messages, tools, media]) expect(source.length).toBeGreaterThan(10);
  }
});

test("however many names come, the same name has the same rules", () => {
  for (let index = 0; index < 3_000; index += 1) rulesFor(`unknown-${index}`);
  expect(rulesFor("unknown-1")).toBe(rulesFor("somebody/else"));
  expect(rulesFor("gpt-4o")).toBe(rulesFor("openai/gpt-4o"));
});

test.each([
  ["openai/gpt-4o", "o200k_base"],
  ["gpt-4.1-mini", "o200k_base"],
  ["gpt-5-nano", "o200k_base"],
  ["openai.gpt-5.6-luna", "o200k_base"],
  ["chatgpt-4o-latest", "o200k_base"],
  ["o3", "o200k_base"],
  ["o4-mini", "o200k_base"],
  ["ft:gpt-4o-2024-08-06:team::x", "o200k_base"],
  ["openai/gpt-oss-20b", "o200k_harmony"],
  ["gpt-oss:120b", "o200k_harmony"],
  ["gpt-4-turbo", "cl100k_base"],
  ["gpt-3.5-turbo-instruct", "cl100k_base"],
  ["text-embedding-3-small", "cl100k_base"],
  ["text-embedding-ada-002", "cl100k_base"],
  ["davinci-002", "cl100k_base"],
  ["text-davinci-003", "p50k_base"],
  ["code-davinci-002", "p50k_base"],
  ["davinci", "r50k_base"],
  ["text-curie-001", "r50k_base"],
  ["ada", "r50k_base"],
  ["claude-haiku-4-5", undefined],
  ["nvidia/llama-3.1", undefined],
  ["", undefined],
])("%s reads %s", (modelId, encoding) => {
  expect(encodingFor(modelId)).toBe(encoding);
});
