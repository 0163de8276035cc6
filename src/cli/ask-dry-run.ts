// `trunkline ask --dry-run`: what a question would be, who would answer it and what it would cost. Nothing is sent.
import { build } from "../build.js";
import { requestOf } from "../client/countable.js";
import type { Question } from "../client/question.js";
import type { Settings } from "../config/settings.js";
import { type CostQuote, pricedRequest, quoteCost } from "../gateway/quote/quote-cost.js";
import { type QuoteParts, quoteRequest, type TokenCount } from "../gateway/quote/quote-tokens.js";
import { realClock } from "../surroundings.js";
import { costTable } from "./cost.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { jsonText } from "./terminal.js";

/** A question that fits nowhere ends with the code of wrong use, as sending it would. */
export async function dryRun(io: Io, settings: Settings, question: Question, json: boolean): Promise<ExitCode> {
  const gateway = await build(settings, { ledger: "memory" });
  try {
    const parts: QuoteParts = { planning: gateway.planning, counter: gateway.counter, clock: realClock };
    const request = requestOf(question, question.model);
    const tokens = await quoteRequest(parts, request, question.model);
    const cost = await quoteCost(parts, pricedRequest(parts.counter, request), question.model);
    io.stdout.write(json ? jsonText({ version: 1, sent: false, tokens, cost }) : asText(io, tokens, cost));
    io.stderr.write("Nothing was sent (--dry-run).\n");
    return tokens.fits === "no" ? exitCodes.usage : exitCodes.ok;
  } finally {
    await gateway.close();
  }
}

const whole = (number: number) => number.toLocaleString("en-US");

function asText(io: Io, tokens: TokenCount, cost: CostQuote): string {
  const facts: readonly (readonly [string, string])[] = [
    ["model", tokens.model],
    ["tokens", `${whole(tokens.tokens)}, ${tokens.how} (${tokens.countedBy})`],
    ["fits", fitText(tokens)],
    [
      "answer",
      `${whole(cost.output.likely)} tokens likely (${cost.output.because}), ${whole(cost.output.most)} at most`,
    ],
  ];
  const notes = [...new Set([...tokens.notes, ...cost.notes])].map((note) => `${note}\n`).join("");
  return `${facts.map(([name, value]) => `${name.padEnd(8)}${value}\n`).join("")}\n${costTable(io, [cost])}${notes}`;
}

function fitText({ fits, tokens, windowTokens }: TokenCount): string {
  if (windowTokens === undefined) return "unknown: the catalogue has no window for it";
  const window = `its window is ${whole(windowTokens)} tokens`;
  if (fits === "no")
    return tokens > windowTokens
      ? `no: ${window}, ${whole(tokens - windowTokens)} too many`
      : `no: ${window}, or its output limit is below the one asked for`;
  return `${fits}: ${window}`;
}
