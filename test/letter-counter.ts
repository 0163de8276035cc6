// A counter that any test can reckon with: four letters of the texts are a token, and it is off by ten percent at most.
import type { Request } from "../src/canonical/request.js";
import type { TextMeter } from "../src/tokens/meter.js";
import type { ModelCount, RequestCounter } from "../src/tokens/request-counter.js";

const tokensOf = (letters: number) => Math.ceil(letters / 4);

const meter: TextMeter = {
  method: "estimated",
  name: "letters",
  errorPercent: 10,
  count: (text) => tokensOf(text.length),
  atMost: (text) => Math.ceil((tokensOf(text.length) * 11) / 10),
};

function countOf(request: Request): ModelCount {
  let letters = 0;
  for (const { text } of request.instructions) letters += text.length;
  for (const turn of request.turns)
    for (const part of turn.parts) if (part.type === "text") letters += part.text.length;
  const tokens = tokensOf(letters);
  return {
    tokens,
    uncorrectedTokens: tokens,
    atMost: Math.ceil((tokens * 11) / 10),
    method: "estimated",
    errorPercent: 10,
    parts: { instructions: 0, messages: tokens, tools: 0, media: 0, overhead: 0 },
    by: "letters",
  };
}

export interface LetterCounter extends RequestCounter {
  /** What the core learnt: model, counted, reported. */
  readonly learnt: readonly (readonly [string, number, number])[];
}

export function createLetterCounter(): LetterCounter {
  const learnt: (readonly [string, number, number])[] = [];
  return {
    now: countOf,
    soon: async (request) => countOf(request),
    texts: async (texts) => texts.map(meter.count),
    meterFor: async () => meter,
    tokenizerFor: async () => undefined,
    corrections: {
      learn: (model, counted, reported) => void learnt.push([model, counted, reported]),
      factor: () => 1,
      summary: () => [],
    },
    learnt,
  };
}
