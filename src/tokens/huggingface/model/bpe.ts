// Byte-pair encoding with a published table of merges, from characters or from bytes.

import { TrunklineError } from "../../../canonical/error.js";
import { limits } from "../limits.js";
import type { PieceModel, TokenSink } from "../token-sink.js";
import type { Joints } from "./joints.js";
import { mergePiece } from "./merge-piece.js";
import type { MergeTable } from "./merge-table.js";
import type { SymbolReader } from "./symbols.js";
import { WordCache } from "./word-cache.js";

export interface BpeParts {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly merges: MergeTable;
  readonly symbols: SymbolReader;
  /** A piece that is a token as a whole stays whole, even where no merges lead to it. */
  readonly ignoreMerges: boolean;
  /** Given where pieces may be long and are worth cutting. */
  readonly joints: Joints | undefined;
  /** Where some symbols are no tokens: what is left after merging, as ids. */
  readonly toIds?: (symbols: Int32Array) => Int32Array;
}

/** A list that is kept between pieces is at most this long. */
const keptSymbols = 4_096;

export function bpeModel(parts: BpeParts): PieceModel {
  const { vocabulary, merges, symbols, ignoreMerges, joints } = parts;
  const cache = new WordCache();
  const kept = new Int32Array(keptSymbols);
  let longestToken = 0;
  for (const token of vocabulary.keys()) longestToken = Math.max(longestToken, token.length);

  const encodeWord = (word: string, sink: TokenSink): void => {
    const known = cache.get(word);
    if (typeof known === "number") {
      sink.add(known);
      return;
    }
    if (known !== undefined) {
      sink.addFirst(known, known.length);
      return;
    }
    const room = symbols.most(word);
    if (room > limits.pieceSymbols) throw tooLong();
    let list: Int32Array = room <= keptSymbols ? kept : new Int32Array(room);
    const whole = ignoreMerges && word.length <= longestToken ? vocabulary.get(symbols.spell(word)) : undefined;
    let length = 1;
    if (whole !== undefined) list[0] = whole;
    else length = mergePiece(merges, list, symbols.read(word, list));
    if (parts.toIds !== undefined) {
      list = parts.toIds(list.subarray(0, length));
      length = list.length;
    }
    cache.set(word, list, length);
    sink.addFirst(list, length);
  };

  return {
    encode(piece, sink) {
      if (joints === undefined || ignoreMerges) encodeWord(piece, sink);
      else joints.eachPart(piece, symbols, (part) => encodeWord(part, sink));
    },
  };
}

function tooLong(): TrunklineError {
  return new TrunklineError("payload_too_large", "The text has an unbroken piece that is too long to be tokenized.", {
    whatToDo: "Count it in parts of at most 32 MiB.",
  });
}
