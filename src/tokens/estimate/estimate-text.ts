// Estimates the tokens of a text for a family of models, with a bound that 99 of 100 texts of its kind stay below.
import type { TextMeter } from "../meter.js";
import { type FamilyName, families } from "./families.js";
import { kindOfText, type TextKind } from "./text-kind.js";
import { createTextReader, type ReadingWeights, type TextReader } from "./text-reader.js";
import { unitClasses } from "./unit-classes.js";
import { englishRates, heldOutErrors, letterTables, packedWeights, type WeightSet } from "./weights.js";

export interface TextEstimate {
  /** Whole; 0 for the empty text and at least 1 for any other. */
  readonly tokens: number;
  readonly atMost: number;
  readonly kind: TextKind;
}

/** The meter of a family: the same object at every call. Its error is that over texts of all kinds. */
export function estimateMeter(family: FamilyName): TextMeter {
  const known = meters.get(family);
  if (known !== undefined) return known;
  const { weights, doubtPercent } = families[family];
  const meter: TextMeter = {
    method: "estimated",
    name: family,
    errorPercent: Math.ceil(heldOutErrors[weights].all[1] + doubtPercent),
    count: (text) => estimateText(text, family).tokens,
    atMost: (text) => estimateText(text, family).atMost,
    measure: (text) => estimateText(text, family),
  };
  meters.set(family, meter);
  return meter;
}

/** Linear in the text, whatever it is. The tables are made when the first text is estimated. */
export function estimateText(text: string, family: FamilyName): TextEstimate {
  if (text === "") return { tokens: 0, atMost: 0, kind: "english" };
  const { weights, doubtPercent } = families[family];
  reader ??= createTextReader();
  classes.fill(0);
  const sum = reader.weigh(text, unpacked(weights, reader), classes);
  const tokens = Math.max(1, Math.round(sum));
  const kind = kindOfText(classes, sum, englishRates[weights]);
  const above = (heldOutErrors[weights][kind][3] + doubtPercent) / 100;
  // A short text may be odd from end to end; a long one evens out.
  const atMost = Math.ceil(tokens * (1 + above) + 1 + Math.sqrt(tokens) / 2);
  return { tokens, atMost, kind };
}

const meters = new Map<FamilyName, TextMeter>();
const ready = new Map<WeightSet, ReadingWeights>();
const classes = new Int32Array(unitClasses.length);
let reader: TextReader | undefined;

function unpacked(name: WeightSet, { stateNames, pairCount, firstLetter, letterCount }: TextReader): ReadingWeights {
  const known = ready.get(name);
  if (known !== undefined) return known;
  const packed = packedWeights[name];
  const at = (index: number) => symbolAt(packed, 2 * index) * 90 + symbolAt(packed, 2 * index + 1);
  const states = Float64Array.from(stateNames, (_, index) => at(index) / 1_000);
  const pairs = new Float64Array(pairCount);
  for (const [index, table] of letterTables.entries()) {
    const share = at(stateNames.length + letterCount + index) / 100_000;
    for (let pair = 0; pair < pairCount; pair++) pairs[pair] = (pairs[pair] ?? 0) + share * symbolAt(table, pair);
  }
  for (let letter = 0; letter < letterCount; letter++)
    pairs[firstLetter + letter] = at(stateNames.length + letter) / 1_000;
  const made = { states, pairs };
  ready.set(name, made);
  return made;
}

const symbolAt = (packed: string, at: number): number => packed.charCodeAt(at) - 35;
