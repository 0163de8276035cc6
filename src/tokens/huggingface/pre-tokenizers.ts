// How a text is cut into pieces before the model sees it: the pre-tokenizers of a tokenizer.json.
// https://huggingface.co/docs/tokenizers/api/pre-tokenizers
import { type Json, number, text } from "../../canonical/json.js";
import { toByteCharacters } from "./byte-level.js";
import { compilePattern } from "./pattern/pattern.js";
import {
  type Finder,
  findText,
  type PieceVisitor,
  type SplitBehavior,
  type Splitter,
  splitBehaviors,
  splitterOf,
} from "./splitter.js";
import { flag, patternField, type Stage, stagesOf, textField } from "./stage.js";
import { type FileFaults, shown } from "./tokenizer-fault.js";
import { punctuation8 } from "./unicode-8.js";

export interface PreTokenizer {
  readonly split: Splitter;
  /** Whether the last stage spells pieces as byte characters. It is left to the model then, which does it faster. */
  readonly byteLevel: boolean;
}

/** The pattern of GPT-2, which `ByteLevel` brings along. https://github.com/openai/gpt-2/blob/master/src/encoder.py */
export const gpt2Pattern = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

export function preTokenizerOf(value: Json | undefined, faults: FileFaults): PreTokenizer {
  const stages = stagesOf(value, "pre-tokenizer", faults);
  const byteLevel = stages.at(-1)?.type === "ByteLevel";
  const splitters = stages.flatMap((stage, index) => {
    const make = Object.hasOwn(makers, stage.type) ? makers[stage.type] : undefined;
    if (make === undefined) throw faults.unsupported(`the pre-tokenizer ${shown(stage.type)}`);
    const splitter = make(stage, faults);
    return stage.type === "ByteLevel" && index < stages.length - 1 ? [...splitter, spellBytes] : splitter;
  });
  return { split: chain(splitters), byteLevel };
}

/** Each splitter takes the pieces of the one before it. */
export function chain(splitters: readonly Splitter[]): Splitter {
  const whole: Splitter = (piece, isFirst, visit) => visit(piece, isFirst);
  return splitters.reduce(
    (before, splitter) => (piece, isFirst, visit) =>
      before(piece, isFirst, (part, first) => splitter(part, first, visit)),
    whole,
  );
}

export const spellBytes: Splitter = (piece, isFirst, visit) => visit(toByteCharacters(piece), isFirst);

/** What a pattern finds, as it is cut. */
export function splitByPattern(pattern: string, behavior: SplitBehavior, faults: FileFaults, invert = false): Splitter {
  const compiled = compilePattern(pattern, faults);
  return splitterOf((piece, visit) => compiled.eachMatch(piece, visit), behavior, invert);
}

type Maker = (stage: Stage, faults: FileFaults) => readonly Splitter[];

const makers: Readonly<Record<string, Maker>> = {
  ByteLevel: (stage, faults) => [
    ...(flag(stage, "add_prefix_space", true) ? [startWithSpace] : []),
    ...(flag(stage, "use_regex", true) ? [splitByPattern(gpt2Pattern, "Isolated", faults)] : []),
  ],
  Split: (stage, faults) => [
    splitterOf(finderOf(stage, faults), behaviorOf(stage, faults), flag(stage, "invert", false)),
  ],
  Metaspace: (stage, faults) => [metaspace(stage, faults)],
  // \w of Rust's regex crate has the joiners too, which Oniguruma's has not.
  Whitespace: (_, faults) => {
    const word = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";
    return [splitByPattern(`[${word}]+|[^${word}\\s]+`, "Removed", faults, true)];
  },
  WhitespaceSplit: (_, faults) => [splitByPattern("\\s", "Removed", faults)],
  Digits: (stage, faults) => [
    splitByPattern("\\p{N}", flag(stage, "individual_digits", false) ? "Isolated" : "Contiguous", faults),
  ],
  Punctuation: (stage, faults) => [splitByPattern(punctuation8, behaviorOf(stage, faults, "Isolated"), faults)],
  BertPreTokenizer: (_, faults) => [
    splitByPattern("\\s", "Removed", faults),
    splitByPattern(punctuation8, "Isolated", faults),
  ],
  CharDelimiterSplit: (stage, faults) => [splitterOf(findText(textField(stage, "delimiter", faults)), "Removed")],
  FixedLength: (stage) => [fixedLength(number(stage.fields.length) ?? 5)],
};

const startWithSpace: Splitter = (piece, isFirst, visit) => visit(piece.startsWith(" ") ? piece : ` ${piece}`, isFirst);

function finderOf(stage: Stage, faults: FileFaults): Finder {
  const { regex, source } = patternField(stage, faults);
  if (!regex) return findText(source);
  const pattern = compilePattern(source, faults);
  return (piece, visit) => pattern.eachMatch(piece, visit);
}

function behaviorOf(stage: Stage, faults: FileFaults, otherwise?: SplitBehavior): SplitBehavior {
  const given = text(stage.fields.behavior)?.toLowerCase().replaceAll("_", "");
  const found = splitBehaviors.find((behavior) => behavior.toLowerCase() === given);
  if (found === undefined && (given !== undefined || otherwise === undefined))
    throw faults.damaged(`${stage.type} has no behavior that is known`);
  return found ?? otherwise ?? "Isolated";
}

/** Spaces are written as `▁`, one is put in front, and each begins a piece. */
function metaspace(stage: Stage, faults: FileFaults): Splitter {
  const mark = textField(stage, "replacement", faults, "▁");
  const scheme = prependScheme(stage);
  const cut = flag(stage, "split", true) ? splitterOf(findText(mark), "MergedWithNext") : undefined;
  return (piece, isFirst, visit: PieceVisitor) => {
    let marked = piece.replaceAll(" ", mark);
    const prepends = scheme === "always" || (scheme === "first" && isFirst);
    if (prepends && !marked.startsWith(mark)) marked = mark + marked;
    if (cut === undefined) visit(marked, isFirst);
    else cut(marked, isFirst, visit);
  };
}

/** Older files say `add_prefix_space` instead. */
export function prependScheme(stage: Stage): "always" | "first" | "never" {
  const scheme = text(stage.fields.prepend_scheme)?.toLowerCase();
  if (scheme === "first" || scheme === "never") return scheme;
  return scheme === undefined && !flag(stage, "add_prefix_space", true) ? "never" : "always";
}

function fixedLength(length: number): Splitter {
  return (piece, isFirst, visit) => {
    let start = 0;
    let characters = 0;
    for (let at = 0; at < piece.length; ) {
      at += (piece.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
      if (++characters < length && at < piece.length) continue;
      visit(piece.slice(start, at), isFirst && start === 0);
      start = at;
      characters = 0;
    }
  };
}
