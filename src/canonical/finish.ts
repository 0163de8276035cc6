// Why a model stopped. Each dialect maps its own words to these and keeps the provider's word beside them.

export type FinishReason = "stop" | "length" | "tool-calls" | "content-filter" | "error" | "other";

export interface Finish {
  readonly reason: FinishReason;
  /** The provider's own word, verbatim. */
  readonly native: string | undefined;
}
