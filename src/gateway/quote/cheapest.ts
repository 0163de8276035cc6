// Names of models as a quote takes them: their own, and `cheapest:10` for the ten that would cost the least.
import { TrunklineError } from "../../canonical/error.js";
import type { CatalogModel } from "../../catalog/model.js";
import { estimateCost } from "../../pricing/estimate.js";
import { type ListedModel, listModels } from "../../routing/list.js";
import { dayOf } from "../plan.js";
import { usualAnswer, usualReasonedAnswer } from "./expected-output.js";
import { type CostOptions, type CostQuote, type Priced, quoteCost } from "./quote-cost.js";
import type { QuoteParts } from "./quote-tokens.js";

export interface QuotedCosts {
  /** In the order asked for; those of `cheapest:N` by what they are likely to cost. */
  readonly quotes: readonly CostQuote[];
  /** Which models `cheapest:N` chose among. */
  readonly notes: readonly string[];
}

/** Models of one quote, those of `cheapest:N` included. */
export const mostQuoted = 50;

/** @throws TrunklineError `model_not_found`; `invalid_request` for more than 50 models, or a `cheapest` without its number */
export async function quoteCosts(
  parts: QuoteParts,
  priced: Priced,
  names: readonly string[],
  options: CostOptions = {},
): Promise<QuotedCosts> {
  const wished = names.map((name) => ({ name, count: countOf(name) }));
  const total = wished.reduce((sum, { count }) => sum + (count ?? 1), 0);
  if (total > mostQuoted) throw invalid(`A quote is for at most ${mostQuoted} models, and ${total} are asked for.`);
  const quotes: CostQuote[] = [];
  const notes: string[] = [];
  for (const { name, count } of wished) {
    if (count === undefined) quotes.push(await quoteCost(parts, priced, name, options));
    else {
      const choice = choiceOf(parts, dayOf(parts.clock.wallMs()));
      notes.push(choice.note);
      quotes.push(...(await cheapest(parts, priced, choice.models, count, options)));
    }
  }
  return { quotes, notes };
}

function countOf(name: string): number | undefined {
  if (name !== "cheapest" && !name.startsWith("cheapest:")) return undefined;
  const count = /^cheapest:(\d{1,3})$/.exec(name)?.[1];
  if (count === undefined || count === "0") throw invalid(`"${name.slice(0, 50)}" does not say how many.`);
  return Number(count);
}

function invalid(message: string): TrunklineError {
  return new TrunklineError("invalid_request", message, {
    param: "models",
    whatToDo: `Write for example cheapest:10, at most cheapest:${mostQuoted}.`,
  });
}

interface Choice {
  readonly models: readonly ListedModel[];
  readonly note: string;
}

/** What can be asked now, where a provider with a price is set up; else the whole catalogue. */
function choiceOf(parts: QuoteParts, day: string): Choice {
  const all = listModels(parts.planning, day).filter(
    ({ model }) =>
      model.output.length === 1 && model.output[0] === "text" && parts.planning.catalog.find(model.id) === model,
  );
  const priced = all.filter((row) => priceOf(parts, row, day) !== undefined && !isFree(row.model));
  const ready = priced.filter(({ servedBy }) => servedBy.length > 0);
  return ready.length > 0
    ? { models: ready, note: "The cheapest of the models that can be asked now, free ones left out." }
    : {
        models: priced,
        note: "The cheapest of the whole catalogue, free ones left out: no provider with a price is set up.",
      };
}

/** Free offers are limited trials: as a comparison of prices they say nothing. */
const isFree = ({ endpoints }: CatalogModel) =>
  endpoints.some(({ prices }) => prices.at(-1)?.inputPicoUsd === 0 && prices.at(-1)?.outputPicoUsd === 0);

function priceOf({ planning }: QuoteParts, { model, servedBy, missing }: ListedModel, day: string) {
  const server = servedBy[0] ?? missing[0];
  const endpoint = model.endpoints.find(({ provider }) => provider === server);
  return endpoint === undefined ? undefined : planning.catalog.priceOn(endpoint, day);
}

/** Tokenizers differ by less than this: so many more are looked at closely than are wanted. */
const lookedAt = (count: number) => count * 2 + 5;

async function cheapest(
  parts: QuoteParts,
  priced: Priced,
  models: readonly ListedModel[],
  count: number,
  options: CostOptions,
): Promise<readonly CostQuote[]> {
  const day = dayOf(parts.clock.wallMs());
  const { tokens } = await priced.countFor(roughModel);
  const rough = models
    .map((row) => ({ id: row.model.id, nanoUsd: roughCost(parts, row, day, tokens, priced, options) }))
    .sort((a, b) => a.nanoUsd - b.nanoUsd);
  const quotes: CostQuote[] = [];
  for (const { id } of rough.slice(0, lookedAt(count))) quotes.push(await quoteCost(parts, priced, id, options));
  return quotes
    .filter(({ endpoints }) => endpoints.some(({ fits }) => fits !== "no"))
    .sort((a, b) => likelyCost(a) - likelyCost(b))
    .slice(0, count);
}

/** Whose tokens stand for all models' where these are ordered before they are counted. */
const roughModel = "gpt-4o";

function roughCost(
  parts: QuoteParts,
  row: ListedModel,
  day: string,
  tokens: number,
  { asked }: Priced,
  { outputTokens }: CostOptions,
): number {
  const usual = row.model.reasoning ? usualReasonedAnswer : usualAnswer;
  const likely = outputTokens ?? Math.min(usual, asked.maxOutputTokens ?? usual);
  const estimate = estimateCost({
    price: priceOf(parts, row, day),
    input: { likely: tokens, atMost: tokens },
    output: { likely, most: likely },
  });
  return estimate.state === "known" ? estimate.likely.costNanoUsd : Number.POSITIVE_INFINITY;
}

function likelyCost({ endpoints }: CostQuote): number {
  return endpoints[0]?.likely?.nanoUsd ?? Number.POSITIVE_INFINITY;
}
