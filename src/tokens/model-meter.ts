// How the tokens of a model are counted: its meter for text, and the rules of what its provider adds around it.
import { estimateMeter } from "./estimate/estimate-text.js";
import { familyOf } from "./estimate/family-of.js";
import type { TextMeter } from "./meter.js";
import { type OpenAiEncoding, openaiEncoding } from "./openai-encodings.js";
import { encodingFor } from "./request/model-encoding.js";
import type { RequestRules } from "./request/rules.js";
import { rulesFor } from "./request/rules-for.js";

export interface ModelMeter {
  readonly meter: TextMeter;
  readonly rules: RequestRules;
}

/** Takes any id of a model: a catalogue's or a provider's own. What has no tokenizer here is estimated. */
export function modelMeter(modelId: string): ModelMeter {
  const encoding = encodingFor(modelId);
  const meter = encoding === undefined ? estimateMeter(familyOf(modelId)) : exactMeter(encoding);
  return { meter, rules: rulesFor(modelId) };
}

const exactMeters = new Map<OpenAiEncoding, TextMeter>();

/** The encoding's tables are read when the first text is counted. */
function exactMeter(name: OpenAiEncoding): TextMeter {
  let meter = exactMeters.get(name);
  if (meter === undefined) {
    const count = (text: string) => (text === "" ? 0 : openaiEncoding(name).count(text));
    const counting = (text: string) => openaiEncoding(name).counting(text);
    meter = { method: "exact", name, errorPercent: 0, count, atMost: count, counting };
    exactMeters.set(name, meter);
  }
  return meter;
}
