// SentencePiece's merging as llama.cpp does it: any two neighbours that make a token may merge, the highest score
// first. Its pairs are found once, when the file is read, so that merging is the same as for published merges.

import { limits } from "../huggingface/limits.js";
import { Joints } from "../huggingface/model/joints.js";
import { MergeTable } from "../huggingface/model/merge-table.js";
import { byteTokens, type SymbolReader } from "../huggingface/model/symbols.js";
import type { FileFaults } from "../huggingface/tokenizer-fault.js";

export interface ScoreMerges {
  readonly merges: MergeTable;
  readonly joints: Joints;
  readonly symbols: SymbolReader;
  /** What is left after merging as ids: a character that is no token goes out as its bytes. */
  readonly toIds: (symbols: Int32Array) => Int32Array;
}

export function scoreMerges(
  tokens: readonly string[],
  scores: Float64Array,
  vocabulary: ReadonlyMap<string, number>,
  unknown: number | undefined,
  faults: FileFaults,
): ScoreMerges {
  const alphabet = new Alphabet(tokens, vocabulary);
  const pairs = findPairs(tokens, vocabulary, alphabet, faults);
  const ranks = ranksOf(scores);
  const merges = new MergeTable(pairs.length / 3, faults, ranks.length);
  const joints = new Joints(pairs.length / 3);
  for (let at = 0; at < pairs.length; at += 3) {
    const [left, right, result] = [pairs[at] ?? 0, pairs[at + 1] ?? 0, pairs[at + 2] ?? 0];
    merges.set(left, right, ranks[result] ?? 0, result);
    joints.add(alphabet.spell(left), alphabet.spell(right));
  }
  return { merges, joints, ...readerOf(alphabet, vocabulary, unknown) };
}

/** Single characters: those that are tokens, those that only occur inside tokens, and all the others. */
class Alphabet {
  private readonly tokens: readonly string[];
  private readonly vocabulary: ReadonlyMap<string, number>;
  private readonly inside = new Map<string, number>();
  private readonly spellings: string[] = [];

  constructor(tokens: readonly string[], vocabulary: ReadonlyMap<string, number>) {
    this.tokens = tokens;
    this.vocabulary = vocabulary;
    for (const token of tokens) {
      for (const character of token) {
        if (vocabulary.has(character) || this.inside.has(character)) continue;
        this.inside.set(character, tokens.length + this.spellings.length);
        this.spellings.push(character);
      }
    }
  }

  /** Symbols below this are tokens. */
  get size(): number {
    return this.tokens.length;
  }

  /** A character that occurs in no token has no symbol. */
  symbolOf(character: string): number | undefined {
    return this.vocabulary.get(character) ?? this.inside.get(character);
  }

  spell(symbol: number): string {
    return this.tokens[symbol] ?? this.spellings[symbol - this.tokens.length] ?? "";
  }
}

/** All ways to make a token of two symbols: left, right, result. */
function findPairs(
  tokens: readonly string[],
  vocabulary: ReadonlyMap<string, number>,
  alphabet: Alphabet,
  faults: FileFaults,
): readonly number[] {
  const pairs: number[] = [];
  tokens.forEach((token, id) => {
    if (token.length > limits.pieceUnits)
      throw faults.unsupported(`tokens of more than ${limits.pieceUnits} characters`);
    for (let cut = 0; cut < token.length; ) {
      const width = (token.codePointAt(cut) ?? 0) > 0xffff ? 2 : 1;
      const first = cut === 0;
      cut += width;
      if (cut >= token.length) break;
      const before = token.slice(0, cut);
      const left = first ? alphabet.symbolOf(before) : vocabulary.get(before);
      if (left === undefined) continue;
      const after = token.slice(cut);
      const single = after.length === ((after.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
      const right = single ? alphabet.symbolOf(after) : vocabulary.get(after);
      if (right === undefined) continue;
      pairs.push(left, right, id);
      if (pairs.length > 3 * limits.merges) throw faults.unsupported(`more than ${limits.merges} merges`);
    }
  });
  return pairs;
}

/** By token: how many different scores are higher. */
function ranksOf(scores: Float64Array): Int32Array {
  const different = [...new Set(scores)].sort((a, b) => b - a);
  const rankOf = new Map(different.map((score, rank) => [score, rank]));
  return Int32Array.from(scores, (score) => rankOf.get(score) ?? 0);
}

function readerOf(
  alphabet: Alphabet,
  vocabulary: ReadonlyMap<string, number>,
  unknown: number | undefined,
): Pick<ScoreMerges, "symbols" | "toIds"> {
  const bytes = Array.from(byteTokens(vocabulary), (id, byte) =>
    id >= 0 ? id : (vocabulary.get(String.fromCharCode(byte)) ?? unknown ?? -1),
  );
  const symbolsByCode = new Map<number, number | undefined>();
  const symbolOf = (code: number): number | undefined => {
    if (symbolsByCode.has(code)) return symbolsByCode.get(code);
    const symbol = alphabet.symbolOf(String.fromCodePoint(code));
    if (symbolsByCode.size < 65_536) symbolsByCode.set(code, symbol);
    return symbol;
  };
  const bytesOf = (character: string) =>
    Array.from(new TextEncoder().encode(character), (byte) => bytes[byte] ?? -1).filter((id) => id >= 0);

  return {
    symbols: {
      most: (piece) => Buffer.byteLength(piece),
      spell: (piece) => piece,
      isToken: (code) => symbolOf(code) !== undefined,
      read(piece, into) {
        let length = 0;
        for (const character of piece) {
          const symbol = symbolOf(character.codePointAt(0) ?? 0);
          if (symbol !== undefined) into[length++] = symbol;
          else for (const id of bytesOf(character)) into[length++] = id;
        }
        return length;
      },
    },
    toIds(symbols) {
      if (!symbols.some((symbol) => symbol >= alphabet.size)) return symbols;
      return Int32Array.from(
        Array.from(symbols).flatMap((symbol) => (symbol >= alphabet.size ? bytesOf(alphabet.spell(symbol)) : symbol)),
      );
    },
  };
}
