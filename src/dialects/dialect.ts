// What every dialect gives. Two faces: one to clients (read their request, write their answer), one to providers
// (write the request, read the answer). Each knows only canonical; where both faces are the same dialect, `relay` passes bytes.
import type { TrunklineError } from "../canonical/error.js";
import type { Event } from "../canonical/event.js";
import type { Finish } from "../canonical/finish.js";
import type { JsonObject } from "../canonical/json.js";
import type { MessageKind } from "../canonical/message-shape.js";
import type { NanoUsd } from "../canonical/money.js";
import type { ReceiptNote } from "../canonical/receipt.js";
import type { Request } from "../canonical/request.js";
import type { Usage } from "../canonical/usage.js";

export const dialectNames = [
  "openai-chat",
  "openai-responses",
  "anthropic-messages",
  "gemini",
  "cohere-chat",
  "bedrock-converse",
  "ollama-chat",
] as const;
export type DialectName = (typeof dialectNames)[number];

/**
 * Chosen by the path: `openai` on `/v1`, where a dialect is as its own vendor has it; `openrouter` on `/api/v1`, where it
 * is as OpenRouter's clients know it.
 */
export type Profile = "openai" | "openrouter";

/** What admit, plan and hold look at. Read without building the canonical request. */
export interface Outline {
  /** As the client wrote it; empty where it gave none. */
  readonly model: string;
  /** Further models to fall back to, in order (OpenRouter's `models`). */
  readonly fallbackModels: readonly string[];
  readonly stream: boolean;
  /** The client's own wish to see usage in a stream. */
  readonly includeUsage: boolean;
  /** Asked-for output limit in tokens. */
  readonly maxOutputTokens: number | undefined;
  /** Answers asked for (`n`). */
  readonly choices: number;
  readonly wantsReasoning: boolean;
  readonly hasTools: boolean;
  readonly hasImages: boolean;
  /** Bytes of the request body: an upper bound of its text tokens. */
  readonly bodyBytes: number;
  /** `trunkline: { … }` in the body: the gateway's own fields, always stripped. */
  readonly own: OwnFields;
}

export interface OwnFields {
  /** Milliseconds for the whole request. */
  readonly timeoutMs?: number;
  readonly strict?: boolean;
}

/** Headers of a client's request, with names in small letters. */
export type ClientHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A client's request, read as far as is asked. */
export interface ClientRequest {
  readonly outline: Outline;
  /** Headers that are part of the client's dialect: the relay sends them on. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Body bytes as they came, for the relay. */
  readonly bytes: Buffer;
  /** The parsed body. */
  readonly body: JsonObject;
  /** Builds the canonical request; throws TrunklineError (`invalid_request`) that names the field. */
  canonical(): Request;
}

/** Who serves, known before the first byte goes out. */
export interface Served {
  readonly generationId: string;
  readonly createdSeconds: number;
  readonly providerId: string;
  /** For people: `OpenAI`. */
  readonly providerName: string;
  /** `author/slug` where the catalogue knows it, else what was sent upstream. */
  readonly model: string;
  /** Cost of a usage in nano-dollars, undefined where the price is not known. */
  costOf(usage: Usage): NanoUsd | undefined;
  /** The client's body, for dialects whose answers repeat what was asked for. */
  readonly asked?: JsonObject;
  /** Unix seconds at the moment of asking, for dialects that say when an answer was complete. */
  nowSeconds?(): number;
}

/** What is known of an answer so far. */
export interface AnswerFacts {
  usage: Usage | undefined;
  finish: Finish | undefined;
  /** True once something went by that a client would see as answer. */
  content: boolean;
  /** True once the provider's own terminal event was seen (finish reason or end marker). */
  terminal: boolean;
  /** An error inside the answer, or an answer that cannot be read. */
  fault: TrunklineError | undefined;
  upstreamId: string | undefined;
  /** The provider's own name of the model that served. */
  upstreamModel: string | undefined;
  /** UTF-8 bytes of answer text, reasoning and tool arguments: the base of an estimate where no usage came. */
  outputBytes: number;
}

export function newFacts(): AnswerFacts {
  return {
    usage: undefined,
    finish: undefined,
    content: false,
    terminal: false,
    fault: undefined,
    upstreamId: undefined,
    upstreamModel: undefined,
    outputBytes: 0,
  };
}

/**
 * Upstream stream bytes in, client stream bytes out, facts on the side. Never throws: what cannot be read becomes `facts.fault`.
 * After a fault `push` and `end` return no more bytes.
 */
