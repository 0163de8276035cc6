// A byte-pair encoding as a Tokenizer: text in and out, special tokens, a buffer that is used again.
import type { Counting } from "../meter.js";
import type { SpecialTokens, Tokenizer } from "../tokenizer.js";
import { BytePairCounting } from "./counting.js";
import { type Encoder, type Utf8, utf8Room } from "./encoder.js";
import { type PlacedToken, tokensInSteps } from "./listing.js";

/** UTF-16 units up to which the buffer is kept for the next text. */
const keptUnits = 65_536;
const bytesAStep = 16_384;

const specialSpelling = /<\|[a-z0-9_]{1,32}\|>/g;

const encodeUtf8 = new TextEncoder();
const decodeUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });

export interface BytePairTokenizer extends Tokenizer {
  /** Counts in steps. */
  counting(text: string): Counting;
  /** Each token with the place behind its last byte, counted in bytes of UTF-8. */
  pieces(text: string, special?: SpecialTokens): readonly PlacedToken[];
  /** The same in batches, each of about so many bytes: others can have the thread in between, and use the encoding. */
  piecesInSteps(text: string, special?: SpecialTokens, bytes?: number): Generator<readonly PlacedToken[]>;
}

/** @param specials by their spelling, which has the form `<|name|>`. */
export function bytePairTokenizer(
  name: string,
  encoder: Encoder,
  specials: ReadonlyMap<string, number>,
): BytePairTokenizer {
  const { vocabulary } = encoder;
  const spellings = new Map([...specials].map(([spelling, id]) => [id, encodeUtf8.encode(spelling)]));
  let kept: Utf8 | undefined;
  const roomFor = (text: string): Utf8 => {
    if (text.length > keptUnits) return utf8Room(text.length * 3);
    kept ??= utf8Room(keptUnits * 3);
    return kept;
  };

  const countText = (text: string) => {
    const room = roomFor(text);
    return encoder.count(room, 0, encodeUtf8.encodeInto(text, room.bytes).written);
  };
  const eachToken = (text: string, special: SpecialTokens, take: (id: number, endByte: number) => void) => {
    let before = 0;
    for (const part of partsOf(text, specials, special)) {
      if (typeof part === "number") {
        before += spellings.get(part)?.length ?? 0;
        take(part, before);
      } else {
        const { bytes } = roomFor(part);
        const { written } = encodeUtf8.encodeInto(part, bytes);
        encoder.encode(bytes, 0, written, (id, end) => take(id, before + end));
        before += written;
      }
    }
  };
  const bytesOf = (id: number) => {
    const bytes = spellings.get(id) ?? vocabulary.bytesOf(id);
    // A copy: what is given away may be written over. A Buffer's own `slice` makes none.
    return bytes === undefined ? undefined : Uint8Array.from(bytes);
  };

  return {
    name,
    vocabularySize: Math.max(vocabulary.size, ...[...specials.values()].map((id) => id + 1)),
    count(text, special = "as-text") {
      if (special === "as-text") return countText(text);
      let tokens = 0;
      for (const part of partsOf(text, specials, special)) tokens += typeof part === "number" ? 1 : countText(part);
      return tokens;
    },
    counting: (text) => new BytePairCounting(encoder, text),
    encode(text, special = "as-text") {
      const ids: number[] = [];
      eachToken(text, special, (id) => ids.push(id));
      return ids;
    },
    pieces(text, special = "as-text") {
      const pieces: PlacedToken[] = [];
      eachToken(text, special, (id, endByte) => pieces.push({ id, endByte }));
      return pieces;
    },
    *piecesInSteps(text, special = "as-text", bytes = bytesAStep) {
      let before = 0;
      for (const part of partsOf(text, specials, special)) {
        if (typeof part === "number") {
          before += spellings.get(part)?.length ?? 0;
          yield [{ id: part, endByte: before }];
        } else before = yield* tokensInSteps(encoder, part, before, bytes);
      }
    },
    bytesOf,
    decode(ids) {
      const parts = ids.map((id) => bytesOf(id) ?? new Uint8Array());
      const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return decodeUtf8.decode(whole);
    },
  };
}

/** The text between special tokens, and the ids of these. */
function* partsOf(
  text: string,
  specials: ReadonlyMap<string, number>,
  special: SpecialTokens,
): Generator<string | number> {
  let at = 0;
  if (special === "as-tokens")
    for (const match of text.matchAll(specialSpelling)) {
      const id = specials.get(match[0]);
      if (id === undefined) continue;
      if (match.index > at) yield text.slice(at, match.index);
      yield id;
      at = match.index + match[0].length;
    }
  if (at < text.length) yield text.slice(at);
}
