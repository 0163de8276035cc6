// The same prompt to several models at once. One that fails does not fail the others.
import { TrunklineError } from "../canonical/error.js";
import type { Answer } from "./answer.js";
import { defaultAskTimeoutMs } from "./ask.js";
import type { CallOptions, Prompt } from "./question.js";
import { type ClientParts, streamQuestion } from "./stream.js";

export interface Comparison extends Prompt, CallOptions {
  readonly models: readonly string[];
  /** Called as answers grow, for one model at a time. */
  readonly onProgress?: ((progress: CompareProgress) => void) | undefined;
}

export interface CompareProgress {
  /** Of the model, in the order in which they were given. */
  readonly index: number;
  readonly model: string;
  readonly state: "asked" | "answering" | "done" | "failed";
  /** Characters of text so far. */
  readonly characters: number;
}

export type Compared =
  | { readonly model: string; readonly ok: true; readonly answer: Answer }
  | { readonly model: string; readonly ok: false; readonly error: TrunklineError; readonly totalMs: number };

/** Results in the order of `models`. Rejects only where the signal was aborted. */
export function compareModels(parts: ClientParts, comparison: Comparison): Promise<readonly Compared[]> {
  const { models, onProgress, ...prompt } = comparison;
  return Promise.all(
    models.map(async (model, index): Promise<Compared> => {
      let characters = 0;
      const tell = (state: CompareProgress["state"]) => onProgress?.({ index, model, state, characters });
      const startedMs = parts.clock.monotonicMs();
      const stream = streamQuestion(parts, { ...prompt, timeoutMs: prompt.timeoutMs ?? defaultAskTimeoutMs, model });
      tell("asked");
      try {
        for await (const piece of stream.text()) {
          characters += piece.length;
          tell("answering");
        }
        const answer = await stream.answer();
        tell("done");
        return { model, ok: true, answer };
      } catch (cause) {
        if (prompt.signal?.aborted === true) throw cause;
        tell("failed");
        return { model, ok: false, error: errorOf(cause), totalMs: parts.clock.monotonicMs() - startedMs };
      }
    }),
  );
}

function errorOf(cause: unknown): TrunklineError {
  if (TrunklineError.is(cause)) return cause;
  return new TrunklineError("internal", cause instanceof Error ? cause.message : "The call failed without a reason.");
}
