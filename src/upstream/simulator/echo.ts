// What the echo answers. It is no model: it says so, repeats the last thing the user wrote, and counts words as tokens.
import type { FinishReason } from "../local/chat-answer.js";
import type { ChatJob } from "../local/chat-request.js";

export interface Echo {
  /** Words with the space before them: joined, they are the answer. */
  readonly words: readonly string[];
  readonly reason: FinishReason;
  readonly promptWords: number;
}

export function echo(job: ChatJob): Echo {
  const last = job.turns.findLast((turn) => turn.role === "user")?.text ?? "";
  const whole = `simulator/echo: this is no model. You wrote: ${last}`;
  const ends = job.stop.map((stop) => whole.indexOf(stop)).filter((at) => at >= 0);
  const words = wordsOf(whole.slice(0, Math.min(whole.length, ...ends)));
  const limit = job.maxTokens ?? words.length;
  return {
    words: words.slice(0, limit),
    reason: words.length > limit ? "length" : "stop",
    promptWords: job.turns.reduce((sum, turn) => sum + wordsOf(turn.text).length, 0),
  };
}

/** Splits after each word, in one pass: the white space before a word belongs to it, what trails to the last one. */
function wordsOf(text: string): string[] {
  const words = text.match(/\s*\S+/g) ?? [];
  const rest = text.slice(words.reduce((sum, word) => sum + word.length, 0));
  return rest === "" || words.length === 0 ? words : [...words.slice(0, -1), words.at(-1) + rest];
}
