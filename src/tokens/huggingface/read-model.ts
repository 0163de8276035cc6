// The model of a tokenizer.json: BPE, Unigram, WordPiece or WordLevel, ready to turn pieces into ids.
// https://huggingface.co/docs/tokenizers/api/models
import { isArray, type Json, type JsonObject, number, text } from "../../canonical/json.js";
import { limits } from "./limits.js";
import { bpeModel } from "./model/bpe.js";
import { Joints } from "./model/joints.js";
import { MergeTable } from "./model/merge-table.js";
import { PieceTrie } from "./model/piece-trie.js";
import { byteSymbols, characterSymbols, unknownId } from "./model/symbols.js";
import { unigramModel } from "./model/unigram.js";
import { wordLevelModel, wordPieceModel } from "./model/word-models.js";
import type { PieceModel } from "./token-sink.js";
import { type FileFaults, shown } from "./tokenizer-fault.js";
import { readScoredVocabulary, readVocabulary, type Vocabulary } from "./vocabulary.js";

export interface ReadModel {
  readonly model: PieceModel;
  readonly vocabulary: Vocabulary;
  /** Whether the model takes a piece as it is and spells its bytes itself. */
  readonly spellsBytes: boolean;
}

/** @param byteLevel whether pieces are spelled as byte characters, by the model if it can. */
export function readModel(model: JsonObject, byteLevel: boolean, faults: FileFaults): ReadModel {
  const type = text(model.type) ?? guessType(model);
  switch (type) {
    case "BPE":
      return readBpe(model, byteLevel, faults);
    case "Unigram":
      return readUnigram(model, faults);
    case "WordPiece":
    case "WordLevel":
      return readWords(type, model, faults);
    default:
      throw faults.unsupported(`the model ${shown(type)}`);
  }
}

/** Files of the first years do not name it. */
function guessType(model: JsonObject): string {
  if (isArray(model.merges)) return "BPE";
  if (isArray(model.vocab)) return "Unigram";
  return model.continuing_subword_prefix === undefined ? "WordLevel" : "WordPiece";
}

function readBpe(model: JsonObject, byteLevel: boolean, faults: FileFaults): ReadModel {
  const vocabulary = readVocabulary(model.vocab, faults);
  const { ids } = vocabulary;
  const prefix = text(model.continuing_subword_prefix) ?? "";
  const suffix = text(model.end_of_word_suffix) ?? "";
  const bytes = byteLevel && prefix === "" && suffix === "" ? byteSymbols(ids) : undefined;
  const symbols =
    bytes ??
    characterSymbols(ids, {
      unknown: unknownId(ids, text(model.unk_token), faults),
      fuseUnknown: model.fuse_unk === true,
      byteFallback: model.byte_fallback === true,
      prefix,
      suffix,
    });
  // Byte-level pieces are words already; with a prefix or suffix a cut would show.
  const cuts = bytes === undefined && prefix === "" && suffix === "";
  const joints = cuts ? new Joints(isArray(model.merges) ? model.merges.length : 0) : undefined;
  const merges = readMerges(model.merges, ids, prefix.length, joints, faults);
  const parts = { vocabulary: ids, merges, symbols, ignoreMerges: model.ignore_merges === true, joints };
  return { model: bpeModel(parts), vocabulary, spellsBytes: bytes !== undefined };
}

function readMerges(
  value: Json | undefined,
  ids: ReadonlyMap<string, number>,
  prefixUnits: number,
  joints: Joints | undefined,
  faults: FileFaults,
): MergeTable {
  if (!isArray(value)) throw faults.damaged("its merges are missing");
  if (value.length > limits.merges) throw faults.unsupported(`more than ${limits.merges} merges`);
  const table = new MergeTable(value.length, faults);
  value.forEach((merge, rank) => {
    const pair = mergedPair(merge);
    if (pair === undefined) throw faults.damaged(`its merge ${rank} is no pair of tokens`);
    const [left, right] = pair;
    const leftId = ids.get(left);
    const rightId = ids.get(right);
    const result = ids.get(left + (prefixUnits === 0 ? right : right.slice(prefixUnits)));
    if (leftId === undefined || rightId === undefined || result === undefined)
      throw faults.damaged(`its merge ${rank} names a token that is not in its vocabulary`);
    table.set(leftId, rightId, rank, result);
    joints?.add(left, right);
  });
  return table;
}

/** `"a b"`, or `["a", "b"]` where tokens may have spaces. Not split: there are half a million of them. */
function mergedPair(merge: Json): readonly [string, string] | undefined {
  if (typeof merge === "string") {
    const space = merge.indexOf(" ");
    const isPair = space >= 0 && space === merge.lastIndexOf(" ");
    return isPair ? [merge.slice(0, space), merge.slice(space + 1)] : undefined;
  }
  if (!isArray(merge) || merge.length !== 2) return undefined;
  const [left, right] = merge;
  return typeof left === "string" && typeof right === "string" ? [left, right] : undefined;
}

function readUnigram(model: JsonObject, faults: FileFaults): ReadModel {
  const vocabulary = readScoredVocabulary(model.vocab, faults);
  const unknown = number(model.unk_id);
  if (unknown !== undefined && vocabulary.tokens[unknown] === undefined)
    throw faults.damaged("its token for the unknown is not in its vocabulary");
  let units = 0;
  let lowestScore = Number.POSITIVE_INFINITY;
  for (const token of vocabulary.ids.keys()) units += token.length;
  for (const score of vocabulary.scores) lowestScore = Math.min(lowestScore, score);
  const trie = new PieceTrie(units, faults);
  for (const [token, id] of vocabulary.ids) if (token !== "") trie.add(token, id);
  const byteFallback = model.byte_fallback === true;
  const parts = { vocabulary: vocabulary.ids, trie, scores: vocabulary.scores, lowestScore, unknown, byteFallback };
  return { model: unigramModel({ ...parts, faults }), vocabulary, spellsBytes: false };
}

const longestWord = 10_000;

function readWords(type: "WordPiece" | "WordLevel", model: JsonObject, faults: FileFaults): ReadModel {
  const vocabulary = readVocabulary(model.vocab, faults);
  const unknown = unknownId(vocabulary.ids, text(model.unk_token) ?? "[UNK]", faults);
  if (unknown === undefined) throw faults.damaged("it has no token for the unknown");
  if (type === "WordLevel") return { model: wordLevelModel(vocabulary.ids, unknown), vocabulary, spellsBytes: false };
  const words = wordPieceModel({
    vocabulary: vocabulary.ids,
    unknown,
    prefix: text(model.continuing_subword_prefix) ?? "##",
    longestWord: Math.min(number(model.max_input_chars_per_word) ?? 100, longestWord),
  });
  return { model: words, vocabulary, spellsBytes: false };
}
