// Turns generated tokens into text for the client: whole characters only, up to a stop sequence or the token limit.
import type { FinishReason } from "./chat-answer.js";
import type { Engine, Generator, Sampling } from "./engine.js";
import { createStopScanner } from "./stop-scanner.js";

export interface TextRun {
  readonly engine: Engine;
  readonly generator: Generator;
  readonly prompt: readonly number[];
  readonly sampling: Sampling;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly signal: AbortSignal;
}

export interface TextEnd {
  readonly reason: FinishReason;
  readonly tokens: number;
}

/** A character takes at most four bytes, and a token holds at least one. */
const longestCharacterTokens = 4;

/** Calls `onText` with pieces that are never empty; its promise is waited for. */
export async function writeText(run: TextRun, onText: (text: string) => Promise<void>): Promise<TextEnd> {
  const { engine, prompt, maxTokens, signal } = run;
  const scanner = createStopScanner(run.stop);
  let before = prompt.slice(-longestCharacterTokens);
  let pending: number[] = [];
  let tokens = 0;
  let reason: FinishReason = "stop";
  const show = async (text: string) => {
    if (text !== "") await onText(text);
  };
  for await (const token of run.generator.generate(prompt, run.sampling, signal)) {
    tokens++;
    pending.push(token);
    const text = engine.decode(pending, before);
    if (!text.endsWith("\uFFFD") || pending.length >= longestCharacterTokens) {
      before = [...before, ...pending].slice(-longestCharacterTokens);
      pending = [];
      await show(scanner.push(text));
    }
    if (scanner.stopped || signal.aborted) break;
    if (tokens >= maxTokens) {
      reason = "length";
      break;
    }
  }
  // A character that the limit cut in two is left out.
  if (pending.length > 0) await show(scanner.push(engine.decode(pending, before).replace(/\uFFFD+$/, "")));
  await show(scanner.rest());
  return { reason, tokens };
}
