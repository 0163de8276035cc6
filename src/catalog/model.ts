// What the catalogue knows of a model: who made it, who serves it, how much fits, what it costs and since when.

export type Modality = "text" | "image" | "audio" | "video" | "file" | "embeddings";

/** Integer pico-dollars (10⁻¹² USD) per token. 1 USD per million tokens is 1,000,000 of them. Absent: not known. */
export interface TokenPrices {
  readonly inputPicoUsd: number;
  readonly outputPicoUsd: number;
  readonly cacheReadPicoUsd?: number;
  /** Writing to a cache that lives 5 minutes. */
  readonly cacheWritePicoUsd?: number;
  readonly cacheWrite1hPicoUsd?: number;
}

/** A price with the day from which it holds. `above` prices hold for the whole request once its input exceeds the bound. */
export interface DatedPrice extends TokenPrices {
  /** YYYY-MM-DD, UTC; absent where the source gives no day. */
  readonly from?: string;
  readonly above?: readonly (TokenPrices & { readonly inputTokens: number })[];
}

/** One model at one provider. */
export interface ModelEndpoint {
  /** A provider row's id. */
  readonly provider: string;
  /** The provider's own name for the model. */
  readonly model: string;
  /** Oldest first; empty: price unknown, which is not the same as free. */
  readonly prices: readonly DatedPrice[];
  readonly windowTokens?: number;
  readonly maxOutputTokens?: number;
}

export interface CatalogModel {
  /** `author/slug`. */
  readonly id: string;
  readonly name: string;
  /** Other names that mean the same model, bare ones (`gpt-4o`) and old ones. */
  readonly aliases: readonly string[];
  /** Input and output together, in tokens. */
  readonly windowTokens?: number;
  readonly maxOutputTokens?: number;
  readonly input: readonly Modality[];
  readonly output: readonly Modality[];
  /** True where the model thinks before it answers. */
  readonly reasoning: boolean;
  readonly tools: boolean;
  /** The maker's own host first. */
  readonly endpoints: readonly ModelEndpoint[];
}

/** The generated file `data/models.json`. */
export interface CatalogFile {
  readonly schema: 1;
  /** YYYY-MM-DD on which it was generated. */
  readonly generated: string;
  readonly sources: readonly {
    readonly name: string;
    readonly version: string;
    readonly licence: string;
    readonly url: string;
  }[];
  readonly models: readonly CatalogModel[];
}
