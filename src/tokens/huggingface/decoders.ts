// How tokens become text again: the decoders of a tokenizer.json, one token at a time or all of an answer.
// https://huggingface.co/docs/tokenizers/api/decoders
import { type Json, number } from "../../canonical/json.js";
import { fromByteCharacters } from "./byte-level.js";
import { normalizerOf } from "./normalizers.js";
import { prependScheme } from "./pre-tokenizers.js";
import { flag, type Stage, stagesOf, textField } from "./stage.js";
import { type FileFaults, shown } from "./tokenizer-fault.js";

export interface TokenDecoder {
  decode(tokens: readonly string[]): string;
  /** What one token stands for wherever it is. */
  bytesOf(token: string): Uint8Array;
}

interface DecoderStep {
  /** All tokens of a text. */
  readonly all: (tokens: readonly string[]) => readonly string[];
  /** One token, when its place is not known. Bytes end the chain. */
  readonly single: (token: string) => string | Uint8Array;
}

const encoder = new TextEncoder();

/** Without a decoder tokens are words, with a space between them. */
export function decoderOf(value: Json | undefined, faults: FileFaults): TokenDecoder {
  const steps = stagesOf(value, "decoder", faults).map((stage) => {
    const make = Object.hasOwn(makers, stage.type) ? makers[stage.type] : undefined;
    if (make === undefined) throw faults.unsupported(`the decoder ${shown(stage.type)}`);
    return make(stage, faults);
  });
  return {
    decode(tokens) {
      if (steps.length === 0) return tokens.join(" ");
      return steps.reduce<readonly string[]>((parts, step) => step.all(parts), tokens).join("");
    },
    bytesOf(token) {
      let text = token;
      for (const step of steps) {
        const next = step.single(text);
        if (typeof next !== "string") return next;
        text = next;
      }
      return encoder.encode(text);
    },
  };
}

type Maker = (stage: Stage, faults: FileFaults) => DecoderStep;

const each = (change: (token: string) => string): DecoderStep => ({
  all: (tokens) => tokens.map(change),
  single: change,
});

const unchanged = (token: string) => token;

const makers: Readonly<Record<string, Maker>> = {
  ByteLevel: () => ({ all: (tokens) => [joinBytes(tokens.map(fromByteCharacters))], single: fromByteCharacters }),
  ByteFallback: () => ({ all: fallBack, single: (token) => byteOf(token) ?? token }),
  Fuse: () => ({ all: (tokens) => [tokens.join("")], single: unchanged }),
  Replace: (stage, faults) => each(normalizerOf({ ...stage.fields, type: "Replace" }, faults) ?? unchanged),
  Strip: (stage, faults) => ({ all: stripper(stage, faults), single: unchanged }),
  Metaspace: metaspace,
  WordPiece: wordPiece,
  BPEDecoder: (stage, faults) => {
    const suffix = textField(stage, "suffix", faults, "</w>");
    const ended = (token: string, end: string) => (suffix === "" ? token : token.replaceAll(suffix, end));
    return {
      all: (tokens) => tokens.map((token, index) => ended(token, index === tokens.length - 1 ? "" : " ")),
      single: (token) => ended(token, " "),
    };
  },
};

/** Bytes that are no UTF-8 become U+FFFD. */
function joinBytes(pieces: readonly Uint8Array[]): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(pieces));
}

function byteOf(token: string): Uint8Array | undefined {
  const digits = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
  return digits === undefined ? undefined : Uint8Array.of(Number.parseInt(digits, 16));
}

/** Runs of `<0xE2>` become characters; where they make none, each becomes U+FFFD. */
function fallBack(tokens: readonly string[]): readonly string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const parts: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length === 0) return;
    try {
      parts.push(decoder.decode(Uint8Array.from(bytes)));
    } catch {
      for (const _ of bytes) parts.push("\ufffd");
    }
    bytes = [];
  };
  for (const token of tokens) {
    const byte = byteOf(token)?.[0];
    if (byte !== undefined) bytes.push(byte);
    else {
      flush();
      parts.push(token);
    }
  }
  flush();
  return parts;
}

function stripper(stage: Stage, faults: FileFaults): DecoderStep["all"] {
  const content = textField(stage, "content", faults);
  const [atStart, atEnd] = [number(stage.fields.start) ?? 0, number(stage.fields.stop) ?? 0];
  const strip = (token: string) => {
    let [start, end] = [0, token.length];
    for (let taken = 0; taken < atStart && token.startsWith(content, start) && start < end; taken++)
      start += content.length;
    for (let taken = 0; taken < atEnd && end > start && token.endsWith(content, end); taken++) end -= content.length;
    return token.slice(start, end);
  };
  return (tokens) => (content === "" ? tokens : tokens.map(strip));
}

function metaspace(stage: Stage, faults: FileFaults): DecoderStep {
  const mark = textField(stage, "replacement", faults, "▁");
  const dropsFirst = prependScheme(stage) !== "never";
  const spaced = (token: string) => token.replaceAll(mark, " ");
  return {
    all: (tokens) =>
      tokens.map((token, index) => (index === 0 && dropsFirst ? token.replaceAll(mark, "") : spaced(token))),
    single: spaced,
  };
}

const contractions: readonly (readonly [string, string])[] = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" do not", " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

function wordPiece(stage: Stage, faults: FileFaults): DecoderStep {
  const prefix = textField(stage, "prefix", faults, "##");
  const cleans = flag(stage, "cleanup", true);
  const clean = (token: string) =>
    cleans ? contractions.reduce((text, [from, to]) => text.replaceAll(from, to), token) : token;
  const joined = (token: string) =>
    prefix !== "" && token.startsWith(prefix) ? token.slice(prefix.length) : undefined;
  return {
    all: (tokens) =>
      tokens.map((token, index) =>
        clean(index === 0 ? token : (joined(token) ?? (prefix === "" ? token : ` ${token}`))),
      ),
    single: (token) => joined(token) ?? token,
  };
}
