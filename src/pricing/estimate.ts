// What a call may cost before it is made: the least, what is likely, the most. Arithmetic is cost.ts's alone.
import type { NanoUsd } from "../canonical/money.js";
import { noUsage } from "../canonical/usage.js";
import type { DatedPrice, TokenPrices } from "../catalog/model.js";
import { costAtMost, costOfUsage } from "./cost.js";

export interface CostQuestion {
  /** The endpoint's price of the day; undefined where nobody knows it. */
  readonly price: DatedPrice | undefined;
  /** Tokens of the whole input. `cacheable`: how many of the likely ones a provider's cache may already hold. */
  readonly input: { readonly likely: number; readonly atMost: number; readonly cacheable?: number };
  /** Tokens of all answers together: the limit times the choices. The limit is the asked one or the model's, the smaller. */
  readonly output: { readonly likely: number; readonly most: number };
  /** Handed in as a batch, with the provider row's discount; undefined: an ordinary call. */
  readonly batch?: { readonly discountPercent: number | undefined } | undefined;
}

/** `cache-write`: at the dearest of the input prices, be it writing to a cache or reading from one. */
export type InputPrice = "plain" | "cache-read" | "cache-write";

export interface CostCase {
  readonly costNanoUsd: NanoUsd;
  readonly inputTokens: number;
  /** Part of `inputTokens` that is reckoned as read from a cache. */
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
  readonly inputPrice: InputPrice;
}

export type CostEstimate =
  | {
      readonly state: "known";
      readonly least: CostCase;
      readonly likely: CostCase;
      readonly most: CostCase;
      /** True where the batch price was used. */
      readonly batch: boolean;
      /** The prices behind it, the batch discount taken off. */
      readonly price: DatedPrice;
    }
  /** `no-batch-price`: the provider documents no discount for batches. */
  | { readonly state: "unknown"; readonly why: "no-price" | "no-batch-price" };

/**
 * Three costs of one call, in nano-dollars; `least` ≤ `likely` ≤ `most`.
 *
 * - `least`: all that can be is read from the provider's cache, and the model answers with one token.
 * - `likely`: no cache, and an answer of the likely length.
 * - `most`: the bound of the input at the dearest input price of any tier within reach, and the output limit in full.
 *   No usage within the bounds costs more, so it is what a hold sets aside.
 *
 * In a batch, providers differ on what a token from the cache costs: Anthropic takes the discount off that too, others
 * do not. The least reckons with the discount, the most without it.
 */
export function estimateCost(question: CostQuestion): CostEstimate {
  const { price: list, batch } = question;
  if (list === undefined) return { state: "unknown", why: "no-price" };
  if (batch !== undefined && batch.discountPercent === undefined) return { state: "unknown", why: "no-batch-price" };
  const off = Math.min(Math.max(0, batch?.discountPercent ?? 0), 100);
  const price = off === 0 ? list : discounted(list, off, off);
  const dearest = off === 0 ? list : discounted(list, off, 0);
  const inputTokens = whole(question.input.likely);
  const outputTokens = whole(question.output.likely);
  const cacheable = Math.min(inputTokens, whole(question.input.cacheable ?? 0));
  return {
    state: "known",
    least: leastOf(price, inputTokens, cacheable, Math.min(1, outputTokens)),
    likely: caseOf(price, inputTokens, 0, outputTokens),
    most: mostOf(
      dearest,
      Math.max(inputTokens, whole(question.input.atMost)),
      Math.max(outputTokens, whole(question.output.most)),
    ),
    batch: batch !== undefined,
    price,
  };
}

/** A cache that costs more than plain input is no saving: then nothing is read from it. */
function leastOf(price: DatedPrice, inputTokens: number, cacheable: number, outputTokens: number): CostCase {
  const plain = caseOf(price, inputTokens, 0, outputTokens);
  if (cacheable === 0) return plain;
  const cached = caseOf(price, inputTokens, cacheable, outputTokens);
  return cached.costNanoUsd < plain.costNanoUsd ? cached : plain;
}

function caseOf(price: DatedPrice, inputTokens: number, cacheReadTokens: number, outputTokens: number): CostCase {
  const usage = { ...noUsage, inputTokens, cacheReadTokens, outputTokens };
  return {
    costNanoUsd: costOfUsage(price, usage),
    inputTokens,
    cacheReadTokens,
    outputTokens,
    inputPrice: cacheReadTokens > 0 ? "cache-read" : "plain",
  };
}

function mostOf(price: DatedPrice, inputTokens: number, outputTokens: number): CostCase {
  const costNanoUsd = costAtMost(price, inputTokens, outputTokens);
  const plain = costAtMost(withoutCache(price), inputTokens, outputTokens);
  const inputPrice = costNanoUsd > plain ? "cache-write" : "plain";
  return { costNanoUsd, inputTokens, cacheReadTokens: 0, outputTokens, inputPrice };
}

function withoutCache(price: DatedPrice): DatedPrice {
  const { inputPicoUsd, outputPicoUsd, above } = price;
  return { inputPicoUsd, outputPicoUsd, ...(above !== undefined && { above }) };
}

/** Every price less so many percent, rounded up to a pico-dollar. */
function discounted(price: DatedPrice, percent: number, cacheReadPercent: number): DatedPrice {
  const less = (picoUsd: number, off = percent) => Math.ceil((picoUsd * (100 - off)) / 100);
  const tier = <Tier extends TokenPrices>(prices: Tier): Tier => ({
    ...prices,
    inputPicoUsd: less(prices.inputPicoUsd),
    outputPicoUsd: less(prices.outputPicoUsd),
    ...(prices.cacheReadPicoUsd !== undefined && {
      cacheReadPicoUsd: less(prices.cacheReadPicoUsd, cacheReadPercent),
    }),
    ...(prices.cacheWritePicoUsd !== undefined && { cacheWritePicoUsd: less(prices.cacheWritePicoUsd) }),
    ...(prices.cacheWrite1hPicoUsd !== undefined && { cacheWrite1hPicoUsd: less(prices.cacheWrite1hPicoUsd) }),
  });
  return { ...tier(price), ...(price.above !== undefined && { above: price.above.map((above) => tier(above)) }) };
}

/** A count from outside: whole, never negative; a fraction of a token is a token, no number is none. */
function whole(tokens: number): number {
  return Number.isNaN(tokens) ? 0 : Math.min(Math.max(0, Math.ceil(tokens)), Number.MAX_SAFE_INTEGER);
}
