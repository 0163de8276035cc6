// Families of models that read text with the same tokenizer, what each is estimated by, and how that is known.
import type { WeightSet } from "./weights.js";

/**
 * `tokenizer`: fitted to the family's published tokenizer. `reconstruction`: to one that was worked out from the provider's
 * own counts. `kin`: to another family's, which recorded usage or the family's documents say to be near.
 */
export type Basis = "tokenizer" | "reconstruction" | "kin";

export interface Family {
  readonly weights: WeightSet;
  readonly basis: Basis;
  /** Percent points on top of the weights' own errors, for what is not known of the family. */
  readonly doubtPercent: number;
  readonly source: string;
}

export type FamilyName =
  | "claude"
  | "claude-4.7"
  | "gemini"
  | "gemini-1"
  | "gemma"
  | "gemma-2"
  | "openai"
  | "grok"
  | "command"
  | "nova"
  | "llama-2"
  | "llama-3"
  | "llama-4"
  | "mistral"
  | "mistral-v3"
  | "qwen"
  | "qwen-3.5"
  | "deepseek"
  | "glm"
  | "kimi"
  | "minimax"
  | "nemotron"
  | "phi"
  | "unknown";

const published = (weights: WeightSet, source: string): Family => ({
  weights,
  basis: "tokenizer",
  doubtPercent: 0,
  source,
});
const kin = (weights: WeightSet, doubtPercent: number, source: string): Family => ({
  weights,
  basis: "kin",
  doubtPercent,
  source,
});

const ctok =
  "https://pypi.org/project/ctok/, unofficial, from Anthropic's counting endpoint; agrees with recorded usage";

export const families: Readonly<Record<FamilyName, Family>> = {
  claude: { weights: "claude", basis: "reconstruction", doubtPercent: 0, source: ctok },
  // "Approximately 30 percent more tokens": https://platform.claude.com/docs/en/build-with-claude/token-counting
  "claude-4.7": { weights: "claude-4.7", basis: "reconstruction", doubtPercent: 0, source: ctok },
  gemini: published(
    "gemma-3",
    "Gemma 3's tokenizer, within 1 % of recorded answers of Gemini 2 and exact for a prompt of Gemini 3",
  ),
  "gemini-1": published("gemma-2", "Gemma 2's tokenizer; Google's SDK counts Gemini 1.5 with it"),
  gemma: published("gemma-3", "Gemma 3's tokenizer; Gemma 4's counts within 0.3 % of it"),
  "gemma-2": published("gemma-2", "Gemma 2's tokenizer"),
  openai: published("o200k", "o200k_base"),
  grok: kin(
    "o200k",
    7,
    "o200k_base is within 7 % of six recorded answers of Grok 4.1; xAI publishes none since Grok 1",
  ),
  command: published("command", "Command R+'s tokenizer; Command A's recorded answers agree"),
  nova: kin("cl100k", 20, "cl100k_base; recorded answers are within 12 % of it, one odd prompt is 30 % above"),
  "llama-2": published("llama-2", "Llama 2's tokenizer"),
  "llama-3": published("llama-3", "Llama 3's tokenizer"),
  "llama-4": published("llama-4", "Llama 4's tokenizer"),
  mistral: published("tekken", "Mistral's tekken, of Mistral Nemo and later"),
  "mistral-v3": published("mistral-v3", "Mistral's SentencePiece model, version 3"),
  qwen: published("qwen", "Qwen 3's tokenizer, which earlier ones have as well"),
  "qwen-3.5": kin("qwen", 10, "Qwen 3's tokenizer; the vocabulary of 3.5 is larger: fewer tokens in many languages"),
  deepseek: published("deepseek", "DeepSeek V3's tokenizer"),
  glm: published("glm", "GLM-4's tokenizer"),
  kimi: published("kimi", "Kimi K2's tokenizer"),
  minimax: kin("o200k", 15, "o200k_base: a byte-level vocabulary of 200,000 as well"),
  nemotron: kin("tekken", 10, "Mistral's tekken: a byte-level vocabulary of 131,072 as well"),
  phi: published("cl100k", "cl100k_base, whose ranks Phi 4 has"),
  unknown: kin("mean", 0, "the mean of eleven tokenizers; the error is that over all of them"),
};
