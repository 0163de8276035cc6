// Does it fit? The input and the output asked for against each endpoint's window and output limit, before anybody is paid.
import type { CountMethod } from "../tokens/meter.js";
import type { LeftOut, PlannedEndpoint } from "./resolve.js";

/** Tokens of the whole input, as one model counts them. */
export interface InputCount {
  readonly tokens: number;
  /** A bound that the real count stays below. */
  readonly atMost: number;
  readonly method: CountMethod;
  /** Percent by which the count may be off either way; 0 where it is exact. */
  readonly errorPercent: number;
}

export interface FitQuestion {
  /** Models count differently: each endpoint is asked with its own model's count. */
  readonly countFor: (endpoint: PlannedEndpoint) => InputCount;
  /** The output limit of one answer in tokens; undefined where the request names none. */
  readonly askedOutput: number | undefined;
  /** What the client's dialect calls the two, for errors. Absent: the Chat dialect's names. */
  readonly fields?: { readonly input: string; readonly output: string };
  /** Whether the client could ask for its request to be shortened: false where its dialect has no such wish. */
  readonly canShorten?: boolean;
}

export type Verdict =
  | { readonly fits: "yes" | "in-doubt" }
  /** `window`: input and output together are too long. `output`: the output asked for alone is more than the model gives. */
  | { readonly fits: "no"; readonly over: "window" | "output" };

export interface FitCheck {
  /** Those to send to, in the order given: what fits, and what is in doubt. */
  readonly endpoints: readonly PlannedEndpoint[];
  /** Those of them that an estimate cannot decide. */
  readonly inDoubt: readonly PlannedEndpoint[];
  readonly leftOut: readonly LeftOut[];
}

/** Where no output limit is asked for, room for a first token is enough: providers then give what is left. */
export const leastOutput = 1;

/** Never throws: with no endpoint left, `tooLong` makes the error, or the input is made to fit first. */
export function checkFit(endpoints: readonly PlannedEndpoint[], question: FitQuestion): FitCheck {
  const going: PlannedEndpoint[] = [];
  const inDoubt: PlannedEndpoint[] = [];
  const leftOut: LeftOut[] = [];
  for (const endpoint of endpoints) {
    const count = question.countFor(endpoint);
    const verdict = verdictOn(endpoint, count, question.askedOutput);
    if (verdict.fits === "no") leftOut.push(leftOutFor(endpoint, verdict.over, count, question.askedOutput));
    else going.push(endpoint);
    if (verdict.fits === "in-doubt") inDoubt.push(endpoint);
  }
  return { endpoints: going, inDoubt, leftOut };
}

/**
 * What the catalogue doesn't know is no reason to refuse. What it knows is: providers refuse an output limit above the
 * model's own (OpenAI: "max_tokens is too large"), and lowering it here would change the request in silence. The
 * choices (`n`) don't count: each has the window to itself. An estimate that may or may not fit is sent.
 */
export function verdictOn(endpoint: PlannedEndpoint, count: InputCount, askedOutput: number | undefined): Verdict {
  const { windowTokens = Number.POSITIVE_INFINITY, maxOutputTokens = Number.POSITIVE_INFINITY } = endpoint;
  const output = askedOutput ?? leastOutput;
  const { atLeast, atMost } = rangeOf(count);
  if (atLeast + Math.min(output, maxOutputTokens) > windowTokens) return { fits: "no", over: "window" };
  if (output > maxOutputTokens) return { fits: "no", over: "output" };
  return { fits: atMost + output > windowTokens ? "in-doubt" : "yes" };
}

/** Between these two the real count is taken to be. */
export function rangeOf({ tokens, atMost, errorPercent }: InputCount): {
  readonly atLeast: number;
  readonly atMost: number;
} {
  return {
    atLeast: Math.floor((tokens * Math.max(0, 100 - errorPercent)) / 100),
    atMost: Math.max(atMost, Math.ceil((tokens * (100 + errorPercent)) / 100)),
  };
}

function leftOutFor(
  { provider, upstreamModel, windowTokens, maxOutputTokens }: PlannedEndpoint,
  over: "window" | "output",
  count: InputCount,
  asked: number | undefined,
): LeftOut {
  const input = `${count.errorPercent > 0 ? "about " : ""}${count.tokens} tokens of input`;
  const output = asked === undefined ? "" : ` and ${asked} of output asked for`;
  const reason =
    over === "output"
      ? `it answers with at most ${maxOutputTokens} tokens, and ${asked} are asked for`
      : `its window of ${windowTokens} tokens is too small for ${input}${output}`;
  return { provider: provider.id, model: upstreamModel, reason };
}

/**
 * True where every endpoint has room even if each byte of the body were a token, so that nothing need be counted.
 * Bytes bound text alone: a picture, a sound or a file that the body names by its URL is not bounded by them. Add what
 * such parts may take to `bodyBytes`, or count.
 */
export function fitsByBytes(
  bodyBytes: number,
  askedOutput: number | undefined,
  endpoints: readonly PlannedEndpoint[],
): boolean {
  const count = { tokens: bodyBytes, atMost: bodyBytes, method: "exact", errorPercent: 0 } as const;
  return endpoints.every((endpoint) => verdictOn(endpoint, count, askedOutput).fits === "yes");
}

/**
 * Where to send a prompt that will lose its middle: endpoints whose window holds at least half of what is needed; where
 * there are none, the one with the largest window.
 * https://openrouter.ai/docs/guides/features/message-transforms
 */
export function endpointsToCompressFor(
  endpoints: readonly PlannedEndpoint[],
  question: FitQuestion,
): readonly PlannedEndpoint[] {
  const output = question.askedOutput ?? leastOutput;
  const able = endpoints.filter(({ maxOutputTokens }) => output <= (maxOutputTokens ?? Number.POSITIVE_INFINITY));
  const windowOf = ({ windowTokens }: PlannedEndpoint) => windowTokens ?? Number.POSITIVE_INFINITY;
  const halfFits = able.filter((endpoint) => windowOf(endpoint) * 2 >= question.countFor(endpoint).tokens + output);
  if (halfFits.length > 0) return halfFits;
  const [first, ...others] = able;
  if (first === undefined) return [];
  return [others.reduce((widest, endpoint) => (windowOf(endpoint) > windowOf(widest) ? endpoint : widest), first)];
}

/** Of a window, the part that a compressed prompt leaves for an answer of no named length. */
const answerShare = 0.25;

/**
 * Tokens of input that a compressed prompt may take at an endpoint; undefined where its window isn't known. Where the
 * request names no output limit, a quarter of the window stays free for the answer, or the model's output limit if
 * that is smaller.
 */
export function roomForInput(endpoint: PlannedEndpoint, askedOutput: number | undefined): number | undefined {
  const { windowTokens, maxOutputTokens = Number.POSITIVE_INFINITY } = endpoint;
  if (windowTokens === undefined) return undefined;
  const output = askedOutput ?? Math.min(maxOutputTokens, Math.floor(windowTokens * answerShare));
  return Math.max(0, windowTokens - output);
}
