// The tokens of a text in steps: like a count in steps, but each token is shown with its place.
import { type Encoder, utf8Room } from "./encoder.js";

export interface PlacedToken {
  readonly id: number;
  /** The place behind its last byte, counted in bytes of UTF-8. */
  readonly endByte: number;
}

/** UTF-16 units that become UTF-8 in one step. */
const unitsAStep = 65_536;
/** Tokens of a long piece in one batch. */
const tokensABatch = 1_024;
/** Pieces of fewer bytes are done in one go. */
const longPiece = 4_096;

const utf8 = new TextEncoder();

/** @param before bytes of what stands before the text. Returns those of both. */
export function* tokensInSteps(
  encoder: Encoder,
  text: string,
  before: number,
  bytesAStep: number,
): Generator<readonly PlacedToken[], number> {
  const { bytes } = utf8Room(text.length * 3);
  let to = 0;
  for (let read = 0; read < text.length; ) {
    let end = Math.min(text.length, read + unitsAStep);
    // The halves of a character stay together.
    if (end < text.length && (text.charCodeAt(end - 1) & 0xfc_00) === 0xd8_00) end++;
    to += utf8.encodeInto(text.slice(read, end), bytes.subarray(to)).written;
    read = end;
    if (read < text.length) yield [];
  }
  let batch: PlacedToken[] = [];
  const take = (id: number, end: number) => void batch.push({ id, endByte: before + end });
  for (let at = 0, stepEnd = bytesAStep; at < to; ) {
    const end = encoder.pieceEnd(bytes, at, to);
    if (end - at <= longPiece) encoder.encodePiece(bytes, at, end, take);
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
