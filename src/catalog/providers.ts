// The rows that Trunkline knows. Users add rows, or override fields of these, under `providers:` in trunkline.yaml.
import type { Provider } from "./provider.js";

const hosted = { authentication: { type: "bearer" }, aggregator: false, keepsExtensions: false } as const;
const keyless = {
  authentication: { type: "none" },
  environment: [],
  aggregator: false,
  keepsExtensions: false,
} as const;

export const knownProviders: readonly Provider[] = [
  {
    ...hosted,
    id: "openai",
    name: "OpenAI",
    dialects: ["openai-chat"],
    baseUrl: "https://api.openai.com/v1",
    outputLimitField: "max_completion_tokens",
    environment: ["OPENAI_API_KEY"],
    keyUrl: "https://platform.openai.com/api-keys",
    // https://platform.openai.com/docs/guides/batch
    batchDiscountPercent: 50,
    source: "https://platform.openai.com/docs/api-reference/authentication",
  },
  {
    ...hosted,
    id: "anthropic",
    name: "Anthropic",
    dialects: ["anthropic-messages"],
    baseUrl: "https://api.anthropic.com/v1",
    authentication: { type: "header", name: "x-api-key" },
    environment: ["ANTHROPIC_API_KEY"],
    keyUrl: "https://console.anthropic.com/settings/keys",
    // https://docs.anthropic.com/en/docs/build-with-claude/batch-processing#pricing
    batchDiscountPercent: 50,
    source: "https://docs.anthropic.com/en/api/overview",
  },
  {
    ...hosted,
    id: "google",
    name: "Google AI Studio",
    dialects: ["openai-chat"],
    baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
    environment: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    keyUrl: "https://aistudio.google.com/apikey",
    // https://ai.google.dev/gemini-api/docs/batch-api
    batchDiscountPercent: 50,
    source: "https://ai.google.dev/gemini-api/docs/openai",
  },
  {
    ...hosted,
    id: "mistral",
    name: "Mistral",
    dialects: ["openai-chat"],
    baseUrl: "https://api.mistral.ai/v1",
    environment: ["MISTRAL_API_KEY"],
    keyUrl: "https://console.mistral.ai/api-keys",
    // https://mistral.ai/pricing
    batchDiscountPercent: 50,
    source: "https://docs.mistral.ai/api/",
  },
  {
    ...hosted,
    id: "cohere",
    name: "Cohere",
    dialects: ["openai-chat"],
    baseUrl: "https://api.cohere.ai/compatibility/v1",
    environment: ["COHERE_API_KEY", "CO_API_KEY"],
    keyUrl: "https://dashboard.cohere.com/api-keys",
    source: "https://docs.cohere.com/docs/compatibility-api",
  },
  {
    ...hosted,
    id: "groq",
    name: "Groq",
    dialects: ["openai-chat"],
    baseUrl: "https://api.groq.com/openai/v1",
    environment: ["GROQ_API_KEY"],
    keyUrl: "https://console.groq.com/keys",
    // https://groq.com/pricing
    batchDiscountPercent: 50,
    source: "https://console.groq.com/docs/openai",
  },
  {
    ...hosted,
    id: "openrouter",
    name: "OpenRouter",
    dialects: ["openai-chat"],
    baseUrl: "https://openrouter.ai/api/v1",
    environment: ["OPENROUTER_API_KEY"],
    keyUrl: "https://openrouter.ai/settings/keys",
    aggregator: true,
    keepsExtensions: true,
    source: "https://openrouter.ai/docs/api-reference/overview",
  },
  {
    ...keyless,
    id: "ollama",
    name: "Ollama",
    dialects: ["openai-chat"],
    baseUrl: "http://127.0.0.1:11434/v1",
    source: "https://docs.ollama.com/openai",
  },
  {
    ...keyless,
    id: "local",
    name: "Local",
    dialects: ["openai-chat"],
    baseUrl: "local:///v1",
    setUp: "run `trunkline pull` to fetch the model (180 MB)",
    source: "src/upstream/local",
  },
  {
    ...keyless,
    id: "simulator",
    name: "Simulator",
    dialects: ["openai-chat"],
    baseUrl: "simulator:///v1",
    source: "src/upstream/simulator",
  },
];
