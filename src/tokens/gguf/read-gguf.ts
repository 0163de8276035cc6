// Reads the vocabulary of a GGUF file, so that a local model's tokens are counted exactly as llama.cpp counts them.
// Keys: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#tokenizer
import type { AddedToken } from "../huggingface/added-tokens.js";
import { decoderOf } from "../huggingface/decoders.js";
import { type FileTokenizer, fileTokenizer } from "../huggingface/file-tokenizer.js";
import { limits } from "../huggingface/limits.js";
import { bpeModel } from "../huggingface/model/bpe.js";
import { MergeTable } from "../huggingface/model/merge-table.js";
import { byteSymbols, byteTokens, characterSymbols } from "../huggingface/model/symbols.js";
import { chain, spellBytes, splitByPattern } from "../huggingface/pre-tokenizers.js";
import type { Splitter } from "../huggingface/splitter.js";
import type { Normalizer } from "../huggingface/stage.js";
import type { PieceModel } from "../huggingface/token-sink.js";
import { type FileFaults, faultsOf, shown } from "../huggingface/tokenizer-fault.js";
import { addToken, type Vocabulary } from "../huggingface/vocabulary.js";
import { specialByName, textByName } from "./control-tokens.js";
import { type GgufMetadata, type ReadAt, readGgufMetadata } from "./metadata.js";
import { preTokenizerRows } from "./pre-tokenizer-patterns.js";
import { scoreMerges } from "./score-merges.js";

/**
 * Ids are those of llama.cpp without the tokens for beginning and end, whose number is in `addedByTemplate`.
 * @param file reads the file, or is its start, as far as the tensors.
 * @param name how the file is called in messages, and the tokenizer's name.
 * @throws TrunklineError `invalid_request` where the file is no GGUF, is damaged, or has a vocabulary of another kind
 * than byte-level BPE (`gpt2`) and SentencePiece (`llama`).
 */
export function readGguf(file: ReadAt | Uint8Array, name: string): FileTokenizer {
  const faults = faultsOf(name);
  const read: ReadAt = file instanceof Uint8Array ? (offset, length) => file.subarray(offset, offset + length) : file;
  const metadata = readGgufMetadata(read, faults);
  const kind = textOf(metadata, "model");
  if (kind === undefined) throw faults.unsupported("a vocabulary, which it has not");
  const make = Object.hasOwn(makers, kind) ? makers[kind] : undefined;
  if (make === undefined) throw faults.unsupported(`a vocabulary of the kind ${shown(kind)}`);
  const vocabulary = readTokens(metadata, faults);
  const { addsBeginning, ...parts } = make(metadata, vocabulary, faults);
  const beginning = metadata.get("tokenizer.ggml.add_bos_token") ?? addsBeginning;
  const end = metadata.get("tokenizer.ggml.add_eos_token") ?? false;
  return fileTokenizer({
    ...parts,
    name,
    vocabulary,
    added: markedTokens(metadata, vocabulary),
    addedByTemplate: (beginning === true ? 1 : 0) + (end === true ? 1 : 0),
    faults,
  });
}

interface Parts {
  readonly normalizer: Normalizer | undefined;
  readonly split: Splitter;
  readonly model: PieceModel;
  readonly decoder: ReturnType<typeof decoderOf>;
  readonly addsBeginning: boolean;
}

type Maker = (metadata: GgufMetadata, vocabulary: Vocabulary, faults: FileFaults) => Parts;

const makers: Readonly<Record<string, Maker>> = {
  gpt2: byteLevelParts,
  llama: sentencePieceParts,
  gemma4: gemma4Parts,
};

function byteLevelParts(metadata: GgufMetadata, { ids }: Vocabulary, faults: FileFaults): Parts {
  const pre = textOf(metadata, "pre") ?? "default";
  if (pre === "gemma4") return gemma4Parts(metadata, { ids, tokens: [] }, faults);
  const row = preTokenizerRows.get(pre);
  if (row === undefined) throw faults.unsupported(`the pre-tokenizer ${shown(pre)}`);
  const splitters = row.patterns.map((pattern) => splitByPattern(pattern, "Isolated", faults));
  const bytes = byteSymbols(ids);
  // A byte that is no token keeps its neighbours apart, and is left out at the end.
  const gap = limits.vocabulary;
  const rules = { unknown: gap, fuseUnknown: false, byteFallback: false, prefix: "", suffix: "" };
  return {
    normalizer: undefined,
    split: chain(bytes === undefined ? [...splitters, spellBytes] : splitters),
    model: bpeModel({
      vocabulary: ids,
      merges: readMerges(metadata, ids, faults),
      symbols: bytes ?? characterSymbols(ids, rules),
      ignoreMerges: row.ignoreMerges ?? false,
      joints: undefined,
      ...(bytes === undefined && { toIds: (list: Int32Array) => list.filter((symbol) => symbol !== gap) }),
    }),
    decoder: decoderOf({ type: "ByteLevel" }, faults),
    addsBeginning: row.addsBeginning ?? false,
  };
}

const mark = "▁";

