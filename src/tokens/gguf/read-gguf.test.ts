// Small GGUF files made here, with the ids that llama.cpp's rules give, and files that are damaged at every byte.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import { byteCharacters } from "../huggingface/byte-level.js";
import { readGguf } from "./read-gguf.js";

type Value =
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly floats: readonly number[] }
  | { readonly integers: readonly number[] }
  | { readonly flag: boolean }
  | { readonly count: number };

const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
const list = (type: number, items: readonly Buffer[]) =>
  Buffer.concat([u32(9), u32(type), u64(items.length), ...items]);

function written(value: Value): Buffer {
  if ("text" in value) return Buffer.concat([u32(8), text(value.text)]);
  if ("texts" in value) return list(8, value.texts.map(text));
  if ("floats" in value)
    return list(6, [Buffer.from(Float32Array.from(value.floats).buffer)].concat(padding(value.floats)));
  if ("integers" in value)
    return list(
      5,
      value.integers.map((item) => Buffer.from(Int32Array.of(item).buffer)),
    );
  if ("flag" in value) return Buffer.concat([u32(7), Buffer.of(value.flag ? 1 : 0)]);
  return Buffer.concat([u32(4), u32(value.count)]);
}

/** So that the number of items is right: all but the first are empty. */
const padding = (items: readonly unknown[]) => items.slice(1).map(() => Buffer.alloc(0));

function gguf(entries: Readonly<Record<string, Value>>, version = 3): Buffer {
  const body = Object.entries(entries).map(([key, value]) => Buffer.concat([text(key), written(value)]));
  return Buffer.concat([Buffer.from("GGUF"), u32(version), u64(0), u64(body.length), ...body]);
}

const key = (name: string) => `tokenizer.ggml.${name}`;

const merges = ["h e", "l l", "he ll", "hell o", "Ġ w", "1 2"];
const alphabet = Array.from(byteCharacters, (code) => String.fromCharCode(code));
const byteTokens = [...alphabet, ...merges.map((merge) => merge.replace(" ", "")), "<|end|>", "<tool>", "<|im_end|>"];

const byteLevel = (more: Readonly<Record<string, Value>> = {}) =>
  gguf({
    "general.name": { text: "small" },
    "general.languages": { texts: ["en", "de"] },
    "small.sizes": { integers: [1, 2, 3] },
    [key("model")]: { text: "gpt2" },
    [key("pre")]: { text: "smollm" },
    [key("tokens")]: { texts: byteTokens },
    [key("merges")]: { texts: merges },
    [key("token_type")]: { integers: byteTokens.map((_, id) => (id === 262 ? 3 : id === 263 ? 4 : 1)) },
    ...more,
  });

const hexTokens = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
const scored: readonly (readonly [string, number])[] = [
  ["▁", -1],
  ["a", -2],
  ["b", -3],
  ["ab", -10],
  ["ba", -5],
  ["▁a", -20],
  ["aba", -30],
  // Neither ż nor ó is a token; together they are.
  ["żó", -6],
];
const sentencePiece = (more: Readonly<Record<string, Value>> = {}) =>
  gguf({
    [key("model")]: { text: "llama" },
    [key("tokens")]: { texts: ["<unk>", "<s>", ...hexTokens, ...scored.map(([token]) => token)] },
    [key("scores")]: { floats: [0, 0, ...hexTokens.map(() => 0), ...scored.map(([, score]) => score)] },
    [key("token_type")]: { integers: [2, 3, ...hexTokens.map(() => 6), ...scored.map(() => 1)] },
    [key("unknown_token_id")]: { count: 0 },
    ...more,
  });

const ids = (file: Buffer, sample: string) => readGguf(file, "small.gguf").encode(sample);
/** The id of a byte, and of a piece, in the SentencePiece vocabulary. */
const byte = (value: number) => 2 + value;
const piece = (token: string) => 258 + scored.findIndex(([known]) => known === token);

describe("a byte-level vocabulary", () => {
  test("is cut as its pre-tokenizer says, and merged", () => {
    expect(ids(byteLevel(), "hello w12")).toEqual([259, 260, 49, 50]);
    expect(ids(byteLevel({ [key("pre")]: { text: "gpt-2" } }), "hello w12")).toEqual([259, 260, 261]);
    expect(ids(byteLevel({ [key("pre")]: { text: "llama-bpe" } }), "a'S")).toEqual([97, 39, 83]);
  });

  test("finds control tokens where asked for, user-defined ones always", () => {
    const tokenizer = readGguf(byteLevel(), "small.gguf");
    expect(tokenizer.encode("<tool>he<|end|>").slice(0, 3)).toEqual([263, 256, 60]);
    expect(tokenizer.encode("<tool>he<|end|><|im_end|>", "as-tokens")).toEqual([263, 256, 262, 264]);
    expect(tokenizer.encode("<|im_end|>").length).toBe(10);
    expect(tokenizer.decode(tokenizer.encode("hello 漢<tool>"))).toBe("hello 漢<tool>");
  });

  test("leaves out a byte that is no token, without joining what is beside it", () => {
    const tokens = byteTokens.map((token) => (token === "!" ? "nothing" : token));
    const file = byteLevel({ [key("tokens")]: { texts: tokens }, [key("pre")]: { text: "bloom" } });
    expect(ids(file, "h!e he")).toEqual([104, 101, 32, 256]);
  });

  test("is read from a file piece by piece, without what it does not need", () => {
    const file = byteLevel({ [key("add_bos_token")]: { flag: true } });
    const reads: number[] = [];
    const tokenizer = readGguf((offset, length) => {
      reads.push(offset);
      return file.subarray(offset, offset + Math.min(length, 5_000));
    }, "small.gguf");
    expect([tokenizer.encode("hello"), tokenizer.addedByTemplate, tokenizer.vocabularySize]).toEqual([[259], 1, 265]);
    expect(reads.length).toBeLessThan(10);
  });
});

