// Reads a Hugging Face `tokenizer.json`, so that a published model's tokens are counted exactly as its makers do.
// https://huggingface.co/docs/tokenizers/api/tokenizer
import { isArray, isObject, type Json, type JsonObject, number, parseJson, text } from "../../canonical/json.js";
import type { AddedToken } from "./added-tokens.js";
import { decoderOf } from "./decoders.js";
import { type FileTokenizer, fileTokenizer } from "./file-tokenizer.js";
import { limits } from "./limits.js";
import { normalizerOf } from "./normalizers.js";
import { chain, preTokenizerOf, spellBytes } from "./pre-tokenizers.js";
import { readModel } from "./read-model.js";
import { type FileFaults, faultsOf } from "./tokenizer-fault.js";
import type { Vocabulary } from "./vocabulary.js";

/**
 * Ids are those of the Python package `tokenizers` with `add_special_tokens=False`: the template's tokens are left out,
 * and their number is in `addedByTemplate`. Truncation and padding that the file asks for are not applied.
 * @param name how the file is called in messages, and the tokenizer's name.
 * @throws TrunklineError `invalid_request` where the file is no tokenizer.json, is damaged, too large or needs a part
 * that is not supported. Such an error may also come of a text later: where a pattern needs more than linear time.
 */
export function readTokenizerJson(bytes: Uint8Array, name: string): FileTokenizer {
  const faults = faultsOf(name);
  const file = parse(bytes, faults);
  const version = file.version;
  if (version !== undefined && version !== "1.0") throw faults.unsupported("another version of the format than 1.0");
  if (!isObject(file.model)) throw faults.damaged("it has no model");

  const { split, byteLevel } = preTokenizerOf(file.pre_tokenizer, faults);
  const { model, vocabulary, spellsBytes } = readModel(file.model, byteLevel, faults);
  return fileTokenizer({
    name,
    vocabulary,
    added: readAddedTokens(file.added_tokens, vocabulary, faults),
    normalizer: normalizerOf(file.normalizer, faults),
    split: byteLevel && !spellsBytes ? chain([split, spellBytes]) : split,
    model,
    decoder: decoderOf(file.decoder, faults),
    addedByTemplate: addedByTemplate(file.post_processor),
    faults,
  });
}

function parse(bytes: Uint8Array, faults: FileFaults): JsonObject {
  if (bytes.length > limits.fileBytes)
    throw faults.unsupported(`more than ${limits.fileBytes / 1024 / 1024} MiB of memory for its text`);
  let source: string;
  try {
    source = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw faults.damaged("it is not UTF-8");
  }
  const file = parseJson(source);
  if (!isObject(file)) throw faults.damaged("it is no JSON object, or it is cut off");
  return file;
}

function readAddedTokens(value: Json | undefined, vocabulary: Vocabulary, faults: FileFaults): readonly AddedToken[] {
  if (value === undefined || value === null) return [];
  if (!isArray(value)) throw faults.damaged("its added tokens are no list");
  if (value.length > limits.addedTokens) throw faults.unsupported(`more than ${limits.addedTokens} added tokens`);
  const byContent = new Map<string, AddedToken>();
  value.forEach((entry, index) => {
    const content = isObject(entry) ? text(entry.content) : undefined;
    const id = isObject(entry) ? number(entry.id) : undefined;
    if (!isObject(entry) || content === undefined || id === undefined)
      throw faults.damaged(`its added token ${index} has no content or no id`);
    if (content === "") return;
    byContent.set(content, {
      // Where the two disagree the vocabulary is right, as in the reference implementation.
      id: vocabulary.ids.get(content) ?? id,
      content,
      special: entry.special === true,
      normalized: entry.normalized === true,
      takesLeft: entry.lstrip === true,
      takesRight: entry.rstrip === true,
      singleWord: entry.single_word === true,
    });
  });
  return [...byContent.values()];
}

const deepestTemplate = 8;

/** Tokens that a post-processor adds to a single text. */
function addedByTemplate(value: Json | undefined, depth = 0): number {
  if (!isObject(value) || depth > deepestTemplate) return 0;
  if (value.type === "BertProcessing" || value.type === "RobertaProcessing") return 2;
  if (value.type === "Sequence" && isArray(value.processors))
    return value.processors.reduce<number>((total, part) => total + addedByTemplate(part, depth + 1), 0);
  if (value.type !== "TemplateProcessing" || !isArray(value.single)) return 0;
  const tokens = isObject(value.special_tokens) ? value.special_tokens : {};
  return value.single.reduce<number>((total, part) => {
    const special = isObject(part) && isObject(part.SpecialToken) ? text(part.SpecialToken.id) : undefined;
    if (special === undefined) return total;
    const entry = Object.hasOwn(tokens, special) ? tokens[special] : undefined;
    return total + (isObject(entry) && isArray(entry.ids) ? entry.ids.length : 1);
  }, 0);
}
