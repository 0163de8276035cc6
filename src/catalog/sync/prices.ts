// Prices beside one another: read key by key, compared, joined, and put into the history of an endpoint with their day.
import type { DatedPrice, TokenPrices } from "../model.js";
import { factBounds, RowFault } from "./facts.js";

export const priceKeys = [
  "inputPicoUsd",
  "outputPicoUsd",
  "cacheReadPicoUsd",
  "cacheWritePicoUsd",
  "cacheWrite1hPicoUsd",
] as const;

export type PriceKey = (typeof priceKeys)[number];
export type PriceTier = TokenPrices & { readonly inputTokens: number };
type Prices = Partial<Record<PriceKey, number>>;

/** A price that depends on the size of the input, in the making. */
export interface Step {
  readonly inputTokens: number;
  /** Only what changes. */
  readonly prices: Prices;
}

/**
 * A price from its parts. A cache price of zero is what sources write where they have none, so it counts as not said: the
 * cost of cached input then falls back to the input price, and is never too low. So does one for reading that is dearer
 * than input itself, which is a mistake.
 * @param steps in the source's order; where several hold at once, the later one wins.
 * @throws RowFault
 */
export function priceOf(base: Prices, steps: readonly Step[] = []): DatedPrice {
  if (steps.length > factBounds.tiers) throw new RowFault(`price has more than ${factBounds.tiers} steps`);
  const bounds = [...new Set(steps.map((step) => step.inputTokens))].sort((a, b) => a - b);
  const above = bounds.map((inputTokens): PriceTier => {
    const holding = steps.filter((step) => step.inputTokens <= inputTokens).map((step) => step.prices);
    return { inputTokens, ...tokenPrices(Object.assign({}, base, ...holding)) };
  });
  return { ...tokenPrices(base), ...(above.length === 0 ? {} : { above }) };
}

function tokenPrices(prices: Prices): TokenPrices {
  const { inputPicoUsd, outputPicoUsd, cacheReadPicoUsd, cacheWritePicoUsd, cacheWrite1hPicoUsd } = prices;
  if (inputPicoUsd === undefined || outputPicoUsd === undefined) throw new RowFault("price is not whole");
  return {
    inputPicoUsd,
    outputPicoUsd,
    ...(cacheReadPicoUsd && cacheReadPicoUsd <= inputPicoUsd ? { cacheReadPicoUsd } : {}),
    ...(cacheWritePicoUsd ? { cacheWritePicoUsd } : {}),
    ...(cacheWrite1hPicoUsd ? { cacheWrite1hPicoUsd } : {}),
  };
}

/** Whether two prices are the same, key for key and step for step, whenever they hold. */
export function samePrice(a: DatedPrice, b: DatedPrice): boolean {
  const [left, right] = [a.above ?? [], b.above ?? []];
  return (
    sameKeys(a, b) &&
    left.length === right.length &&
    left.every((tier, index) => {
      const other = right[index];
      return other !== undefined && tier.inputTokens === other.inputTokens && sameKeys(tier, other);
    })
  );
}

const sameKeys = (a: TokenPrices, b: TokenPrices) => priceKeys.every((key) => a[key] === b[key]);

export interface PriceDifference {
  /** `inputPicoUsd`, or `above 200000 inputPicoUsd` for a step; `above` alone where the steps themselves differ. */
  readonly field: string;
  readonly values: readonly [number | string, number | string];
}

/**
 * What two prices both say and say differently. Steps whose bounds differ by one token are the same step: sources count
 * from it or above it.
 * @param percent how far apart two values may be and still count as one; 0 for exactly.
 */
export function priceDifferences(a: DatedPrice, b: DatedPrice, percent: number): readonly PriceDifference[] {
  const [left, right] = [a.above ?? [], b.above ?? []];
  const found = keyDifferences(a, b, percent, "");
  const sameSteps =
    left.length === right.length &&
    left.every((tier, index) => Math.abs(tier.inputTokens - (right[index]?.inputTokens ?? Number.NaN)) <= 1);
  if (!sameSteps) return [...found, { field: "above", values: [stepsText(left), stepsText(right)] }];
  const inSteps = left.flatMap((tier, index) =>
    keyDifferences(tier, right[index] ?? tier, percent, `above ${tier.inputTokens} `),
  );
  return [...found, ...inSteps];
}

