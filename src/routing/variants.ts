// `author/slug:variant`: how a known model is to be routed. Variants with a row of their own in the catalogue (`:free`) never come here.
import { TrunklineError } from "../canonical/error.js";
import type { DatedPrice } from "../catalog/model.js";

interface Priced {
  readonly price: DatedPrice | undefined;
}

type Compare = (a: Priced, b: Priced) => number;

/** Input and output weigh alike; an unknown price goes to the end. */
const sumOf = ({ price }: Priced) =>
  price === undefined ? Number.POSITIVE_INFINITY : price.inputPicoUsd + price.outputPicoUsd;

const variants: ReadonlyMap<string, Compare | undefined> = new Map<string, Compare | undefined>([
  ["floor", (a, b) => sumOf(a) - sumOf(b) || 0],
  // Without measured speed or quality of tool calls the plan's own order is the best there is.
  ["nitro", undefined],
  ["exacto", undefined],
]);

/** Splits a variant off; undefined where the name has none. An `ollama/model:tag` is no variant: its model isn't known. */
export function splitVariant(name: string): { readonly base: string; readonly variant: string } | undefined {
  const colon = name.lastIndexOf(":");
  return colon > 0 ? { base: name.slice(0, colon), variant: name.slice(colon + 1) } : undefined;
}

/** @throws TrunklineError `model_not_found` for a variant that is none, or that nothing here can serve. */
export function applyVariant<Endpoint extends Priced>(
  variant: string,
  base: string,
  endpoints: readonly Endpoint[],
): readonly Endpoint[] {
  const compare = variants.get(variant);
  if (compare !== undefined) return [...endpoints].sort(compare);
  if (variants.has(variant)) return endpoints;
  throw new TrunklineError(
    "model_not_found",
    `${base}:${variant} is not a valid model ID: ${base} has no variant "${variant}".`,
    {
      param: "model",
      whatToDo: `Ask for ${base}, or for one of its variants ${[...variants.keys()].map((known) => `:${known}`).join(", ")}.`,
    },
  );
}
