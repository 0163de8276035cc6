// WordPiece (BERT): the longest token first, from the left. WordLevel: a piece is a token or unknown.
import type { PieceModel } from "../token-sink.js";

export interface WordPieceParts {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly unknown: number;
  /** Before each token of a word but its first: `##`. */
  readonly prefix: string;
  /** A longer word is unknown as a whole. */
  readonly longestWord: number;
}

export function wordPieceModel(parts: WordPieceParts): PieceModel {
  const { vocabulary, unknown, prefix } = parts;
  let longestToken = 0;
  for (const token of vocabulary.keys()) longestToken = Math.max(longestToken, token.length);

  /** The end of the longest token that starts here; undefined where none does. */
  const longestFrom = (piece: string, start: number) => {
    const before = start > 0 ? prefix : "";
    for (let end = Math.min(piece.length, start + longestToken); end > start; end--) {
      const id = vocabulary.get(before + piece.slice(start, end));
      if (id !== undefined) return { id, end };
    }
    return undefined;
  };

  return {
    encode(piece, sink) {
      if (countCharacters(piece, parts.longestWord) > parts.longestWord) return sink.add(unknown);
      const ids: number[] = [];
      for (let start = 0; start < piece.length; ) {
        const found = longestFrom(piece, start);
        if (found === undefined) return sink.add(unknown);
        ids.push(found.id);
        start = found.end;
      }
      sink.addFirst(ids, ids.length);
    },
  };
}

/** Code points of a text, counted only as far as it matters. */
function countCharacters(text: string, enough: number): number {
  let count = 0;
  for (let at = 0; at < text.length && count <= enough; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xdc00 || unit > 0xdfff) count++;
  }
  return count;
}

export function wordLevelModel(vocabulary: ReadonlyMap<string, number>, unknown: number): PieceModel {
  return { encode: (piece, sink) => sink.add(vocabulary.get(piece) ?? unknown) };
}
