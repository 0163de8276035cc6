// The neutral request: block-based, nobody's wire shape. Built only when client and provider speak different dialects.
import type { Json, JsonObject } from "./json.js";

/** Marks the end of a prefix that the provider should cache. */
export interface CacheMark {
  readonly lifetime: "5m" | "1h";
}

export interface TextPart {
  readonly type: "text";
  readonly text: string;
  readonly cache?: CacheMark;
}

/** An image, a sound or a file: by URL, or as base64 with its media type. */
export interface MediaPart {
  readonly type: "image" | "audio" | "file";
  readonly source: { readonly url: string } | { readonly base64: string; readonly mediaType: string };
  readonly name?: string;
  /** How closely an image is looked at, in the client's own word. */
  readonly detail?: string;
  readonly cache?: CacheMark;
}

export interface ToolCallPart {
  readonly type: "tool-call";
  readonly id: string;
  readonly name: string;
  /** JSON text, exactly as the model wrote it. */
  readonly argumentsJson: string;
}

export interface ToolResultPart {
  readonly type: "tool-result";
  readonly callId: string;
  readonly content: readonly (TextPart | MediaPart)[];
  readonly isError: boolean;
  readonly cache?: CacheMark;
}

/** Thinking to be handed back to the provider that made it: with its signature, or encrypted. */
export interface ReasoningPart {
  readonly type: "reasoning";
  readonly text: string;
  readonly signature?: string;
  readonly encrypted?: string;
}

export type Part = TextPart | MediaPart | ToolCallPart | ToolResultPart | ReasoningPart;

export interface Turn {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly parts: readonly Part[];
  readonly name?: string;
}

export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON schema of the arguments; absent: no arguments. */
  readonly parameters?: JsonObject;
  readonly strict?: boolean;
  readonly cache?: CacheMark;
}

export type ToolChoice =
  | { readonly type: "none" | "auto" | "required" }
  | { readonly type: "named"; readonly name: string };

export type OutputFormat =
  | { readonly type: "text" | "json" }
  | { readonly type: "json-schema"; readonly name: string; readonly schema: JsonObject; readonly strict: boolean };

export interface Request {
  /** System and developer instructions that lead the conversation. */
  readonly instructions: readonly TextPart[];
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly format?: OutputFormat;
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly choices?: number;
  readonly reasoning?: { readonly effort?: string; readonly budgetTokens?: number; readonly enabled?: boolean };
  /** A stable, opaque id of the end user. */
  readonly user?: string;
  readonly metadata?: JsonObject;
  readonly stream: boolean;
  /** What the client's dialect carried and this model has no name for, by field. */
  readonly extra: { readonly [field: string]: Json };
}
