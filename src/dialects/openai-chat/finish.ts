// Finish reasons of the Chat dialect, in both directions. Mapped here and nowhere else.
import type { Finish, FinishReason } from "../../canonical/finish.js";

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  ["eos", "stop"],
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["model_length", "length"],
  ["tool_calls", "tool-calls"],
  ["function_call", "tool-calls"],
  ["content_filter", "content-filter"],
  ["content-filter", "content-filter"],
  ["safety", "content-filter"],
  ["error", "error"],
]);

/** Undefined where none is given yet: null, or the empty word that some providers send. */
export function readFinish(word: unknown): Finish | undefined {
  if (typeof word !== "string" || word === "") return undefined;
  return { reason: reasons.get(word) ?? reasons.get(word.toLowerCase()) ?? "other", native: word };
}

const words: Readonly<Record<FinishReason, string>> = {
  stop: "stop",
  length: "length",
  "tool-calls": "tool_calls",
  "content-filter": "content_filter",
  error: "error",
  // OpenAI has no word for it, and its clients know only their own.
  other: "stop",
};

export function writeFinish(reason: FinishReason): string {
  return words[reason];
}
