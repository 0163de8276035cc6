// The one place where tokens become money. Integers only: pico-dollars are summed, then rounded up once to nano-dollars.
import type { NanoUsd } from "../canonical/money.js";
import type { Usage } from "../canonical/usage.js";
import type { DatedPrice, TokenPrices } from "../catalog/model.js";

/** Prices for a whole request of that much input: the highest tier whose bound the input exceeds. */
function tierFor(price: DatedPrice, inputTokens: number): TokenPrices {
  let tier: TokenPrices = price;
  let bound = -1;
  for (const above of price.above ?? [])
    if (inputTokens > above.inputTokens && above.inputTokens > bound) {
      tier = above;
      bound = above.inputTokens;
    }
  return tier;
}

/** A token count from outside: never negative, never a fraction. */
const tokens = (count: number) => BigInt(Math.max(0, Math.trunc(count)));

function roundUp(picoUsd: bigint): NanoUsd {
  return Number((picoUsd + 999n) / 1000n);
}

/**
 * Cost of a usage in nano-dollars. Cached parts are taken out of the input and priced apart;
 * where the price list is silent on them they cost what input costs.
 */
export function costOfUsage(price: DatedPrice, usage: Usage): NanoUsd {
  const tier = tierFor(price, usage.inputTokens);
  const read = tokens(usage.cacheReadTokens);
  const write = tokens(usage.cacheWriteTokens);
  const write1h = tokens(usage.cacheWrite1hTokens);
  const cached = read + write + write1h;
  const input = tokens(usage.inputTokens);
  const plain = input > cached ? input - cached : 0n;
  const at = (picoUsd: number | undefined) => BigInt(picoUsd ?? tier.inputPicoUsd);
  return roundUp(
    plain * BigInt(tier.inputPicoUsd) +
      read * at(tier.cacheReadPicoUsd) +
      write * at(tier.cacheWritePicoUsd) +
      write1h * at(tier.cacheWrite1hPicoUsd ?? tier.cacheWritePicoUsd) +
      tokens(usage.outputTokens) * BigInt(tier.outputPicoUsd),
  );
}

/**
 * The most that a request can cost: its input at the dearest input price, its output limit at the output price.
 * Of all tiers within reach, as a smaller input may fall into one that is dearer.
 */
export function costAtMost(price: DatedPrice, inputTokens: number, outputTokens: number): NanoUsd {
  const input = tokens(inputTokens);
  const output = tokens(outputTokens);
  const within = (price.above ?? []).filter((tier) => inputTokens > tier.inputTokens);
  let most = 0n;
  for (const tier of [price, ...within]) {
    const picoUsd = input * BigInt(dearestInput(tier)) + output * BigInt(tier.outputPicoUsd);
    if (picoUsd > most) most = picoUsd;
  }
  return roundUp(most);
}

function dearestInput(tier: TokenPrices): number {
  return Math.max(
    tier.inputPicoUsd,
    tier.cacheReadPicoUsd ?? 0,
    tier.cacheWritePicoUsd ?? 0,
    tier.cacheWrite1hPicoUsd ?? 0,
  );
}
