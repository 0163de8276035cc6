// Which family a model is of, by its name: whatever a catalogue, a provider or a user calls it.
import { modelName } from "../request/model-name.js";
import type { FamilyName } from "./families.js";

/** The first that fits the name without its author. */
const names: readonly (readonly [RegExp, FamilyName])[] = [
  [/^claude-(v?[12]|instant|3|(opus|sonnet|haiku)-3)/, "claude"],
  // The newer tokenizer came with Opus 4.7; what is called 5 or later has it too, and so has a name without a number.
  [/^claude-(opus|sonnet|haiku)-4(?![.-][7-9](?!\d))/, "claude"],
  [/^claude/, "claude-4.7"],
  [/^gemini-(1|pro$|pro-vision|ultra)/, "gemini-1"],
  [/^(gemini|learnlm|nano-banana)/, "gemini"],
  [/^gemma-?[12]?(-\d+b|$|-it)|^(code|rec|shield)gemma|^gemma-2/, "gemma-2"],
  [/^(gemma|medgemma|t5gemma)/, "gemma"],
  [/^(gpt|chatgpt|o[1-9](-|$)|codex|text-embedding-(3|ada)|davinci|babbage|computer-use)/, "openai"],
  [/^grok/, "grok"],
  [/^(command|c4ai|aya|embed-|rerank-|north-)/, "command"],
  [/^nova-/, "nova"],
  [/nemotron.*llama|llama.*nemotron/, "llama-3"],
  [/^(nvidia-)?nemotron/, "nemotron"],
  [/^(meta-)?llama-?4/, "llama-4"],
  [/^((meta-)?llama-?2|codellama|vicuna|tinyllama)/, "llama-2"],
  [/^((meta-)?llama|sonar|r1-1776|hermes-[34]|deepseek-r1-distill-llama)/, "llama-3"],
  [
    /^(mistral-7b|open-mi[sx]tral-(7b|8x)|mixtral|mistral-(tiny|medium-2312|large-2402)|codestral-(2405|22b)|mathstral)/,
    "mistral-v3",
  ],
  [/^(labs-)?(open-)?(mistral|ministral|codestral|devstral|magistral|pixtral|voxtral|leanstral)/, "mistral"],
  [/^qwen-?3[.p][5-9]/, "qwen-3.5"],
  [/^qwen-?([4-9]|\d\d)/, "qwen-3.5"],
  [/^(qwen|qwq|qvq|deepseek-r1-distill-qwen)/, "qwen"],
  [/^deepseek/, "deepseek"],
  [/^(chat)?glm-?/, "glm"],
  [/^(kimi|moonshot)/, "kimi"],
  [/^(minimax|abab)/, "minimax"],
  [/^phi-?[123]/, "llama-2"],
  [/^phi-?\d/, "phi"],
];

/** For names that say nothing: `mistralai/labs-x` is still Mistral's. */
const authors: ReadonlyMap<string, FamilyName> = new Map(
  Object.entries({
    anthropic: "claude-4.7",
    google: "gemini",
    openai: "openai",
    "x-ai": "grok",
    xai: "grok",
    cohere: "command",
    mistralai: "mistral",
    mistral: "mistral",
    qwen: "qwen-3.5",
    alibaba: "qwen-3.5",
    deepseek: "deepseek",
    "deepseek-ai": "deepseek",
    "z-ai": "glm",
    zai: "glm",
    moonshotai: "kimi",
    minimax: "minimax",
    perplexity: "llama-3",
  } as const),
);

/** Total: a model that nobody knows is of the family `unknown`. */
export function familyOf(modelId: string): FamilyName {
  const name = modelName(modelId).replace(/^~/, "");
  const known = names.find(([pattern]) => pattern.test(name));
  if (known !== undefined) return known[1];
  const author = modelId.split("/", 1)[0] ?? "";
  return authors.get(author.toLowerCase().replace(/^~/, "")) ?? "unknown";
}
