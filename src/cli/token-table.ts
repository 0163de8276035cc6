// What `trunkline tokens` prints: a bare number where one thing is counted for one model, else a table.
import { type NanoUsd, usdText } from "../canonical/money.js";
import type { TokenCount } from "../gateway/quote/quote-tokens.js";
import type { Tokenizer } from "../tokens/tokenizer.js";
import type { Io } from "./io.js";
import { table } from "./terminal.js";

/** One input, counted for one model. */
export interface CountedInput {
  readonly input: string;
  readonly count: TokenCount;
  /** What the input alone costs; undefined where the price is not known. */
  readonly inputNanoUsd: NanoUsd | undefined;
  /** To be shown, with the tokenizer that knows their tokens. */
  readonly texts: readonly string[];
  readonly tokenizer: Tokenizer | undefined;
}

/** `isUsual`: no model was named. `isShown`: the tokens themselves are the answer. */
export interface Occasion {
  readonly isUsual: boolean;
  readonly isShown: boolean;
}

export interface TokensText {
  /** For standard output. */
  readonly answer: string;
  /** For standard error. */
  readonly aside: string;
}

export function asText(io: Io, rows: readonly CountedInput[], { isUsual, isShown }: Occasion): TokensText {
  const notes = [...new Set(rows.flatMap(({ count }) => count.notes))].map((note) => `${note}\n`).join("");
  const hint = isUsual
    ? "No model was named, so this is for o200k_base, which GPT-4o and later read. Name one with -m MODEL.\n"
    : "";
  const [only] = rows;
  if (rows.length === 1 && only !== undefined)
    return { answer: `${only.count.tokens}\n`, aside: `${describe(only, isShown)}\n${notes}${hint}` };
  return { answer: asTable(io, rows), aside: notes + hint };
}

const whole = (number: number) => number.toLocaleString("en-US");

/** `openai/gpt-4o: 9 tokens, exact (o200k_base), 0.01 % of its window of 128,000, $0.0000225 as input.` */
function describe({ count, inputNanoUsd }: CountedInput, isShown: boolean): string {
  const facts = [
    ...(isShown ? [`${whole(count.tokens)} tokens`] : []),
    count.countedBy === count.model ? count.how : `${count.how} (${count.countedBy})`,
    ...(count.windowTokens === undefined
      ? []
      : [`${shareOf(count)} of its window of ${whole(count.windowTokens)} tokens`]),
    ...(inputNanoUsd === undefined ? [] : [`$${usdText(inputNanoUsd)} as input`]),
  ];
  const fits =
    count.fits === "no" ? " It does not fit." : count.fits === "in doubt" ? " Whether it fits is in doubt." : "";
  return `${count.model}: ${facts.join(", ")}.${fits}${partsOf(count)}`;
}

function partsOf({ parts }: TokenCount): string {
  if (parts === undefined) return "";
  const named = Object.entries(parts).filter(([, tokens]) => tokens > 0);
  return `\n  ${named.map(([part, tokens]) => `${part} ${whole(tokens)}`).join(", ")}`;
}

function shareOf({ tokens, windowTokens }: TokenCount): string {
  if (windowTokens === undefined) return "–";
  const percent = (tokens / windowTokens) * 100;
  return percent > 0 && percent < 0.01 ? "< 0.01 %" : `${percent.toFixed(percent < 1 ? 2 : 1)} %`;
}

function asTable(io: Io, rows: readonly CountedInput[]): string {
  const inputs = new Set(rows.map(({ input }) => input));
  const models = new Set(rows.map(({ count }) => count.model));
  const several = inputs.size > 1;
  const right = { align: "right" } as const;
  const columns = [
    ...(several ? [{ title: "input" }] : []),
    { title: "model" },
    { title: "tokens", ...right },
    { title: "how" },
    { title: "by" },
    { title: "of its window", ...right },
    { title: "as input", ...right },
  ];
  const cells = rows.map(({ input, count, inputNanoUsd }) => [
    ...(several ? [input] : []),
    count.model,
    whole(count.tokens),
    count.how,
    count.countedBy,
    count.fits === "no" ? `${shareOf(count)}: too long` : shareOf(count),
    inputNanoUsd === undefined ? "–" : `$${usdText(inputNanoUsd)}`,
  ]);
  const totals = several && models.size === 1 ? [["total", "", whole(sumOf(rows)), "", "", "", ""]] : [];
  return table(columns, [...cells, ...totals], Math.max(io.stdout.columns ?? 0, 120));
}

const sumOf = (rows: readonly CountedInput[]) => rows.reduce((sum, { count }) => sum + count.tokens, 0);
