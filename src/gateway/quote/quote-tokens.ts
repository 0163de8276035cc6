// How many tokens a request or a text has for a model, how sure that is, and whether it fits. Nothing is sent.
import type { Clock } from "../../canonical/clock.js";
import type { Request } from "../../canonical/request.js";
import { type InputCount, verdictOn } from "../../routing/fit.js";
import type { PlannedEndpoint, RoutingParts } from "../../routing/resolve.js";
import type { CountMethod } from "../../tokens/meter.js";
import type { RequestCount } from "../../tokens/request/count-request.js";
import type { RequestCounter } from "../../tokens/request-counter.js";
import { dayOf } from "../plan.js";
import { type QuotedModel, quotedModel } from "./quoted-model.js";

export interface QuoteParts {
  readonly planning: RoutingParts;
  readonly counter: RequestCounter;
  readonly clock: Clock;
}

/** `in doubt`: an estimate cannot tell. `unknown`: nobody knows the window. */
export type Fits = "yes" | "no" | "in doubt" | "unknown";

export interface TokenCount {
  /** `author/slug` where the catalogue knows it, else as it was asked for. */
  readonly model: string;
  /** Input tokens. */
  readonly tokens: number;
  /** What 99 of 100 such counts stay below; the count itself where it is exact. */
  readonly atMost: number;
  readonly method: CountMethod;
  /** Percent by which 95 of 100 such counts are off at most; 0 where it is exact. */
  readonly errorPercent: number;
  /** The last two in words: `exact`, `estimated ± 4 %`, `provider`. */
  readonly how: string;
  /** The tokenizer (`o200k_base`), or the family that was estimated. */
  readonly countedBy: string;
  /** Of a request: where its tokens are. Absent for plain text. */
  readonly parts?: RequestCount["parts"];
  /** Tokens that input and output together may have. Absent: not known. */
  readonly windowTokens?: number;
  /** Tokens that one answer may have. Absent: not known. */
  readonly maxOutputTokens?: number;
  readonly fits: Fits;
  /** What the reader should know. */
  readonly notes: readonly string[];
}

/** @throws TrunklineError `model_not_found` */
export async function quoteRequest(parts: QuoteParts, request: Request, name: string): Promise<TokenCount> {
  const model = quotedModel(parts.planning, name, dayOf(parts.clock.wallMs()));
  const count = await parts.counter.soon(request, model.model);
  return { ...tokenCount(model, { ...count, by: count.by }, request.maxOutputTokens), parts: count.parts };
}

/** Texts as they are, without anything that a chat puts around them. @throws TrunklineError `model_not_found` */
export async function quoteTexts(
  parts: QuoteParts,
  texts: readonly string[],
  name: string,
): Promise<readonly TokenCount[]> {
  const model = quotedModel(parts.planning, name, dayOf(parts.clock.wallMs()));
  const counts = await countTexts(parts.counter, texts, model.model);
  return counts.map((count) => tokenCount(model, count, undefined));
}

export interface Counted extends InputCount {
  readonly by: string;
}

export async function countTexts(
  counter: RequestCounter,
  texts: readonly string[],
  model: string,
): Promise<readonly Counted[]> {
  const found = await counter.texts(texts, model);
  const meter = await counter.meterFor(model);
  const { method, errorPercent, name } = meter;
  const factor = method === "exact" ? 1 : counter.corrections.factor(model);
  return found.map((uncorrected, index) => {
    const tokens = Math.round(uncorrected * factor);
    const text = texts[index] ?? "";
    // A long text is not measured a second time: half as much again as 95 of 100 are off.
    const bound =
      method === "exact" || text.length > longestMeasured
        ? (tokens * (100 + 1.5 * errorPercent)) / 100
        : meter.atMost(text) * Math.max(1, factor);
    return { tokens, atMost: Math.max(tokens, Math.ceil(bound)), method, errorPercent, by: name };
  });
}

/** UTF-16 units. */
const longestMeasured = 1_024;

function tokenCount(
  { asked, model, endpoints, notes }: QuotedModel,
  count: Counted,
  askedOutput: number | undefined,
): TokenCount {
  const [first] = endpoints;
  const windowTokens = largest(endpoints.map((endpoint) => endpoint.windowTokens));
  const maxOutputTokens = first?.maxOutputTokens;
  return {
    model: endpoints.length === 0 ? asked : model,
    tokens: count.tokens,
    atMost: count.atMost,
    method: count.method,
    errorPercent: count.errorPercent,
    how: howCounted(count),
    countedBy: count.by,
    ...(windowTokens !== undefined && { windowTokens }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    fits: bestFit(endpoints, count, askedOutput),
    notes,
  };
}

function largest(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((one) => one !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

export function howCounted({ method, errorPercent }: Pick<InputCount, "method" | "errorPercent">): string {
  return method === "estimated" ? `estimated ± ${errorPercent} %` : method;
}

/** One endpoint that fits is enough: the request goes there. */
function bestFit(endpoints: readonly PlannedEndpoint[], count: InputCount, askedOutput: number | undefined): Fits {
  const all = endpoints.map((endpoint) => fitOf(endpoint, count, askedOutput));
  return (["yes", "in doubt", "unknown"] as const).find((fit) => all.includes(fit)) ?? all[0] ?? "unknown";
}

export function fitOf(endpoint: PlannedEndpoint, count: InputCount, askedOutput: number | undefined): Fits {
  const verdict = verdictOn(endpoint, count, askedOutput);
  if (verdict.fits === "no") return "no";
  if (endpoint.windowTokens === undefined) return "unknown";
  return verdict.fits === "yes" ? "yes" : "in doubt";
}
