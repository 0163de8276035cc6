// OpenAI's encodings: the same ids as tiktoken's. Each is read when it is first asked for and kept.
// Names, patterns and special tokens: https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py
import { readFileSync } from "node:fs";
import { type CharacterClasses, readCharacterClasses } from "./bpe/character-class.js";
import { Encoder } from "./bpe/encoder.js";
import type { Splitter } from "./bpe/scan.js";
import { splitCl100k } from "./bpe/split-cl100k.js";
import { splitGpt2 } from "./bpe/split-gpt2.js";
import { splitO200k } from "./bpe/split-o200k.js";
import { type BytePairTokenizer, bytePairTokenizer } from "./bpe/tokenizer.js";
import { Vocabulary } from "./bpe/vocabulary.js";

export const openaiEncodingNames = ["o200k_base", "o200k_harmony", "cl100k_base", "p50k_base", "r50k_base"] as const;
export type OpenAiEncoding = (typeof openaiEncodingNames)[number];

interface EncodingRow {
  /** File in `data/`. */
  readonly file: string;
  /** Ids that are taken from it. */
  readonly size: number;
  readonly split: Splitter;
  readonly specials: ReadonlyMap<string, number>;
}

const endOfText = "<|endoftext|>";
const o200k = { file: "o200k_base.bin", size: 199_998, split: splitO200k } as const;

const rows: Readonly<Record<OpenAiEncoding, EncodingRow>> = {
  o200k_base: {
    ...o200k,
    specials: new Map([
      [endOfText, 199_999],
      ["<|endofprompt|>", 200_018],
    ]),
  },
  o200k_harmony: { ...o200k, specials: harmonySpecials() },
  cl100k_base: {
    file: "cl100k_base.bin",
    size: 100_256,
    split: splitCl100k,
    specials: new Map([
      [endOfText, 100_257],
      ["<|fim_prefix|>", 100_258],
      ["<|fim_middle|>", 100_259],
      ["<|fim_suffix|>", 100_260],
      ["<|endofprompt|>", 100_276],
    ]),
  },
  p50k_base: { file: "p50k_base.bin", size: 50_281, split: splitGpt2, specials: new Map([[endOfText, 50_256]]) },
  r50k_base: { file: "p50k_base.bin", size: 50_256, split: splitGpt2, specials: new Map([[endOfText, 50_256]]) },
};

function harmonySpecials(): ReadonlyMap<string, number> {
  const named: readonly (readonly [string, number])[] = [
    ["<|startoftext|>", 199_998],
    [endOfText, 199_999],
    ["<|return|>", 200_002],
    ["<|constrain|>", 200_003],
    ["<|channel|>", 200_005],
    ["<|start|>", 200_006],
    ["<|end|>", 200_007],
    ["<|message|>", 200_008],
    ["<|call|>", 200_012],
  ];
  const taken = new Set(named.map(([, id]) => id));
  const reserved: (readonly [string, number])[] = [];
  for (let id = 200_000; id < 201_088; id++) if (!taken.has(id)) reserved.push([`<|reserved_${id}|>`, id]);
  // The one id with two spellings: the telling one is what it decodes to.
  return new Map([...named, ...reserved, ["<|endofprompt|>", 200_018]]);
}

const read = (file: string) => readFileSync(new URL(`./data/${file}`, import.meta.url));

/** Ids of a vocabulary that are read in one step: four milliseconds at first, while the code is new, then less than one. */
const idsAStep = 2_048;

/** Counted a few times while an encoding is warmed: code is slow, and comes in long steps, until it has been used. */
const rehearsed = `The 1st "fox", isn't it? {\n  你好世界 Привет ${"abracadabraxyzzy".repeat(16)}${"-".repeat(300)}`;
const rehearsals = 32;

let classes: CharacterClasses | undefined;
/** By file and size. One may still be on its way, while it is warmed. */
const vocabularies = new Map<string, Vocabulary>();
const tokenizers = new Map<OpenAiEncoding, BytePairTokenizer>();
const warming = new Map<OpenAiEncoding, Promise<void>>();

function characterClasses(): CharacterClasses {
  classes ??= readCharacterClasses(read("character-classes.bin"));
  return classes;
}

function vocabularyOf({ file, size }: EncodingRow): Vocabulary {
  const key = `${file} ${size}`;
  const known = vocabularies.get(key);
  if (known !== undefined) return known;
  const vocabulary = new Vocabulary(read(file), size);
  vocabularies.set(key, vocabulary);
  return vocabulary;
}

/** Reads the encoding where it was not read before, which takes some tens of milliseconds. */
export function openaiEncoding(name: OpenAiEncoding): BytePairTokenizer {
  const known = tokenizers.get(name);
  if (known !== undefined) return known;
  const row = rows[name];
  const vocabulary = vocabularyOf(row);
  vocabulary.fill(row.size);
  const tokenizer = bytePairTokenizer(name, new Encoder(vocabulary, characterClasses(), row.split), row.specials);
  tokenizers.set(name, tokenizer);
  return tokenizer;
}

/** Whether the encoding has been read, so that `openaiEncoding` gives it at once. */
export function isOpenAiEncodingRead(name: OpenAiEncoding): boolean {
  return tokenizers.has(name);
}

/**
 * Reads the encoding in steps of a few milliseconds, so that the first count does not keep the thread. Who asks for one that is
 * on its way waits for the same reading; `openaiEncoding` does not wait: it reads the rest at once.
 * @param pause lets others have the thread between two steps. What it throws ends the reading, which a later call takes up again.
 */
export function warmOpenAiEncoding(name: OpenAiEncoding, pause: () => Promise<void>): Promise<void> {
  if (tokenizers.has(name)) return Promise.resolve();
  const known = warming.get(name);
  if (known !== undefined) return known;
  const reading = readInSteps(name, pause).finally(() => warming.delete(name));
  warming.set(name, reading);
  return reading;
}

async function readInSteps(name: OpenAiEncoding, pause: () => Promise<void>): Promise<void> {
  characterClasses();
  await pause();
  const vocabulary = vocabularyOf(rows[name]);
  do await pause();
  while (!vocabulary.fill(idsAStep));
  do await pause();
  while (!vocabulary.fillCutCharacters(idsAStep));
  await pause();
  const tokenizer = openaiEncoding(name);
  for (let round = 0; round < rehearsals; round++) {
    await pause();
    tokenizer.count(rehearsed);
  }
}
