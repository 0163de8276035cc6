// Tokens, cost and time of an answer, in the words that every command uses.
import { usdText } from "../canonical/money.js";
import type { Answer } from "../client/answer.js";

export function seconds(ms: number | undefined): string {
  return ms === undefined ? "–" : `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** `$0.00325`; free is `$0`; a price that is not known is a dash, never zero. */
export function cost(usd: number | undefined): string {
  return usd === undefined ? "–" : `$${usdText(Math.round(usd * 1e9))}`;
}

export function tokens({ usage }: Answer): string {
  return usage === undefined ? "–" : `${usage.inputTokens} + ${usage.outputTokens}`;
}

export function measures(answer: Answer): string {
  const served = answer.provider === undefined ? "" : `, served by ${answer.provider} (${answer.model ?? "?"})`;
  return `${tokens(answer)} tokens, ${cost(answer.costUsd)}, first token ${seconds(answer.firstTokenMs)}, total ${seconds(answer.totalMs)}${served}`;
}