function sentencePieceParts(metadata: GgufMetadata, vocabulary: Vocabulary, faults: FileFaults): Parts {
  const tokens = vocabulary.tokens.map((token) => token ?? "");
  const scores = metadata.get("tokenizer.ggml.scores");
  const scored = scores instanceof Float64Array ? scores : new Float64Array(tokens.length);
  if (scored.length < tokens.length || scored.some(Number.isNaN)) throw faults.damaged("its tokens lack scores");
  const startsWithSpace = metadata.get("tokenizer.ggml.add_space_prefix") !== false;
  const unknown = metadata.get("tokenizer.ggml.unknown_token_id");
  const unknownId = typeof unknown === "number" && vocabulary.tokens[unknown] !== undefined ? unknown : undefined;
  return {
    // Each text between tokens begins like a word.
    normalizer: (text) => (startsWithSpace ? mark : "") + text.replaceAll(" ", mark),
    split: (piece, isFirst, visit) => visit(piece, isFirst),
    model: bpeModel({
      vocabulary: vocabulary.ids,
      ...scoreMerges(tokens, scored, vocabulary.ids, unknownId, faults),
      ignoreMerges: false,
    }),
    decoder: spacedDecoder(startsWithSpace, faults),
    addsBeginning: true,
  };
}

/** Gemma 4: published merges over characters, as in SentencePiece, cut at line breaks alone. */
function gemma4Parts(metadata: GgufMetadata, { ids }: Vocabulary, faults: FileFaults): Parts {
  const bytes = [...byteTokens(ids)];
  if (bytes.includes(-1)) throw faults.damaged("it lacks a token for a byte");
  const model = bpeModel({
    vocabulary: ids,
    merges: readMerges(metadata, ids, faults),
    symbols: characterSymbols(ids, {
      unknown: undefined,
      fuseUnknown: false,
      byteFallback: true,
      prefix: "",
      suffix: "",
    }),
    ignoreMerges: false,
    joints: undefined,
  });
  return {
    normalizer: (text) => text.replaceAll(" ", mark),
    split: splitByPattern("\\n+", "Isolated", faults),
    model: {
      encode(piece, sink) {
        const whole = piece.startsWith("\n") ? ids.get(piece) : undefined;
        if (whole === undefined) model.encode(piece, sink);
        else sink.add(whole);
      },
    },
    decoder: spacedDecoder(false, faults),
    addsBeginning: true,
  };
}

function spacedDecoder(startsWithSpace: boolean, faults: FileFaults): ReturnType<typeof decoderOf> {
  const decoders = [
    { type: "Replace", pattern: { String: mark }, content: " " },
    { type: "ByteFallback" },
    { type: "Fuse" },
    ...(startsWithSpace ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
  ];
  return decoderOf({ type: "Sequence", decoders }, faults);
}

function textOf(metadata: GgufMetadata, key: string): string | undefined {
  const value = metadata.get(`tokenizer.ggml.${key}`);
  return typeof value === "string" ? value : undefined;
}

function textsOf(metadata: GgufMetadata, key: string, faults: FileFaults): readonly string[] {
  const value = metadata.get(`tokenizer.ggml.${key}`);
  if (typeof value !== "object" || value instanceof Float64Array) throw faults.damaged(`its list of ${key} is missing`);
  return value;
}

function readTokens(metadata: GgufMetadata, faults: FileFaults): Vocabulary {
  const vocabulary: Vocabulary = { ids: new Map(), tokens: [] };
  textsOf(metadata, "tokens", faults).forEach((token, id) => {
    const named = token === "" ? `[EMPTY_${id}]` : token;
    if (vocabulary.ids.has(named)) throw faults.damaged(`its token ${shown(named)} is there twice`);
    addToken(vocabulary, named, id, faults);
  });
  if (vocabulary.ids.size === 0) throw faults.damaged("its vocabulary is empty");
  return vocabulary;
}

/** The first of two equal pairs counts. */
function readMerges(metadata: GgufMetadata, ids: ReadonlyMap<string, number>, faults: FileFaults): MergeTable {
  const merges = textsOf(metadata, "merges", faults);
  if (merges.length > limits.merges) throw faults.unsupported(`more than ${limits.merges} merges`);
  const table = new MergeTable(merges.length, faults);
  merges.forEach((merge, rank) => {
    const space = merge.indexOf(" ", 1);
    const [left, right] = [merge.slice(0, space), merge.slice(space + 1)];
    const [leftId, rightId, result] = [ids.get(left), ids.get(right), ids.get(left + right)];
    if (space < 0 || leftId === undefined || rightId === undefined || result === undefined)
      throw faults.damaged(`its merge ${rank} names a token that is not in its vocabulary`);
    table.set(leftId, rightId, rank, result, false);
  });
  return table;
}

const tokenTypes = { unknown: 2, control: 3, userDefined: 4 } as const;

/** Tokens that are found in the text itself: those for control only where asked for, the user-defined always. */
function markedTokens(metadata: GgufMetadata, vocabulary: Vocabulary): readonly AddedToken[] {
  const types = metadata.get("tokenizer.ggml.token_type");
  const rules = { normalized: false, takesLeft: false, takesRight: false, singleWord: false } as const;
  return vocabulary.tokens.flatMap((content = "", id): readonly AddedToken[] => {
    const type = types instanceof Float64Array ? types[id] : undefined;
    const isControl = type === tokenTypes.control || type === tokenTypes.unknown || specialByName.has(content);
    if (!isControl && type !== tokenTypes.userDefined && !textByName.has(content)) return [];
    return [{ id, content, special: isControl && !textByName.has(content), ...rules }];
  });
}
