// One question, one whole answer.
import type { Answer } from "./answer.js";
import type { Question } from "./question.js";
import { type ClientParts, streamQuestion } from "./stream.js";

/** Limit of a call for which none was set, milliseconds. */
export const defaultAskTimeoutMs = 30_000;

/**
 * Streams underneath, so that the time to the first token is known.
 * @throws TrunklineError: the gateway's own, `deadline_exceeded`, or `client_gone` where the signal was aborted.
 */
export function askQuestion(parts: ClientParts, question: Question): Promise<Answer> {
  const { timeoutMs = defaultAskTimeoutMs } = question;
  return streamQuestion(parts, { ...question, timeoutMs }).answer();
}
