// Stop reasons of the Messages dialect.
import type { Finish, FinishReason } from "../../canonical/finish.js";

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  // A long server-side turn was paused: the client may send the answer back to have it continued.
  ["pause_turn", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool-calls"],
  ["refusal", "content-filter"],
]);

export function readFinish(word: unknown): Finish | undefined {
  if (typeof word !== "string" || word === "") return undefined;
  return { reason: reasons.get(word) ?? "other", native: word };
}
