// The tokens of a text as people see them: each with its id, its place in the text and its characters.
import type { BytePairTokenizer } from "./bpe/tokenizer.js";
import type { SpecialTokens, Tokenizer } from "./tokenizer.js";

export interface TextPiece {
  readonly id: number;
  /** First byte and the place behind the last one, in the text's UTF-8. Absent where the tokenizer rewrites the text. */
  readonly start?: number;
  readonly end?: number;
  /** Its characters; absent where it is no whole characters. */
  readonly text?: string;
  /** Its bytes as hexadecimal digits, where it is no whole characters. */
  readonly hex?: string;
}

/** UTF-16 units of a text that a tokenizer without steps takes in one go. */
export const mostUnitsAtOnce = 32_768;

/** Some thousand tokens. */
const bytesAStep = 4_096;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * In batches, so that others can have the thread in between. A tokenizer that knows no steps does the text in one go:
 * bound it by `mostUnitsAtOnce` where that matters.
 */
export function* textPieces(
  tokenizer: Tokenizer,
  text: string,
  special: SpecialTokens = "as-text",
): Generator<readonly TextPiece[]> {
  if (!knowsPlaces(tokenizer)) {
    yield fromIds(tokenizer, text, special);
    return;
  }
  let start = 0;
  for (const batch of tokenizer.piecesInSteps(text, special, bytesAStep)) {
    yield batch.map(({ id, endByte: end }) => {
      const piece = { id, start, end, ...shown(tokenizer.bytesOf(id)) };
      start = end;
      return piece;
    });
  }
}

/** True where a text of any length is done in steps, and places are known. */
export function knowsPlaces(tokenizer: Tokenizer): tokenizer is BytePairTokenizer {
  return "piecesInSteps" in tokenizer;
}

/** Places are given where the tokens' bytes, one after the other, are those of the text. */
function fromIds(tokenizer: Tokenizer, text: string, special: SpecialTokens): readonly TextPiece[] {
  const whole = Buffer.from(text, "utf8");
  const tokens = tokenizer
    .encode(text, special)
    .map((id) => ({ id, bytes: tokenizer.bytesOf(id) ?? new Uint8Array() }));
  const places: { start: number; end: number }[] = [];
  let at = 0;
  for (const { bytes } of tokens) {
    const end = at + bytes.length;
    if (!whole.subarray(at, end).equals(bytes)) return tokens.map(({ id, bytes: own }) => ({ id, ...shown(own) }));
    places.push({ start: at, end });
    at = end;
  }
  const same = at === whole.length;
  return tokens.map(({ id, bytes }, index) => ({ id, ...(same ? places[index] : undefined), ...shown(bytes) }));
}

function shown(bytes: Uint8Array | undefined): Pick<TextPiece, "text" | "hex"> {
  if (bytes === undefined) return {};
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return { hex: Buffer.from(bytes).toString("hex") };
  }
}
