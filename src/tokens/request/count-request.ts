// How many input tokens a whole request has: its texts by the meter of the model, and what the provider adds around them.
import type { Request } from "../../canonical/request.js";
import type { TextMeter } from "../meter.js";
import { type CountedPart, type FixedTokens, fixedTokens, type RequestText, textsOf } from "./request-texts.js";
import type { RequestRules } from "./rules.js";

export interface RequestCount {
  /** The likely number of input tokens. */
  readonly tokens: number;
  /** Input tokens that 99 of 100 such requests stay below; media of unknown size at their maximum. */
  readonly atMost: number;
  /** `exact` only where the tokenizer and everything around the text are known. */
  readonly method: "exact" | "estimated";
  /** Percent by which 95 of 100 such counts are off at most; 0 where it is exact. */
  readonly errorPercent: number;
  readonly parts: {
    readonly instructions: number;
    readonly messages: number;
    /** Definitions with their hidden prompt, and the schema of the answer. */
    readonly tools: number;
    readonly media: number;
    /** Around messages, calls and results. */
    readonly overhead: number;
  };
}

/** One text that was counted, or a slice of one. */
export interface TextCount {
  readonly part: CountedPart;
  readonly tokens: number;
  readonly atMost: number;
}

/** What is around the text is known to a tenth where it is not documented; sizes of media that are known, likewise. */
const aroundErrorPercent = 10;

/** Counts at once. For long requests take `textsOf`, count in slices, and `combine`. Never throws. */
export function countRequest(request: Request, meter: TextMeter, rules: RequestRules): RequestCount {
  return combine(counted(textsOf(request, rules), meter), fixedTokens(request, rules), meter, rules);
}

function* counted(texts: Iterable<RequestText>, meter: TextMeter): Generator<TextCount> {
  for (const { text, part } of texts) yield countText(text, part, meter);
}

/** Counts one text, or a slice of one: the parts of a sum that `combine` makes. */
export function countText(text: string, part: CountedPart, meter: TextMeter): TextCount {
  if (meter.measure !== undefined) {
    const { tokens, atMost } = meter.measure(text);
    return { part, tokens, atMost };
  }
  const tokens = meter.count(text);
  return { part, tokens, atMost: meter.method === "exact" ? tokens : meter.atMost(text) };
}

/** Adds up what was counted and what is fixed. The texts of one part may come in any order, whole or in slices. */
export function combine(
  counts: Iterable<TextCount>,
  fixed: FixedTokens,
  meter: Pick<TextMeter, "method" | "errorPercent">,
  rules: RequestRules,
): RequestCount {
  const likely = { instructions: 0, messages: 0, tools: 0 };
  const most = { instructions: 0, messages: 0, tools: 0 };
  for (const { part, tokens, atMost } of counts) {
    likely[part] += tokens;
    most[part] += atMost;
  }
  const texts = likely.instructions + likely.messages;
  const tools = likely.tools + fixed.tools;
  const overhead = fixed.messages + fixed.calls + fixed.reasoning;
  const tokens = texts + tools + fixed.mediaLikely + overhead;
  const { instructions, messages } = likely;
  const parts = { instructions, messages, tools, media: fixed.mediaLikely, overhead };
  if (meter.method === "exact" && rules.messages.isExact && fixed.isPlain)
    return { tokens, atMost: tokens, method: "exact", errorPercent: 0, parts };
  const aroundError = rules.messages.isExact ? 0 : aroundErrorPercent;
  const offBy =
    texts * meter.errorPercent +
    (tools + fixed.calls) * rules.tools.errorPercent +
    fixed.messages * aroundError +
    fixed.reasoning * 50 +
    (fixed.mediaLikely * aroundErrorPercent + (fixed.mediaMost - fixed.mediaLikely) * 100);
  const margin = (amount: number, percent: number) => (amount * (100 + 1.5 * percent)) / 100;
  const atMost =
    most.instructions +
    most.messages +
    margin(most.tools + fixed.tools + fixed.calls, rules.tools.errorPercent) +
    margin(fixed.messages, aroundError) +
    fixed.reasoning * 2 +
    fixed.mediaMost * (1 + aroundErrorPercent / 100);
  return {
    tokens,
    atMost: Math.max(tokens, Math.ceil(atMost)),
    method: "estimated",
    errorPercent: tokens === 0 ? 0 : Math.min(100, Math.round((offBy / tokens) * 10) / 10),
    parts,
  };
}
