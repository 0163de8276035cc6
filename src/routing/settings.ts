// What the owner says of a model name: an own name for several models, or facts that the catalogue doesn't have.
import type { DatedPrice } from "../catalog/model.js";

export interface ModelSettings {
  /** The models that this name stands for, in order. */
  readonly try?: readonly string[];
  readonly windowTokens?: number;
  readonly maxOutputTokens?: number;
  readonly price?: DatedPrice;
  /** Path of a tokenizer.json, of a folder with one, or of a GGUF file: the model's tokens are counted exactly. */
  readonly tokenizer?: string;
}
