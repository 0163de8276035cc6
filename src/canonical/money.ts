// Money is integers: pico-dollars (10⁻¹² USD) for a token's price, nano-dollars (10⁻⁹ USD) for a generation's cost.

/** Integer nano-dollars. 1 USD is 1,000,000,000 of them; exact up to 9 million dollars. */
export type NanoUsd = number;

/** Nano-dollars as a plain decimal of US dollars, without exponent or trailing zeros: `3250000` → `0.00325`. */
export function usdText(nanoUsd: NanoUsd): string {
  const sign = nanoUsd < 0 ? "-" : "";
  const digits = String(Math.abs(nanoUsd)).padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return sign + digits.slice(0, -9) + (fraction === "" ? "" : `.${fraction}`);
}

/**
 * A decimal string of dollars per million tokens as integer pico-dollars per token: `"0.2"` → 200,000.
 * Undefined where it is no plain decimal, is negative, or is finer than a pico-dollar.
 */
export function picoUsdPerToken(usdPerMillion: string): number | undefined {
  const match = /^(\d{1,6})(?:\.(\d{1,6}))?$/.exec(usdPerMillion.trim());
  if (match === null) return undefined;
  return Number(match[1]) * 1_000_000 + Number((match[2] ?? "").padEnd(6, "0"));
}
