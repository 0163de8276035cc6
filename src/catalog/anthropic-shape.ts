// A model of the catalogue as Anthropic's model listing shows it.
// Source: https://docs.claude.com/en/api/models-list
import type { CatalogModel } from "./model.js";

export interface AnthropicModel {
  readonly type: "model";
  readonly id: string;
  readonly display_name: string;
  /** RFC 3339. */
  readonly created_at: string;
  /** Tokens of the window. */
  readonly max_input_tokens: number | null;
  /** Tokens of one answer at most. */
  readonly max_tokens: number | null;
}

export function anthropicModel(model: CatalogModel, createdSeconds: number): AnthropicModel {
  const [top] = model.endpoints;
  return {
    type: "model",
    id: model.id,
    display_name: model.name,
    created_at: new Date(createdSeconds * 1_000).toISOString().replace(/\.\d+Z$/, "Z"),
    max_input_tokens: model.windowTokens ?? top?.windowTokens ?? null,
    max_tokens: top?.maxOutputTokens ?? null,
  };
}
