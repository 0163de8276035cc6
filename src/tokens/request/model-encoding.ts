// Which of OpenAI's encodings a model reads, by its name. https://github.com/openai/tiktoken/blob/main/tiktoken/model.py
import { modelName } from "./model-name.js";

export type EncodingName = "o200k_base" | "o200k_harmony" | "cl100k_base" | "p50k_base" | "r50k_base";

/** The first that fits. */
const rows: readonly (readonly [RegExp, EncodingName])[] = [
  [/^gpt-oss/, "o200k_harmony"],
  [/^(gpt-4o|gpt-4\.[1-9]|gpt-[5-9]|chatgpt-|codex-mini|o\d(-|$)|computer-use)/, "o200k_base"],
  [/^(gpt-4|gpt-3\.5|gpt-35|text-embedding-(3|ada-002))/, "cl100k_base"],
  [/^(text-davinci-00[23]|code-|davinci-codex|cushman-codex)/, "p50k_base"],
  [/^(davinci|babbage)-002/, "cl100k_base"],
  [/^(text-)?(davinci|curie|babbage|ada)(-|$)/, "r50k_base"],
];

/** Undefined where the model is none of OpenAI's. */
export function encodingFor(modelId: string): EncodingName | undefined {
  const name = modelName(modelId);
  return rows.find(([pattern]) => pattern.test(name))?.[1];
}
