// A model of the catalogue as Gemini's model listing shows it.
// Source: https://ai.google.dev/api/models#Model
import type { CatalogModel } from "./model.js";

export interface GeminiModel {
  /** `models/author/slug`. */
  readonly name: string;
  readonly version: string;
  readonly displayName: string;
  /** Tokens of the window. */
  readonly inputTokenLimit?: number;
  readonly outputTokenLimit?: number;
  readonly supportedGenerationMethods: readonly string[];
  /** Whether it thinks before it answers. */
  readonly thinking: boolean;
}

const methods = ["generateContent", "streamGenerateContent", "countTokens"];

export function geminiModel(model: CatalogModel): GeminiModel {
  const [top] = model.endpoints;
  const inputTokenLimit = model.windowTokens ?? top?.windowTokens;
  const outputTokenLimit = top?.maxOutputTokens ?? model.maxOutputTokens;
  return {
    name: `models/${model.id}`,
    version: "1",
    displayName: model.name,
    ...(inputTokenLimit !== undefined && { inputTokenLimit }),
    ...(outputTokenLimit !== undefined && { outputTokenLimit }),
    supportedGenerationMethods: model.output.includes("text") ? methods : [],
    thinking: model.reasoning,
  };
}