export interface AnswerStream {
  readonly facts: AnswerFacts;
  /** True when the last `push` completed an event or a comment: the idle timer counts those. */
  readonly alive: boolean;
  /** True once the upstream's end marker was read (`[DONE]`, `message_stop`): nothing more can come, `end` may be called. */
  readonly done: boolean;
  /** Takes any split of the upstream's bytes; gives what the client may see of the whole events in them, or undefined. */
  push(bytes: Buffer): Buffer | string | undefined;
  /** The upstream closed. Gives the rest and the dialect's closer; without a terminal event sets fault `upstream_truncated`. */
  end(): Buffer | string | undefined;
  /** The closer of an answer that fails after its first content, where that depends on what went before. */
  fail?(error: TrunklineError): string | undefined;
}

/** A plain upstream answer, read and written for the client. */
export interface WholeAnswer {
  readonly facts: AnswerFacts;
  /** Empty when `facts.fault` is set. */
  readonly body: Buffer;
}

export interface UpstreamTarget {
  /** The provider's own model name. */
  readonly model: string;
  readonly stream: boolean;
  /** Default for providers that demand an output limit (Anthropic), in tokens. */
  readonly maxOutputTokens: number | undefined;
  /** Chat: the provider understands OpenRouter's own fields (`reasoning`, `top_k`, `cache_control` …). */
  readonly keepsExtensions?: boolean;
  /** Chat: how the provider calls the output limit; absent: `max_tokens`. */
  readonly outputLimitField?: "max_tokens" | "max_completion_tokens" | undefined;
}

export interface UpstreamRequest {
  /** Appended to the row's base URL: `/chat/completions`. */
  readonly path: string;
  /** Beside content-type and authentication. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly notes: readonly ReceiptNote[];
}

/** The face to providers. */
export interface UpstreamDialect {
  readonly name: DialectName;
  writeRequest(request: Request, target: UpstreamTarget): UpstreamRequest;
  /** Reads a plain answer; throws TrunklineError (`upstream_invalid`, or the error that a 200 carried). */
  readResponse(body: Buffer): readonly Event[];
  /** One reader per stream. */
  readStream(): StreamReader;
  /** Reads a refusal (status ≥ 400 or an error inside a 200) in the provider's own shape: JSON, HTML or plain text. */
  readError(status: number, body: Buffer): TrunklineError;
}

/** Whole events of the upstream's framing in, canonical events out. */
export interface StreamReader {
  /** `event` is the framing's event name, where it has one. Broken JSON throws TrunklineError `upstream_invalid`. */
  read(data: string, event: string | undefined): readonly Event[];
  /** True once the terminal event was read. */
  readonly terminal: boolean;
  /** True once the end marker was read: nothing more can come. */
  readonly done: boolean;
}

/** Canonical events in, client bytes out. */
export interface StreamWriter {
  write(event: Event): string;
  /** The closer: usage or finish still owed, then the end marker. */
  end(): string;
  /** The closer where the answer fails, for dialects in which it depends on what went before. */
  fail?(error: TrunklineError): string;
}

export interface ErrorBody {
  readonly status: number;
  readonly body: string;
}

/** How a request of a dialect is made shorter, where the client asked for that. */
export interface Shortening {
  asked(request: ClientRequest): boolean;
  readonly kind: MessageKind<JsonObject>;
  /** What of a message is counted. */
  textOf(message: JsonObject): string;
  /** The request with these messages, and without the wish, which is fulfilled. */
  withMessages(request: ClientRequest, messages: readonly JsonObject[]): ClientRequest;
}

/** The face to clients. */
export interface ClientDialect {
  readonly name: DialectName;
  readonly shortening?: Shortening;
  /** What a stream may hold at any time between its events, to keep a connection alive; absent: a comment. */
  readonly keepAlive?: string;
  /** The media type of a stream, where it is not that of server-sent events. */
  readonly streamType?: string;
  /** Of the same dialect, where that depends on how the client asked; else the registry's. */
  readonly relay?: Relay;
  /** The header in which its clients look for the request's id, where that is not `x-request-id`. */
  readonly requestIdHeader?: string;
  /** Throws TrunklineError with `param` where the request cannot be understood. */
  readRequest(bytes: Buffer, profile: Profile, headers?: ClientHeaders): ClientRequest;
  writeResponse(events: readonly Event[], served: Served, profile: Profile): Buffer;
  writeStream(served: Served, outline: Outline, profile: Profile): StreamWriter;
  writeError(error: TrunklineError, generationId: string | undefined, profile: Profile): ErrorBody;
  /** An error after the stream began: one last frame and the dialect's closer. `served` is undefined where nobody did. */
  writeStreamError(error: TrunklineError, served: Served | undefined, profile: Profile): string;
}

/** Same dialect on both sides: bytes go through; only the model, credentials and the gateway's own fields are touched. */
export interface Relay {
  request(client: ClientRequest, target: UpstreamTarget, keepsExtensions: boolean): UpstreamRequest;
  response(body: Buffer, served: Served, profile: Profile): WholeAnswer;
  stream(served: Served, outline: Outline, profile: Profile): AnswerStream;
}