function keyDifferences(a: TokenPrices, b: TokenPrices, percent: number, prefix: string): PriceDifference[] {
  return priceKeys.flatMap((key) => {
    const [x, y] = [a[key], b[key]];
    if (x === undefined || y === undefined || Math.abs(x - y) * 100 <= percent * Math.max(x, y)) return [];
    return [{ field: prefix + key, values: [x, y] }];
  });
}

function stepsText(tiers: readonly PriceTier[]): string {
  return tiers.length === 0 ? "none" : tiers.map((tier) => `above ${tier.inputTokens}`).join(", ");
}

/** `price`, and where it is silent on a cache price, what `other` says of it. */
export function joinPrice(price: DatedPrice, other: DatedPrice): DatedPrice {
  const above = price.above?.map((tier, index) => ({ ...missing(tier, other.above?.[index]), ...tier }));
  return { ...missing(price, other), ...price, ...(above === undefined ? {} : { above: above.map(inOrder) }) };
}

/** What `other` has and `price` has not. */
function missing(price: TokenPrices, other: TokenPrices | undefined): Prices {
  const found: Prices = {};
  for (const key of priceKeys) if (price[key] === undefined && other?.[key] !== undefined) found[key] = other[key];
  return found;
}

const inOrder = ({ inputTokens, ...prices }: PriceTier): PriceTier => ({ inputTokens, ...prices });

/** A cent and a tenth of one per million tokens: what people round to who keep price lists by hand. */
const rounding = [10_000, 1_000];

/**
 * `price`, and where one of its values is just `finer`'s rounded, the finer one: lists that are kept by hand have 0.13 for 0.125
 * dollars per million tokens. More than a fifth of the price is no rounding.
 */
export function unrounded(price: DatedPrice, finer: DatedPrice): DatedPrice {
  const above = price.above?.map((tier, index) => ({ ...tier, ...finerValues(tier, finer.above?.[index]) }));
  return { ...price, ...finerValues(price, finer), ...(above === undefined ? {} : { above }) };
}

function finerValues(price: TokenPrices, finer: TokenPrices | undefined): Prices {
  const found: Prices = {};
  for (const key of priceKeys) {
    const [round, exact] = [price[key], finer?.[key]];
    if (round === undefined || exact === undefined) continue;
    const apart = Math.abs(round - exact);
    if (apart * 5 <= exact && rounding.some((unit) => round % unit === 0 && apart * 2 <= unit)) found[key] = exact;
  }
  return found;
}

/** The price without its day. */
export function undated({ from: _, ...price }: DatedPrice): DatedPrice {
  return price;
}

/**
 * The history with a price that holds from `day` on. What held on earlier days stays; an entry of that very day gives way,
 * and entries for days to come stay as they are.
 */
export function withPrice(history: readonly DatedPrice[], price: DatedPrice, day: string): readonly DatedPrice[] {
  const before = history.filter((entry) => entry.from === undefined || entry.from < day);
  const later = history.filter((entry) => entry.from !== undefined && entry.from > day);
  return [...before, { from: day, ...undated(price) }, ...later];
}

/** Whether any price that both have moves more than tenfold, or between free and not free. */
export function movesTooFar(from: DatedPrice, to: DatedPrice): boolean {
  const [left, right] = [from.above ?? [], to.above ?? []];
  const pairs: readonly (readonly [TokenPrices, TokenPrices | undefined])[] = [
    [from, to],
    ...left.map((tier, index) => [tier, right[index]] as const),
  ];
  return pairs.some(([a, b]) => priceKeys.some((key) => b !== undefined && isTooFar(a[key], b[key])));
}

/** Undefined on either side is no move. */
export function isTooFar(from: number | undefined, to: number | undefined): boolean {
  if (from === undefined || to === undefined || from === to) return false;
  return from === 0 || to === 0 || to > 10 * from || from > 10 * to;
}
