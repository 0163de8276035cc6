// What a request would cost at each endpoint that would serve it: the least, what is likely, the most. Nothing is sent.
import { usdText } from "../../canonical/money.js";
import type { Request } from "../../canonical/request.js";
import { noUsage } from "../../canonical/usage.js";
import type { DatedPrice, TokenPrices } from "../../catalog/model.js";
import { costOfUsage } from "../../pricing/cost.js";
import { type CostCase, type CostEstimate, estimateCost } from "../../pricing/estimate.js";
import type { PlannedEndpoint } from "../../routing/resolve.js";
import type { RequestCounter } from "../../tokens/request-counter.js";
import { dayOf } from "../plan.js";
import { createCountOnce } from "./count-once.js";
import { type ExpectedOutput, expectedOutput } from "./expected-output.js";
import { type Counted, type Fits, fitOf, howCounted, type QuoteParts, type TokenCount } from "./quote-tokens.js";
import { type QuotedModel, quotedModel } from "./quoted-model.js";

export interface CostOptions {
  /** Handed in as a batch, at the provider's discount. */
  readonly batch?: boolean | undefined;
  /** Percent of the input that the provider's cache already holds, 0 to 100. Without it only the least reckons with a cache. */
  readonly cachedPercent?: number | undefined;
  /** Output tokens that are likely, in place of the usual guess. */
  readonly outputTokens?: number | undefined;
}

/** What of a request bounds its output. */
export type Asked = Pick<Request, "maxOutputTokens" | "choices" | "reasoning">;

/** What is priced: the input as each model counts it, and what bounds the output. */
export interface Priced {
  readonly countFor: (model: string) => Promise<Counted>;
  readonly asked: Asked;
}

/** US dollars per million tokens, as decimals. */
export interface UsdPrices {
  readonly inputUsdPerMTok: string;
  readonly outputUsdPerMTok: string;
  readonly cacheReadUsdPerMTok?: string;
  readonly cacheWriteUsdPerMTok?: string;
  readonly cacheWrite1hUsdPerMTok?: string;
}

export interface Cost {
  /** US dollars as a decimal: `0.00325`. */
  readonly usd: string;
  /** The same in nano-dollars (10⁻⁹ USD), an integer. */
  readonly nanoUsd: number;
  readonly inputTokens: number;
  /** Part of `inputTokens` that is reckoned as read from the provider's cache. */
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
}

export interface EndpointCost {
  /** A provider's id. */
  readonly provider: string;
  /** The provider's own name for the model. */
  readonly upstreamModel: string;
  /** False: no key for it is set. */
  readonly isSetUp: boolean;
  readonly fits: Fits;
  /** `unknown` is no zero: `why` says what is not known, the price or the batch price. */
  readonly state: "known" | "unknown";
  readonly why?: "no-price" | "no-batch-price";
  readonly least?: Cost;
  readonly likely?: Cost;
  readonly most?: Cost;
  /** True where the batch price was used. */
  readonly batch?: boolean;
  /** Those that were used, a batch's discount taken off. `above`: for the whole request once its input exceeds so many tokens. */
  readonly prices?: UsdPrices & {
    readonly from?: string;
    readonly above?: readonly (UsdPrices & { readonly inputTokens: number })[];
  };
}

export interface CostQuote {
  readonly model: string;
  readonly input: Pick<TokenCount, "tokens" | "atMost" | "method" | "errorPercent" | "how" | "countedBy">;
  readonly output: ExpectedOutput;
  /** Those that would serve it, in order; the first that could, where none is set up. */
  readonly endpoints: readonly EndpointCost[];
  readonly notes: readonly string[];
}

/** Providers with a cache take prompts from so many tokens on, the least of them. https://platform.openai.com/docs/guides/prompt-caching */
const leastCached = 1_024;

/** A request that is counted once for all models that read it alike. */
export function pricedRequest(counter: RequestCounter, request: Request): Priced {
  return { countFor: createCountOnce(counter, request), asked: request };
}

/** Mere numbers of tokens. */
export function pricedTokens(inputTokens: number, maxOutputTokens: number | undefined): Priced {
  const count: Counted = { ...nothing, tokens: inputTokens, atMost: inputTokens };
  return { countFor: async () => count, asked: maxOutputTokens === undefined ? {} : { maxOutputTokens } };
}

const nothing: Counted = { tokens: 0, atMost: 0, method: "exact", errorPercent: 0, by: "as given" };

