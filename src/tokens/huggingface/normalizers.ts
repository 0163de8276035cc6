// How a text is changed before it is cut: the normalizers of a tokenizer.json.
// https://huggingface.co/docs/tokenizers/api/normalizers
import type { Json } from "../../canonical/json.js";
import { toByteCharacters } from "./byte-level.js";
import { charsmapNormalizer } from "./charsmap.js";
import { compilePattern } from "./pattern/pattern.js";
import { flag, type Normalizer, patternField, type Stage, stagesOf, textField } from "./stage.js";
import { type FileFaults, shown } from "./tokenizer-fault.js";
import { marks8, nonspacing8 } from "./unicode-8.js";
import { type NormalForm, normalizeUnicode } from "./unicode-normalize.js";

/** Undefined where nothing is changed. */
export function normalizerOf(value: Json | undefined, faults: FileFaults): Normalizer | undefined {
  const steps = stagesOf(value, "normalizer", faults).map((stage) => {
    const make = Object.hasOwn(makers, stage.type) ? makers[stage.type] : undefined;
    if (make === undefined) throw faults.unsupported(`the normalizer ${shown(stage.type)}`);
    return make(stage, faults);
  });
  if (steps.length === 0) return undefined;
  return (text) => steps.reduce((current, step) => step(current), text);
}

type Maker = (stage: Stage, faults: FileFaults) => Normalizer;

const unicode = (form: NormalForm): Maker => {
  const normalize: Normalizer = (text) => normalizeUnicode(text, form);
  return () => normalize;
};

const makers: Readonly<Record<string, Maker>> = {
  NFC: unicode("NFC"),
  NFD: unicode("NFD"),
  NFKC: unicode("NFKC"),
  NFKD: unicode("NFKD"),
  Lowercase: () => lowercase,
  StripAccents: () => (text) => text.replace(marks8, ""),
  Strip: (stage) => strip(flag(stage, "strip_left", true), flag(stage, "strip_right", true)),
  Prepend: (stage, faults) => {
    const front = textField(stage, "prepend", faults);
    return (text) => (text === "" ? "" : front + text);
  },
  Replace: replace,
  ByteLevel: () => toByteCharacters,
  BertNormalizer: bert,
  Bert: bert,
  Nmt: () => nmt,
  Precompiled: charsmapNormalizer,
};

/** Letter by letter, as Rust does it: a sigma at a word's end is no final one. */
function lowercase(text: string): string {
  return text.replaceAll("\u03a3", "\u03c3").toLowerCase();
}

const space = /\p{White_Space}/u;

function strip(left: boolean, right: boolean): Normalizer {
  return (text) => {
    let start = 0;
    let end = text.length;
    while (left && start < end && space.test(text[start] ?? "")) start++;
    while (right && end > start && space.test(text[end - 1] ?? "")) end--;
    return text.slice(start, end);
  };
}

function replace(stage: Stage, faults: FileFaults): Normalizer {
  const { regex, source } = patternField(stage, faults);
  const content = textField(stage, "content", faults);
  if (!regex) return (text) => (source === "" ? text : text.replaceAll(source, () => content));
  const pattern = compilePattern(source, faults);
  return (text) => {
    const parts: string[] = [];
    let done = 0;
    pattern.eachMatch(text, (start, end) => {
      parts.push(text.slice(done, start), content);
      done = end;
    });
    parts.push(text.slice(done));
    return parts.join("");
  };
}

/** The blocks of Chinese characters as BERT has them; the one gap among them is the reference implementation's. */
const chinese =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

function bert(stage: Stage): Normalizer {
  const lower = flag(stage, "lowercase", true);
  const steps: Normalizer[] = [];
  if (flag(stage, "clean_text", true)) steps.push(clean);
  if (flag(stage, "handle_chinese_chars", true)) steps.push((text) => text.replace(chinese, " $& "));
  if (flag(stage, "strip_accents", lower)) steps.push(withoutAccents);
  if (lower) steps.push(lowercase);
  return (text) => steps.reduce((current, step) => step(current), text);
}

const clean: Normalizer = (text) =>
  text.replace(/(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu, "").replace(/\p{White_Space}/gu, " ");

const withoutAccents: Normalizer = (text) => normalizeUnicode(text, "NFD").replace(nonspacing8, "");

/** SentencePiece's rules for control characters and spaces, from machine translation. */
const nmtSpace = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;
const nmtDropped = (control: string): boolean => {
  const code = control.charCodeAt(0);
  return code < 128 ? code !== 0 && !"\t\n\f\r".includes(control) : code === 0x8f || code === 0x9f;
};
const nmt: Normalizer = (text) =>
  text.replace(/\p{Cc}/gu, (control) => (nmtDropped(control) ? "" : control)).replace(nmtSpace, " ");
