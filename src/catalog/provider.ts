// A provider is a row: where it is, what it speaks, how to prove who we are. Anything OpenAI-compatible is a row and nothing else.
import type { DialectName } from "../dialects/dialect.js";

/** How a secret is sent. `none`: the host asks for none (Ollama, the local model). */
export type Authentication =
  | { readonly type: "bearer" }
  | { readonly type: "header"; readonly name: string }
  | { readonly type: "none" };

export interface Provider {
  /** What stands before the slash in a pinned name: `groq/llama-3.3-70b-versatile`. */
  readonly id: string;
  /** For people and for OpenRouter's `provider` field. */
  readonly name: string;
  /** In order of preference. */
  readonly dialects: readonly DialectName[];
  /** Without a trailing slash; the scheme chooses the transport. */
  readonly baseUrl: string;
  readonly authentication: Authentication;
  /** Environment variables that may hold the secret, the first that is set wins. */
  readonly environment: readonly string[];
  /** Where a user gets a key. */
  readonly keyUrl?: string;
  /** What makes it usable, where that is not a key: one sentence. */
  readonly setUp?: string;
  /** Serves other authors' models as `author/slug`, also ones that the catalogue doesn't know yet. */
  readonly aggregator: boolean;
  /** What it calls the output limit in the Chat dialect, where that is not `max_tokens`. */
  readonly outputLimitField?: "max_completion_tokens";
  /**
   * Percent off the list price, of input and output alike, for calls handed in as a batch and answered within a day.
   * Absent: it has no batches, or no one discount for all of them.
   */
  readonly batchDiscountPercent?: number;
  /** Whose endpoint for counting tokens it has, where it has one. */
  readonly tokenCounting?: "anthropic-messages" | "gemini" | "openai-responses";
  /** Understands OpenRouter's own request fields (`provider`, `models`, `plugins` …). */
  readonly keepsExtensions: boolean;
  /** Where these facts are from. */
  readonly source: string;
}
