// A price as sources write it, a decimal in text or a JSON number, becomes integer pico-dollars per token. Never by way of floats.
import type { Json } from "../../canonical/json.js";
import { factBounds } from "./facts.js";

/** More characters than any price has; keeps the arithmetic short. */
const mostCharacters = 64;
/** A discount of 1 is the whole price. */
const wholeDiscount = 1_000_000_000_000;

/**
 * Integer pico-dollars per token, rounded to the nearest one. A JSON number is read by its shortest decimal text, which is
 * what the source wrote: 2.5e-7 is 250,000 pico-dollars, exactly.
 * Undefined where it is no decimal, is negative, is over the bound, or is so small that it would become free.
 */
export function picoUsdFrom(value: Json | undefined, per: "token" | "million tokens"): number | undefined {
  return integerFrom(value, per === "token" ? 12 : 6, factBounds.pricePicoUsd);
}

/** `picoUsd` less a discount from 0 to 1 that the source gives apart, rounded up; undefined where that is no discount. */
export function discounted(picoUsd: number, discount: Json | undefined): number | undefined {
  if (discount === undefined || discount === null) return picoUsd;
  const off = integerFrom(discount, 12, wholeDiscount);
  if (off === undefined) return undefined;
  const whole = BigInt(wholeDiscount);
  return Number((BigInt(picoUsd) * (whole - BigInt(off)) + whole - 1n) / whole);
}

/** The decimal × 10^places as an integer from 0 to `most`. */
function integerFrom(value: Json | undefined, places: number, most: number): number | undefined {
  const source = typeof value === "number" ? String(value) : value;
  if (typeof source !== "string" || source.length > mostCharacters) return undefined;
  const parts = /^(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(source);
  if (parts === null) return undefined;
  const [, whole = "", fraction = "", exponent = "0"] = parts;
  const digits = BigInt(whole + fraction);
  const shift = places + Number(exponent) - fraction.length;
  const scale = 10n ** BigInt(Math.abs(shift));
  const found = shift >= 0 ? digits * scale : (digits + scale / 2n) / scale;
  if (found > BigInt(most) || (found === 0n && digits !== 0n)) return undefined;
  return Number(found);
}
