// Unigram: of all ways to cut a piece into tokens, the one whose scores add up to the most (Viterbi).
// In O(n x longest token). After https://arxiv.org/abs/1804.10959, with SentencePiece's penalty for the unknown.

import type { PieceModel, TokenSink } from "../token-sink.js";
import type { FileFaults } from "../tokenizer-fault.js";
import type { PieceTrie } from "./piece-trie.js";
import { byteTokens } from "./symbols.js";

export interface UnigramParts {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly trie: PieceTrie;
  readonly scores: Float64Array;
  readonly lowestScore: number;
  readonly unknown: number | undefined;
  readonly byteFallback: boolean;
  readonly faults: FileFaults;
}

/** What an unknown character costs below the lowest score. */
const unknownPenalty = 10;
const encoder = new TextEncoder();

export function unigramModel(parts: UnigramParts): PieceModel {
  const { trie, scores, vocabulary, unknown, faults } = parts;
  const unknownScore = parts.lowestScore - unknownPenalty;
  const bytes = byteTokens(vocabulary);

  /** By place: where the best token that ends there starts, and which one it is. */
  const bestPath = (piece: string) => {
    const best = new Float64Array(piece.length + 1);
    const starts = new Int32Array(piece.length + 1).fill(-1);
    const ids = new Int32Array(piece.length + 1);
    const offer = (end: number, start: number, id: number, score: number) => {
      if (starts[end] !== -1 && score <= (best[end] ?? 0)) return;
      best[end] = score;
      starts[end] = start;
      ids[end] = id;
    };
    for (let start = 0; start < piece.length; ) {
      const here = best[start] ?? 0;
      const single = start + ((piece.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
      let hasSingle = false;
      let node = trie.root;
      for (let end = start; end < piece.length; ) {
        node = trie.step(node, piece.charCodeAt(end++));
        if (node < 0) break;
        const id = trie.valueAt(node);
        if (id < 0) continue;
        offer(end, start, id, (scores[id] ?? 0) + here);
        if (end === single) hasSingle = true;
      }
      if (!hasSingle) {
        if (unknown === undefined)
          throw faults.damaged("it names no token for unknown characters, and the text has some");
        offer(single, start, unknown, unknownScore + here);
      }
      start = single;
    }
    return { starts, ids };
  };

  const addUnknown = (text: string, sink: TokenSink) => {
    const whole = vocabulary.get(text);
    if (whole !== undefined) return sink.add(whole);
    if (parts.byteFallback) {
      const ids = Array.from(encoder.encode(text), (byte) => bytes[byte] ?? -1);
      if (!ids.includes(-1)) return sink.addFirst(ids, ids.length);
    }
    if (unknown !== undefined) sink.add(unknown);
  };

  return {
    encode(piece, sink) {
      const { starts, ids } = bestPath(piece);
      const ends: number[] = [];
      for (let end = piece.length; end > 0; end = starts[end] ?? 0) ends.push(end);
      let unknownFrom = -1;
      for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
        const start = starts[end] ?? 0;
        const isUnknown = ids[end] === unknown;
        if (isUnknown && unknownFrom < 0) unknownFrom = start;
        if (unknownFrom >= 0 && !isUnknown) {
          addUnknown(piece.slice(unknownFrom, start), sink);
          unknownFrom = -1;
        }
        if (!isUnknown) sink.add(ids[end] ?? 0);
      }
      if (unknownFrom >= 0) addUnknown(piece.slice(unknownFrom), sink);
    },
  };
}
