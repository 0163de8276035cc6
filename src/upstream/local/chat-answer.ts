// Writes answers in the OpenAI chat completions format, as JSON text: chunks of a stream, a whole completion, an error.
import type { ChatRefusal } from "./chat-request.js";

export interface AnswerHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
}

export type FinishReason = "stop" | "length";

export interface AnswerUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Set where the counts are not a tokenizer's, with what was counted instead. */
  readonly unit?: "words";
}

export function openingChunk(head: AnswerHead): string {
  return chunk(head, [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]);
}

export function textChunk(head: AnswerHead, content: string): string {
  return chunk(head, [{ index: 0, delta: { content }, finish_reason: null }]);
}

export function finishChunk(head: AnswerHead, reason: FinishReason): string {
  return chunk(head, [{ index: 0, delta: {}, finish_reason: reason }]);
}

/** The frame with no choices that a client gets when it asked for usage. */
export function usageChunk(head: AnswerHead, usage: AnswerUsage): string {
  return JSON.stringify({ ...headOf(head, "chat.completion.chunk"), choices: [], usage: usageOf(usage) });
}

export function completion(head: AnswerHead, content: string, reason: FinishReason, usage: AnswerUsage): string {
  const message = { role: "assistant", content, refusal: null };
  return JSON.stringify({
    ...headOf(head, "chat.completion"),
    choices: [{ index: 0, message, logprobs: null, finish_reason: reason }],
    usage: usageOf(usage),
  });
}

export function errorBody(refusal: ChatRefusal): string {
  const { message, type, code, param } = refusal;
  return JSON.stringify({ error: { message, type, code, param } });
}

function chunk(head: AnswerHead, choices: readonly object[]): string {
  return JSON.stringify({ ...headOf(head, "chat.completion.chunk"), choices });
}

function headOf(head: AnswerHead, object: string): object {
  return { id: head.id, object, created: head.created, model: head.model };
}

function usageOf({ promptTokens, completionTokens, unit }: AnswerUsage): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(unit === undefined ? {} : { unit }),
  };
}
