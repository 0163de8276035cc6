// Medians and quantiles.

/** The q-quantile (0 to 1) of numbers in any order; NaN when there are none. */
export function quantile(numbers, q) {
  const sorted = Float64Array.from(numbers).sort();
  if (sorted.length === 0) return Number.NaN;
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.ceil(at)] - sorted[low]) * (at - low);
}

export const median = (numbers) => quantile(numbers, 0.5);
