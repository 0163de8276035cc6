// Counts whole requests for any model: at once where what it takes is at hand, else in steps, so that nobody waits for the thread.
import type { Clock } from "../canonical/clock.js";
import type { Request } from "../canonical/request.js";
import type { Corrections } from "./estimate/correction.js";
import type { TextMeter } from "./meter.js";
import { type ModelMeter, modelMeter } from "./model-meter.js";
import { isOpenAiEncodingRead, openaiEncoding, warmOpenAiEncoding } from "./openai-encodings.js";
import { combine, countRequest, countText, type RequestCount, type TextCount } from "./request/count-request.js";
import { encodingFor } from "./request/model-encoding.js";
import { fixedTokens, textsOf } from "./request/request-texts.js";
import type { Tokenizer } from "./tokenizer.js";

/** A count, and what it would be without what was learnt of the model. */
export interface ModelCount extends RequestCount {
  readonly uncorrectedTokens: number;
  /** The tokenizer, or the family that was estimated. */
  readonly by: string;
}

export interface RequestCounter {
  /** Undefined while the model's tokenizer is being read, which this begins. */
  now(request: Request, model: string): ModelCount | undefined;
  /** Reads what it takes, and counts in steps. */
  soon(request: Request, model: string): Promise<ModelCount>;
  /** Tokens of each text, counted in steps. */
  texts(texts: readonly string[], model: string): Promise<readonly number[]>;
  /** For texts alone. */
  meterFor(model: string): Promise<TextMeter>;
  /** The model's tokenizer where one is at hand, exact and able to show its tokens. */
  tokenizerFor(model: string): Promise<Tokenizer | undefined>;
  readonly corrections: Corrections;
}

export interface CounterParts {
  readonly clock: Clock;
  /** Lets others have the thread. */
  readonly pause: () => Promise<void>;
  readonly corrections: Corrections;
  /** Tokenizers that the user has, by model. Each is opened when it is first asked for. */
  readonly files: ReadonlyMap<string, () => Promise<Tokenizer>>;
}

/** Milliseconds of the thread that counting takes at a time. */
const sliceMs = 2;
/** UTF-16 units that are counted in one step where a meter knows no smaller ones. */
const unitsAStep = 8_192;
const bytesAStep = 16_384;
/** Models whose meters are kept. */
const mostModels = 2_000;

export function createRequestCounter(parts: CounterParts): RequestCounter {
  const meters = new Map<string, ModelMeter>();
  const opened = new Map<string, Tokenizer>();
  const opening = new Map<string, Promise<Tokenizer>>();

  const meterOf = (model: string): ModelMeter => {
    const known = meters.get(model);
    if (known !== undefined) return known;
    const tokenizer = opened.get(model);
    const found = modelMeter(model);
    const made = tokenizer === undefined ? found : { ...found, meter: exactMeter(tokenizer) };
    if (meters.size >= mostModels) meters.clear();
    meters.set(model, made);
    return made;
  };
  const open = (model: string): Promise<Tokenizer> | undefined => {
    const file = parts.files.get(model);
    if (file === undefined || opened.has(model)) return undefined;
    const under = opening.get(model) ?? file();
    opening.set(model, under);
    return under.then((tokenizer) => {
      opened.set(model, tokenizer);
      meters.delete(model);
      return tokenizer;
    });
  };
  /** What is still to be read for a model, begun; undefined where nothing is. */
  const prepare = (model: string): Promise<unknown> | undefined => {
    const file = open(model);
    if (file !== undefined) return file;
    if (opened.has(model)) return undefined;
    const encoding = encodingFor(model);
    if (encoding === undefined || isOpenAiEncodingRead(encoding)) return undefined;
    return warmOpenAiEncoding(encoding, parts.pause);
  };
  const corrected = (count: RequestCount, model: string, meter: TextMeter): ModelCount => {
    const factor = count.method === "exact" ? 1 : parts.corrections.factor(model);
    const tokens = Math.round(count.tokens * factor);
    return {
      ...count,
      tokens,
      // A bound that experience lowers is no bound yet.
      atMost: Math.max(tokens, Math.ceil(count.atMost * Math.max(1, factor))),
      uncorrectedTokens: count.tokens,
      by: meter.name,
    };
  };

  return {
    now(request, model) {
      const preparing = prepare(model);
      if (preparing !== undefined) {
        // Whoever waits for it hears of its failure; here the request goes on without a count.
        preparing.catch(() => undefined);
        return undefined;
      }
      const { meter, rules } = meterOf(model);
      return corrected(countRequest(request, meter, rules), model, meter);
    },
    async soon(request, model) {
      await prepare(model);
      const { meter, rules } = meterOf(model);
      const slices = createSlices(parts);
      const counts: TextCount[] = [];
      for (const { text, part } of textsOf(request, rules)) {
        for await (const count of countInSteps(text, part, meter, slices)) counts.push(count);
      }
      return corrected(combine(counts, fixedTokens(request, rules), meter, rules), model, meter);
    },
    async texts(texts, model) {
      await prepare(model);
      const { meter } = meterOf(model);
      const slices = createSlices(parts);
      const counts: number[] = [];
      for (const text of texts) {
        let tokens = 0;
        for await (const count of countInSteps(text, "messages", meter, slices)) tokens += count.tokens;
        counts.push(tokens);
      }
      return counts;
    },
    async meterFor(model) {
      await prepare(model);
      return meterOf(model).meter;
    },
    async tokenizerFor(model) {
      await prepare(model);
      const own = opened.get(model);
      if (own !== undefined) return own;
      const encoding = encodingFor(model);
      return encoding === undefined ? undefined : openaiEncoding(encoding);
    },
    corrections: parts.corrections,
  };
}

interface Slices {
  /** Lets others have the thread where this has had it for its time. */
  rest(): Promise<void>;
}

function createSlices({ clock, pause }: CounterParts): Slices {
  let sinceMs = clock.monotonicMs();
  return {
    async rest() {
      if (clock.monotonicMs() - sinceMs < sliceMs) return;
      await pause();
      sinceMs = clock.monotonicMs();
    },
  };
}

async function* countInSteps(
  text: string,
  part: TextCount["part"],
  meter: TextMeter,
  slices: Slices,
): AsyncGenerator<TextCount> {
  if (text.length <= unitsAStep) {
    yield countText(text, part, meter);
    await slices.rest();
    return;
  }
  if (meter.counting !== undefined) {
    const counting = meter.counting(text);
    while (!counting.advance(bytesAStep)) await slices.rest();
    yield { part, tokens: counting.tokens, atMost: counting.tokens };
    return;
  }
  // What is cut into slices has other tokens at the cuts: only an estimate may be.
  if (meter.method === "exact") {
    yield countText(text, part, meter);
    await slices.rest();
    return;
  }
  for (let at = 0; at < text.length; at += unitsAStep) {
    yield countText(text.slice(at, at + unitsAStep), part, meter);
    await slices.rest();
  }
}

/** A tokenizer as the meter of a model. */
export function exactMeter(tokenizer: Tokenizer): TextMeter {
  const count = (text: string) => tokenizer.count(text);
  return { method: "exact", name: tokenizer.name, errorPercent: 0, count, atMost: count };
}