/** @throws TrunklineError `model_not_found` */
export async function quoteCost(
  parts: QuoteParts,
  priced: Priced,
  name: string,
  options: CostOptions = {},
): Promise<CostQuote> {
  const model = quotedModel(parts.planning, name, dayOf(parts.clock.wallMs()));
  const endpoints = model.isSetUp ? model.endpoints : model.endpoints.slice(0, 1);
  const counts = new Map<string, Counted>();
  for (const id of [model.model, ...endpoints.map((endpoint) => endpoint.model)])
    if (!counts.has(id)) counts.set(id, await priced.countFor(id));
  const input = counts.get(model.model) ?? nothing;
  const { asked } = priced;
  const costs = endpoints.map((endpoint) =>
    costAt(endpoint, model.isSetUp, counts.get(endpoint.model) ?? input, asked, options),
  );
  const { tokens, atMost, method, errorPercent, by } = input;
  return {
    model: model.endpoints.length === 0 ? model.asked : model.model,
    input: { tokens, atMost, method, errorPercent, how: howCounted(input), countedBy: by },
    output: expectedOutput(endpoints[0], input, asked, options.outputTokens),
    endpoints: costs,
    notes: notesOn(model),
  };
}

function costAt(
  endpoint: PlannedEndpoint,
  isSetUp: boolean,
  count: Counted,
  asked: Asked,
  options: CostOptions,
): EndpointCost {
  const { likely, most } = expectedOutput(endpoint, count, asked, options.outputTokens);
  const estimate = estimateCost({
    price: endpoint.price,
    input: { likely: count.tokens, atMost: count.atMost, cacheable: cacheable(endpoint, count, options) },
    output: { likely, most },
    batch: options.batch === true ? { discountPercent: endpoint.provider.batchDiscountPercent } : undefined,
  });
  return {
    provider: endpoint.provider.id,
    upstreamModel: endpoint.upstreamModel,
    isSetUp,
    fits: fitOf(endpoint, count, asked.maxOutputTokens),
    ...costsOf(estimate, options.cachedPercent),
  };
}

/** Of the least: what the user says, else all of it where the provider has a cache that takes so short a prompt. */
function cacheable({ price }: PlannedEndpoint, { tokens }: Counted, { cachedPercent }: CostOptions): number {
  if (cachedPercent !== undefined) return shareOf(tokens, cachedPercent);
  return price?.cacheReadPicoUsd !== undefined && tokens >= leastCached ? tokens : 0;
}

const shareOf = (tokens: number, percent: number) => Math.floor((tokens * Math.min(100, Math.max(0, percent))) / 100);

function costsOf(estimate: CostEstimate, cachedPercent: number | undefined) {
  if (estimate.state === "unknown") return { state: estimate.state, why: estimate.why };
  const { price, batch, least, most } = estimate;
  const likely = cachedPercent === undefined ? estimate.likely : cached(estimate.likely, price, cachedPercent);
  return {
    state: estimate.state,
    least: costOf(least),
    likely: costOf(likely),
    most: costOf(most),
    batch,
    prices: pricesOf(price),
  };
}

function cached(likely: CostCase, price: DatedPrice, percent: number): CostCase {
  const cacheReadTokens = shareOf(likely.inputTokens, percent);
  const { inputTokens, outputTokens } = likely;
  const usage = { ...noUsage, inputTokens, cacheReadTokens, outputTokens };
  return { ...likely, cacheReadTokens, costNanoUsd: costOfUsage(price, usage) };
}

const costOf = ({ costNanoUsd, inputTokens, cacheReadTokens, outputTokens }: CostCase): Cost => ({
  usd: usdText(costNanoUsd),
  nanoUsd: costNanoUsd,
  inputTokens,
  cacheReadTokens,
  outputTokens,
});

function pricesOf({ from, above, ...prices }: DatedPrice): NonNullable<EndpointCost["prices"]> {
  return {
    ...usdPrices(prices),
    ...(from !== undefined && { from }),
    ...(above !== undefined && {
      above: above.map((tier) => ({ inputTokens: tier.inputTokens, ...usdPrices(tier) })),
    }),
  };
}

function usdPrices(prices: TokenPrices): UsdPrices {
  const { cacheReadPicoUsd, cacheWritePicoUsd, cacheWrite1hPicoUsd } = prices;
  return {
    inputUsdPerMTok: usdPerMTok(prices.inputPicoUsd),
    outputUsdPerMTok: usdPerMTok(prices.outputPicoUsd),
    ...(cacheReadPicoUsd !== undefined && { cacheReadUsdPerMTok: usdPerMTok(cacheReadPicoUsd) }),
    ...(cacheWritePicoUsd !== undefined && { cacheWriteUsdPerMTok: usdPerMTok(cacheWritePicoUsd) }),
    ...(cacheWrite1hPicoUsd !== undefined && { cacheWrite1hUsdPerMTok: usdPerMTok(cacheWrite1hPicoUsd) }),
  };
}

/** Pico-dollars per token are micro-dollars per million tokens. */
const usdPerMTok = (picoUsd: number) => usdText(picoUsd * 1_000);

function notesOn({ asked, endpoints, isSetUp, notes }: QuotedModel): readonly string[] {
  const [first] = endpoints;
  if (isSetUp || first === undefined) return notes;
  return [
    ...notes,
    `No provider that serves ${asked} is set up. The price is that of ${first.provider.name}, which could serve it.`,
  ];
}
