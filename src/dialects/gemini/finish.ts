// Finish reasons of Gemini's dialect, in both directions. Source: https://ai.google.dev/api/generate-content#FinishReason
import type { Finish, FinishReason } from "../../canonical/finish.js";

const reasons: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  ["SAFETY", "content-filter"],
  ["RECITATION", "content-filter"],
  ["BLOCKLIST", "content-filter"],
  ["PROHIBITED_CONTENT", "content-filter"],
  ["SPII", "content-filter"],
  ["IMAGE_SAFETY", "content-filter"],
  ["IMAGE_PROHIBITED_CONTENT", "content-filter"],
  ["IMAGE_RECITATION", "content-filter"],
  ["MODEL_ARMOR", "content-filter"],
  ["MALFORMED_FUNCTION_CALL", "error"],
  ["UNEXPECTED_TOOL_CALL", "error"],
  ["TOO_MANY_TOOL_CALLS", "error"],
  ["MISSING_THOUGHT_SIGNATURE", "error"],
  ["MALFORMED_RESPONSE", "error"],
]);

/** Gemini stops for a call as for an end; `hasCalls` tells them apart. Undefined where no reason is given yet. */
export function readFinish(word: unknown, hasCalls: boolean): Finish | undefined {
  if (typeof word !== "string" || word === "") return undefined;
  const reason = reasons.get(word) ?? "other";
  return { reason: reason === "stop" && hasCalls ? "tool-calls" : reason, native: word };
}

/** The prompt was not let in: there is no answer. Source: https://ai.google.dev/api/generate-content#BlockReason */
export function readBlock(word: string): Finish {
  return { reason: "content-filter", native: word };
}

const words: Readonly<Record<FinishReason, string>> = {
  stop: "STOP",
  length: "MAX_TOKENS",
  "tool-calls": "STOP",
  "content-filter": "SAFETY",
  error: "OTHER",
  other: "OTHER",
};

/** The word that the provider gave, where it is one of this dialect's own. */
export function writeFinish({ reason, native }: Finish): string {
  return native !== undefined && reasons.has(native) ? native : words[reason];
}
