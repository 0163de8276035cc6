// A model of the catalogue as the two model listings show it: OpenRouter's shape and OpenAI's.
import { priceOn } from "./catalog.js";
import type { CatalogModel, DatedPrice, Modality, TokenPrices } from "./model.js";

/** US dollars per token as plain decimals; `"0"` is free, `"-1"` unknown. */
export interface TokenPriceTexts {
  readonly prompt: string;
  readonly completion: string;
  readonly input_cache_read?: string;
  /** For a cache that lives 5 minutes. */
  readonly input_cache_write?: string;
  readonly input_cache_write_1h?: string;
}

export interface ListedPricing extends TokenPriceTexts {
  /** Only where a price depends on the size of the prompt: some clients can't read an array here. */
  readonly overrides?: readonly (TokenPriceTexts & { readonly min_prompt_tokens: number })[];
}

export interface OpenRouterModel {
  readonly id: string;
  readonly canonical_slug: string;
  readonly name: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly context_length: number | null;
  readonly architecture: {
    readonly modality: string;
    readonly input_modalities: readonly Modality[];
    readonly output_modalities: readonly Modality[];
    readonly tokenizer: string;
    readonly instruct_type: null;
  };
  readonly pricing: ListedPricing;
  readonly top_provider: {
    readonly is_moderated: boolean;
    readonly context_length: number | null;
    readonly max_completion_tokens: number | null;
  };
  readonly per_request_limits: null;
  readonly supported_parameters: readonly string[];
  readonly default_parameters: null;
  readonly supported_voices: null;
  readonly links: { readonly details: string };
}

export interface OpenAiModel {
  readonly id: string;
  readonly object: "model";
  /** Seconds since 1970. */
  readonly created: number;
  readonly owned_by: string;
  readonly context_length: number | null;
  readonly pricing: ListedPricing;
}

/** Author → OpenRouter's name for the family of its tokenizers; any other author's is `Other`. */
const tokenizers: ReadonlyMap<string, string> = new Map([
  ["amazon", "Nova"],
  ["anthropic", "Claude"],
  ["cohere", "Cohere"],
  ["deepseek", "DeepSeek"],
  ["google", "Gemini"],
  ["meta-llama", "Llama3"],
  ["mistralai", "Mistral"],
  ["openai", "GPT"],
  ["openrouter", "Router"],
  ["qwen", "Qwen"],
  ["x-ai", "Grok"],
]);

const chatParameters = ["frequency_penalty", "max_tokens", "presence_penalty", "response_format"];
const samplingParameters = ["seed", "stop", "temperature", "top_p"];
const toolParameters = ["tools", "tool_choice", "parallel_tool_calls"];
const reasoningParameters = ["reasoning", "reasoning_effort", "include_reasoning"];

/** @param day YYYY-MM-DD in UTC, whose prices are shown: those of the model's first endpoint. */
export function openRouterModel(model: CatalogModel, createdSeconds: number, day: string): OpenRouterModel {
  const [top] = model.endpoints;
  return {
    id: model.id,
    canonical_slug: model.id,
    name: model.name,
    created: createdSeconds,
    context_length: model.windowTokens ?? null,
    architecture: {
      modality: `${model.input.join("+")}->${model.output.join("+")}`,
      input_modalities: model.input,
      output_modalities: model.output,
      tokenizer: tokenizers.get(authorOf(model)) ?? "Other",
      instruct_type: null,
    },
    pricing: listedPricing(model, day),
    top_provider: {
      is_moderated: false,
      context_length: top?.windowTokens ?? null,
      max_completion_tokens: top?.maxOutputTokens ?? null,
    },
    per_request_limits: null,
    supported_parameters: supportedParameters(model),
    default_parameters: null,
    supported_voices: null,
    links: { details: `/api/v1/models/${model.id}/endpoints` },
  };
}

/** @param day as for `openRouterModel`. */
export function openAiModel(model: CatalogModel, createdSeconds: number, day: string): OpenAiModel {
  return {
    id: model.id,
    object: "model",
    created: createdSeconds,
    owned_by: authorOf(model),
    context_length: model.windowTokens ?? null,
    pricing: listedPricing(model, day),
  };
}

/** `openai` of `openai/gpt-4o`; the `~` before ids of moving names is no part of it. */
function authorOf(model: CatalogModel): string {
  return model.id.replace(/^~/, "").split("/", 1)[0] ?? "";
}

function supportedParameters(model: CatalogModel): string[] {
  if (!model.output.includes("text")) return [];
  const tools = model.tools ? toolParameters : [];
  const reasoning = model.reasoning ? reasoningParameters : [];
  return [...chatParameters, ...samplingParameters, ...tools, ...reasoning];
}

function listedPricing(model: CatalogModel, day: string): ListedPricing {
  const [top] = model.endpoints;
  const price: DatedPrice | undefined = top && priceOn(top, day);
  if (price === undefined) return { prompt: "-1", completion: "-1" };
  const { above } = price;
  if (above === undefined) return priceTexts(price);
  const overrides = above.map((tier) => ({ min_prompt_tokens: tier.inputTokens, ...priceTexts(tier) }));
  return { ...priceTexts(price), overrides };
}

function priceTexts(price: TokenPrices): TokenPriceTexts {
  const { cacheReadPicoUsd: read, cacheWritePicoUsd: write, cacheWrite1hPicoUsd: write1h } = price;
  return {
    prompt: picoUsdText(price.inputPicoUsd),
    completion: picoUsdText(price.outputPicoUsd),
    ...(read === undefined ? {} : { input_cache_read: picoUsdText(read) }),
    ...(write === undefined ? {} : { input_cache_write: picoUsdText(write) }),
    ...(write1h === undefined ? {} : { input_cache_write_1h: picoUsdText(write1h) }),
  };
}

/** Integer pico-dollars as a plain decimal of dollars, exact, without exponent: 150,000 → `0.00000015`. */
export function picoUsdText(picoUsd: number): string {
  const digits = String(picoUsd).padStart(13, "0");
  const fraction = digits.slice(-12).replace(/0+$/, "");
  return digits.slice(0, -12) + (fraction === "" ? "" : `.${fraction}`);
}
