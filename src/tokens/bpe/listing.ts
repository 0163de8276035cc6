// The tokens of a text in steps: like a count in steps, but each token is shown with its place.
import { longPieceBytes } from "./counting.js";
import type { Encoder } from "./encoder.js";
import { SteppedText } from "./stepped-text.js";

export interface PlacedToken {
  readonly id: number;
  /** The place behind its last byte, counted in bytes of UTF-8. */
  readonly endByte: number;
}

/** Tokens of a long piece in one batch. */
const tokensABatch = 1_024;
/** @param before bytes of what stands before the text. Returns those of both. */
export function* tokensInSteps(
  encoder: Encoder,
  text: string,
  before: number,
  bytesAStep: number,
): Generator<readonly PlacedToken[], number> {
  const read = new SteppedText(text, encoder.classes);
  while (!read.isRead) {
    read.readMore();
    if (!read.isRead) yield [];
  }
  const { bytes, blocks, to } = read;
  let batch: PlacedToken[] = [];
  const take = (id: number, end: number) => void batch.push({ id, endByte: before + end });
  for (let at = 0, stepEnd = bytesAStep; at < to; ) {
    const end = encoder.pieceEnd(bytes, at, to, blocks);
    if (end - at <= longPieceBytes) encoder.encodePiece(bytes, at, end, take);
    else {
      const long = encoder.longPiece();
      long.begin(at, end);
      while (!long.advance(bytes, bytesAStep)) yield [];
      // A token of a long piece may be taken back until the piece is at its end.
      for (let index = 0; index < long.count; index++) {
        take(long.idAt(index), long.endAt(index));
        if (batch.length < tokensABatch) continue;
        yield batch;
        batch = [];
      }
    }
    at = end;
    if (at < stepEnd) continue;
    yield batch;
    batch = [];
    stepEnd = at + bytesAStep;
  }
  if (batch.length > 0) yield batch;
  return before + to;
}
