// Stop reasons of the Messages dialect, in both directions.
import { TrunklineError } from "../../canonical/error.js";
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

const words: Readonly<Record<Exclude<FinishReason, "error">, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  "tool-calls": "tool_use",
  "content-filter": "refusal",
  // This dialect has no word for it, and its clients know only their own.
  other: "end_turn",
};

/** Its own word where the provider used one of this dialect. @throws TrunklineError where the answer ended by an error */
export function writeFinish({ reason, native }: Finish): string {
  if (native !== undefined && reasons.get(native) === reason) return native;
  if (reason !== "error") return words[reason];
  throw new TrunklineError("upstream_error", "The provider ended the answer with an error, and did not say which.");
}

export function readFinish(word: unknown): Finish | undefined {
  if (typeof word !== "string" || word === "") return undefined;
  return { reason: reasons.get(word) ?? "other", native: word };
}