describe("a vocabulary of SentencePiece", () => {
  test("merges the best score first, and of equals the leftmost", () => {
    expect(ids(sentencePiece(), "abab")).toEqual([piece("▁a"), piece("ba"), piece("b")]);
    expect(ids(sentencePiece(), "aba b")).toEqual([piece("▁a"), piece("ba"), piece("▁"), piece("b")]);
    const equal = sentencePiece({ [key("scores")]: { floats: new Array(266).fill(-1) } });
    expect(ids(equal, "aba")).toEqual([piece("▁a"), piece("ba")]);
  });

  test("falls back to bytes, and merges characters that are no tokens themselves", () => {
    expect(ids(sentencePiece(), "é")).toEqual([piece("▁"), byte(0xc3), byte(0xa9)]);
    expect(ids(sentencePiece(), "żóż")).toEqual([piece("▁"), piece("żó"), byte(0xc5), byte(0xbc)]);
  });

  test("begins each text between tokens like a word, unless told not to", () => {
    const tokenizer = readGguf(sentencePiece(), "small.gguf");
    expect(tokenizer.encode("a<s>a", "as-tokens")).toEqual([piece("▁a"), 1, piece("▁a")]);
    expect(tokenizer.decode(tokenizer.encode("a żół"))).toBe("a żół");
    expect([tokenizer.addedByTemplate, tokenizer.count("")]).toEqual([1, 0]);
    expect(ids(sentencePiece({ [key("add_space_prefix")]: { flag: false } }), "a")).toEqual([piece("a")]);
  });
});

test("Gemma 4's vocabulary is cut at line breaks alone", () => {
  const tokens = [...hexTokens, "▁", "a", "\n", "\n\n", "▁a", "a▁a"];
  const file = gguf({
    [key("model")]: { text: "gemma4" },
    [key("tokens")]: { texts: tokens },
    [key("merges")]: { texts: ["▁ a", "a ▁a"] },
  });
  expect(ids(file, "a a\n\n é")).toEqual([261, 259, 256, 0xc3, 0xa9]);
});

const fault = (file: Buffer): TrunklineError => {
  try {
    readGguf(file, "small.gguf");
  } catch (error) {
    if (TrunklineError.is(error)) return error;
    throw error;
  }
  throw new Error("it was read");
};

describe("a GGUF file that cannot be used is refused with a sentence", () => {
  test.each<[string, Buffer, string]>([
    ["no GGUF", Buffer.from("{}".repeat(20)), "it is no GGUF file"],
    ["an old version", gguf({}, 1), "version 1 of GGUF"],
    ["the other byte order", gguf({}, 0x03000000), "version 50331648 of GGUF"],
    ["no vocabulary", gguf({}), "a vocabulary, which it has not"],
    ["another kind", byteLevel({ [key("model")]: { text: "rwkv" } }), "a vocabulary of the kind rwkv"],
    ["an inherited name", byteLevel({ [key("model")]: { text: "toString" } }), "the kind toString"],
    ["an unknown pre-tokenizer", byteLevel({ [key("pre")]: { text: "kimi-k2" } }), "the pre-tokenizer kimi-k2"],
    ["no tokens", byteLevel({ [key("tokens")]: { count: 1 } }), "its list of tokens is missing"],
    ["no merges", byteLevel({ [key("merges")]: { floats: [1] } }), "its list of merges is missing"],
    ["a token twice", byteLevel({ [key("tokens")]: { texts: ["a", "a"] } }), "its token a is there twice"],
    ["a merge of nothing", byteLevel({ [key("merges")]: { texts: ["漢 字"] } }), "its merge 0 names a token"],
    ["too few scores", sentencePiece({ [key("scores")]: { floats: [1, 2] } }), "its tokens lack scores"],
    [
      "a score that is no number",
      sentencePiece({ [key("scores")]: { floats: new Array(266).fill(Number.NaN) } }),
      "lack",
    ],
  ])("%s", (_, file, sentence) => {
    const error = fault(file);
    expect(error.code).toBe("invalid_request");
    expect(error.message).toContain(sentence);
    expect(error.details.whatToDo).toBeDefined();
  });

  test("cut off anywhere", () => {
    const whole = sentencePiece();
    for (let length = 0; length < whole.length; length += 7)
      expect(fault(whole.subarray(0, length)).code).toBe("invalid_request");
  });

  test("with counts that would take all memory", () => {
    const head = Buffer.concat([Buffer.from("GGUF"), u32(3), u64(0)]);
    const huge = 2 ** 52;
    const tokens = Buffer.concat([head, u64(1), text(key("tokens")), u32(9), u32(8)]);
    for (const file of [
      Buffer.concat([head, u64(huge)]),
      Buffer.concat([head, u64(1), u64(huge)]),
      Buffer.concat([tokens, u64(huge)]),
      Buffer.concat([tokens, u64(1), u64(huge)]),
      Buffer.concat([head, u64(1), text("x"), u32(9), u32(9), u64(1)]),
      Buffer.concat([head, u64(1), text("x"), u32(99)]),
    ])
      expect(fault(file).message).toMatch(/it claims \d+ |unknown type/);
  });

  test("or read, with any bytes changed, but nothing else happens", () => {
    const whole = sentencePiece();
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const file = Buffer.from(whole);
        for (const [at, value] of changes) file[at] = value;
        try {
          readGguf(file, "small.gguf").count("ab żó");
        } catch (error) {
          expect(TrunklineError.is(error)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
