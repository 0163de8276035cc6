// The tokens of a vocabulary and their ids, both ways, checked: whole ids in bounds, none of them twice.
import { isArray, isObject, type Json } from "../../canonical/json.js";
import { limits } from "./limits.js";
import { type FileFaults, shown } from "./tokenizer-fault.js";

export interface Vocabulary {
  readonly ids: Map<string, number>;
  /** By id; undefined where an id is not taken. */
  readonly tokens: (string | undefined)[];
}

/** `{"token": id}`, as BPE, WordPiece and WordLevel have it. */
export function readVocabulary(value: Json | undefined, faults: FileFaults): Vocabulary {
  if (!isObject(value)) throw faults.damaged("its vocabulary is missing");
  const vocabulary: Vocabulary = { ids: new Map(), tokens: [] };
  for (const token in value) {
    const id = value[token];
    if (typeof id !== "number") throw faults.damaged(`the id of its token ${shown(token)} is no number`);
    addToken(vocabulary, token, id, faults);
  }
  if (vocabulary.ids.size === 0) throw faults.damaged("its vocabulary is empty");
  return vocabulary;
}

export interface ScoredVocabulary extends Vocabulary {
  /** By id. */
  readonly scores: Float64Array;
}

/** `[["token", score]]`, as Unigram has it. Here a token may come twice; its last id counts. */
export function readScoredVocabulary(value: Json | undefined, faults: FileFaults): ScoredVocabulary {
  if (!isArray(value) || value.length === 0) throw faults.damaged("its vocabulary is missing");
  if (value.length > limits.vocabulary) throw tooMany(faults);
  const scores = new Float64Array(value.length);
  const vocabulary: Vocabulary = { ids: new Map(), tokens: [] };
  value.forEach((entry, id) => {
    const [token, score] = isArray(entry) ? entry : [];
    if (typeof token !== "string" || typeof score !== "number")
      throw faults.damaged(`the entry ${id} of its vocabulary is no token with a score`);
    vocabulary.ids.set(token, id);
    vocabulary.tokens.push(token);
    scores[id] = asWritten(score);
  });
  return { ...vocabulary, scores };
}

/**
 * A score as Rust's serde_json reads it: its digits as a whole number, divided by a power of ten. That may be one bit
 * off the nearest double, and it decides between ways to cut a text that are equally good.
 */
function asWritten(score: number): number {
  const [, sign, whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(`${score}`) ?? [];
  const power = Number(exponent) - fraction.length;
  const digits = Number(whole + fraction);
  const size = power < 0 ? digits / Number(`1e${-power}`) : digits * Number(`1e${power}`);
  return sign === "-" ? -size : size;
}

export function addToken(vocabulary: Vocabulary, token: string, id: number, faults: FileFaults): void {
  if (!Number.isInteger(id) || id < 0) throw faults.damaged(`the id of its token ${shown(token)} is ${id}`);
  if (id >= limits.vocabulary || vocabulary.ids.size >= limits.vocabulary) throw tooMany(faults);
  if (vocabulary.tokens[id] !== undefined) throw faults.damaged(`its id ${id} is given to two tokens`);
  vocabulary.ids.set(token, id);
  // Ids do not come in order: without this the list would become a table of holes.
  while (vocabulary.tokens.length < id) vocabulary.tokens.push(undefined);
  vocabulary.tokens[id] = token;
}

const tooMany = (faults: FileFaults) => faults.unsupported(`ids of ${limits.vocabulary} and above`);
