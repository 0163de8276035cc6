// `trunkline cost`: what a prompt would cost before it is sent, for one model or many: the least, the likely, the most. Offline.
import { build } from "../build.js";
import { requestOf } from "../client/countable.js";
import { quoteCosts } from "../gateway/quote/cheapest.js";
import { type CostQuote, type Priced, pricedRequest, pricedTokens } from "../gateway/quote/quote-cost.js";
import type { QuoteParts } from "../gateway/quote/quote-tokens.js";
import { realClock } from "../surroundings.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import { UsageError } from "./fail.js";
import type { Io } from "./io.js";
import { readOptions, readPrompt } from "./prompt.js";
import { type FolderFlags, settingsFor } from "./settings.js";
import { type Column, jsonText, table } from "./terminal.js";

export interface CostFlags extends FolderFlags {
  readonly model?: readonly string[];
  readonly models?: string;
  readonly system?: string;
  readonly file?: readonly string[];
  readonly option?: readonly string[];
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly batch?: boolean;
  /** Percent. */
  readonly cached?: number;
  readonly json?: boolean;
}

const usualModels = "cheapest:10";

export async function cost(io: Io, words: readonly string[], flags: CostFlags): Promise<ExitCode> {
  const names = [...(flags.model ?? []), ...(flags.models?.split(",").map((name) => name.trim()) ?? [])];
  if (names.includes(""))
    throw new UsageError("--models takes names with commas between them: openai/gpt-4o,cheapest:10");
  const gateway = await build(settingsFor(io, flags), { ledger: "memory" });
  try {
    const parts: QuoteParts = { planning: gateway.planning, counter: gateway.counter, clock: realClock };
    const asked = names.length === 0 ? [usualModels] : names;
    const priced = await readPriced(io, words, flags, parts, asked[0] ?? usualModels);
    const { batch, cached: cachedPercent, outputTokens } = flags;
    const { quotes, notes } = await quoteCosts(parts, priced, asked, { batch, cachedPercent, outputTokens });
    if (flags.json === true) io.stdout.write(jsonText({ version: 1, results: quotes, notes }));
    else {
      io.stdout.write(quotes.length === 0 ? "No model fits.\n" : costTable(io, quotes));
      const hint = names.length === 0 ? ["No model was named. Name one with -m MODEL."] : [];
      for (const line of new Set([...notes, ...quotes.flatMap(notesOn(quotes.length)), ...assumed(quotes), ...hint]))
        io.stderr.write(`${line}\n`);
    }
    return exitCodes.ok;
  } finally {
    await gateway.close();
  }
}

async function readPriced(
  io: Io,
  words: readonly string[],
  flags: CostFlags,
  parts: QuoteParts,
  model: string,
): Promise<Priced> {
  const fields = readOptions(flags.option);
  if (flags.inputTokens !== undefined) {
    if (words.length > 0 || flags.file !== undefined || flags.system !== undefined)
      throw new UsageError("Give a prompt or --input-tokens, not both.");
    const limit = fields.max_tokens;
    return pricedTokens(flags.inputTokens, typeof limit === "number" ? limit : undefined);
  }
  const prompt = await readPrompt(io, { words, system: flags.system, files: flags.file });
  return pricedRequest(parts.counter, requestOf({ ...prompt, fields }, model));
}

/** That a provider has no key stands in every row; only where there is one row is it a sentence as well. */
const notesOn = (count: number) => (quote: CostQuote) =>
  count > 1 && quote.endpoints[0]?.isSetUp === false ? quote.notes.slice(0, -1) : quote.notes;

const whole = (number: number) => number.toLocaleString("en-US");

/** Every endpoint of a single model; of several models the first of each. */
export function costTable(io: Io, quotes: readonly CostQuote[]): string {
  const right = { align: "right" } as const;
  const columns: readonly Column[] = [
    { title: "model" },
    { title: "at" },
    { title: "in", ...right },
    { title: "out", ...right },
    { title: "least", ...right },
    { title: "likely", ...right },
    { title: "most", ...right },
  ];
  const rows = quotes.flatMap((quote) => {
    const { model, input, output, endpoints } = quote;
    const sure = input.method === "estimated" ? ` ± ${input.errorPercent} %` : "";
    const facts = [whole(input.tokens) + sure, whole(output.likely)];
    const shown = quotes.length === 1 ? endpoints : endpoints.slice(0, 1);
    if (shown.length === 0) return [[model, "–", ...facts, "–", "–", "–"]];
    return shown.map(({ provider, isSetUp, fits, least, likely, most, why }) => {
      const at = isSetUp ? provider : `${provider} (no key)`;
      if (fits === "no") return [model, at, ...facts, "does not fit", "–", "–"];
      if (why !== undefined) return [model, at, ...facts, unknownPrice[why], "–", "–"];
      const costs = [least, likely, most].map((one) => (one === undefined ? "–" : `$${one.usd}`));
      return [model, at, ...facts, ...costs];
    });
  });
  return table(columns, rows, Math.max(io.stdout.columns ?? 0, 120));
}

const unknownPrice = { "no-price": "price unknown", "no-batch-price": "batch price unknown" } as const;

/** Where the likely cost comes from: a guess must be seen to be one. */
function assumed(quotes: readonly CostQuote[]): readonly string[] {
  const guesses = new Map<number, string>();
  for (const { output } of quotes)
    if (output.because.startsWith("the usual guess")) guesses.set(output.likely, output.because);
  if (guesses.size === 0) return [];
  const lengths = [...guesses].map(([tokens, because]) => `${whole(tokens)} tokens (${because})`).join(", ");
  return [
    `Likely: an answer of ${lengths}; --output-tokens says otherwise. Most: the output limit; -o max_tokens=… lowers it.`,
  ];
}
