// Small tokenizer files with the ids that the Python package `tokenizers` 0.23 gives; asked again where it is installed.
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../canonical/json.js";
import { byteCharacters } from "./byte-level.js";
import { readTokenizerJson } from "./read-tokenizer-json.js";

const bytesOf = (file: JsonObject) => new TextEncoder().encode(JSON.stringify(file));
const read = (file: JsonObject) => readTokenizerJson(bytesOf(file), "small.json");

/** Ids in the order of the list. */
const vocabularyOf = (tokens: readonly string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]));

function bpe(alphabet: readonly string[], merges: readonly string[], more: JsonObject = {}): JsonObject {
  const vocab = vocabularyOf([...alphabet, ...merges.map((merge) => merge.replace(" ", ""))]);
  return { type: "BPE", vocab, merges, ...more };
}

const added = (id: number, content: string, more: JsonObject = {}): JsonObject => ({
  id,
  content,
  special: false,
  normalized: false,
  lstrip: false,
  rstrip: false,
  single_word: false,
  ...more,
});

const llama3 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const byteMerges = ["h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or", "l d", "Ġwor ld", "Ġ Ġ", "1 2", "' s"];
const byteAlphabet = Array.from(byteCharacters, (code) => String.fromCharCode(code));
const byteLevel: JsonObject = {
  version: "1.0",
  added_tokens: [
    added(268, "<|end|>", { special: true }),
    added(269, "<tool>", { rstrip: true }),
    added(270, "Day", { single_word: true, normalized: true }),
  ],
  normalizer: { type: "NFC" },
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [
      { type: "Split", pattern: { Regex: llama3 }, behavior: "Isolated", invert: false },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    ],
  },
  post_processor: {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "<|end|>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 0 } }],
    special_tokens: { "<|end|>": { id: "<|end|>", ids: [268], tokens: ["<|end|>"] } },
  },
  decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: bpe(byteAlphabet, byteMerges),
};

const byteTokens = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
const pieceAlphabet = ["<unk>", ...byteTokens, "▁", ..."abcdehlorsw"];
const pieces: JsonObject = {
  added_tokens: [added(0, "<unk>", { special: true })],
  normalizer: {
    type: "Sequence",
    normalizers: [
      { type: "Prepend", prepend: "▁" },
      { type: "Replace", pattern: { String: " " }, content: "▁" },
    ],
  },
  pre_tokenizer: null,
  decoder: {
    type: "Sequence",
    decoders: [
      { type: "Replace", pattern: { String: "▁" }, content: " " },
      { type: "ByteFallback" },
      { type: "Fuse" },
      { type: "Strip", content: " ", start: 1, stop: 0 },
    ],
  },
  model: bpe(pieceAlphabet, ["▁ w", "o r", "▁w or", "l d", "▁wor ld", "▁ ▁", "h e", "l l", "e l", "el l", "a a"], {
    unk_token: "<unk>",
    fuse_unk: true,
    byte_fallback: true,
  }),
};

const scored: readonly (readonly [string, number])[] = [
  ["<unk>", 0],
  ["▁", -2.5],
  ["▁wor", -4.25],
  ["ld", -3.1],
  ["▁world", -9.3],
  ["a", -3],
  ["aa", -5.9],
  ["aaa", -9.1],
  ["b", -3.5],
  ["fi", -6],
  ["f", -4],
  ["i", -4],
];
const unigram: JsonObject = {
  added_tokens: [
    added(0, "<unk>", { special: true, normalized: false }),
    added(12, "<mask>", { special: true, lstrip: true }),
  ],
  normalizer: { type: "Sequence", normalizers: [{ type: "NFKC" }, { type: "Lowercase" }] },
  pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
  decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
  model: { type: "Unigram", unk_id: 0, vocab: scored, byte_fallback: false },
};

const bert: JsonObject = {
  normalizer: {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: { type: "BertProcessing", sep: ["[SEP]", 2], cls: ["[CLS]", 1] },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 20,
    vocab: vocabularyOf(["[UNK]", "[CLS]", "[SEP]", "hell", "##o", "hello", "##s", ",", ".", "cafe", "漢", "a", "##a"]),
  },
};

const clip: JsonObject = {
  added_tokens: [],
  normalizer: {
    type: "Sequence",
    normalizers: [
      { type: "NFC" },
      { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
      { type: "Lowercase" },
    ],
  },
  pre_tokenizer: {
    type: "Split",
    pattern: { Regex: "'s|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
    behavior: "Removed",
    invert: true,
  },
  decoder: { type: "BPEDecoder", suffix: "</w>" },
  model: {
    type: "BPE",
    vocab: vocabularyOf(["<unk>", "a", "b", "1", "a</w>", "b</w>", "1</w>", "ab</w>", "aa", "aaa</w>", "!</w>"]),
    merges: [
      ["a", "b</w>"],
      ["a", "a"],
      ["aa", "a</w>"],
    ],
    unk_token: "<unk>",
    end_of_word_suffix: "</w>",
  },
};

/** The ids of each text as text; behind a bar those with special tokens, where they differ. */
type Ids = Readonly<Record<string, string>>;

const cases: readonly { readonly name: string; readonly file: JsonObject; readonly ids: Ids }[] = [
  {
    name: "byte-level BPE",
    file: byteLevel,
    ids: {
      "hello world": "259 264",
      "hello  world\n": "259 32 264 10",
      "HELLO'S  12123": "72 69 76 76 79 39 83 32 32 266 49 50 51",
      "'\u017f": "39 197 191",
      "h\u00e9llo \u6f22\u5b57 \u{1f44b}": "104 195 169 257 111 32 230 188 162 229 173 151 32 240 159 145 139",
      "Day Days day": "270 32 68 97 121 115 32 100 97 121",
      "a<|end|>b": "97 60 124 101 110 100 124 62 98 | 97 268 98",
      "<tool>  x <tool>": "269 120 32 269",
      "<|end|> <|end|>": "60 124 101 110 100 124 62 32 60 124 101 110 100 124 62 | 268 32 268",
      "\u0000\ufeff\u0085 x": "0 239 187 191 194 133 32 120",
      "\r\n\r\n  a": "13 10 13 10 32 32 97",
      "e\u0301": "195 169",
      " \u00a0 w": "32 194 160 260",
      "": "",
    },
  },
  {
    name: "BPE over characters with bytes behind them, as SentencePiece has it",
    file: pieces,
    ids: {
      world: "273",
      "hello world": "257 275 276 265 273",
      " world": "257 273",
      "  world  ": "274 273 274",
      aaaaa: "257 279 279 258",
      "xyz a": "257 121 122 123 257 258",
      "h\u00e9 \u6f22 \u{1f44b}": "257 263 196 170 257 231 189 163 257 241 160 146 140",
      "\n\t": "257 11 10",
      "\u2581world": "257 273",
      "<unk>a": "257 61 118 111 108 63 258 | 0 257 258",
      "<0x41>": "257 61 49 121 53 50 63",
      "a<unk>b": "257 258 61 118 111 108 63 259 | 257 258 0 257 259",
      "": "",
    },
  },
  {
    name: "Unigram",
    file: unigram,
    ids: {
      world: "2 3",
      "WORLD  world": "2 3 1 2 3",
      aaaaaa: "1 6 6 6",
      abaab: "1 5 8 6 8",
      "\ufb01fi": "1 9 9",
      xyz: "1 0",
      "x a xx": "1 0 1 5 1 0",
      " a<mask>  b <mask>": "1 5 0 5 0 1 1 8 1 0 5 0 | 1 5 12 1 1 8 12",
      "\uff21\uff22": "1 5 8",
      "e\u0301": "1 0",
      "\u6f22\u5b57a": "1 0 5",
      "": "",
    },
  },
  {
    name: "WordPiece",
    file: bert,
    ids: {
      "Hello, hellos.": "5 7 5 6 8",
      "CAF\u00c9 cafe\u0301": "9 9",
      "\u6f22\u6f22a": "10 10 11",
      "aaaa aaaaaaaaaaaaaaaaaaaaa": "11 12 12 12 0",
      "a\u0000b\u200ba": "0",
      x: "0",
      "hello\tHELLO\u3000a": "5 5 11",
      "[CLS] a": "0 0 0 11",
      "": "",
    },
  },
  {
    name: "BPE with a mark at the end of words",
    file: clip,
    ids: { "ab  AB": "7 7", "aaa b1!": "9 5 6 10", "a's": "4 0 0", zab: "0 7", aaaa: "8 1 4", "": "" },
  },
];

/** Both ways to treat special tokens, written as above. */
function idsOf(file: JsonObject, text: string): string {
  const tokenizer = read(file);
  const [plain, special] = [tokenizer.encode(text).join(" "), tokenizer.encode(text, "as-tokens").join(" ")];
  return plain === special ? plain : `${plain} | ${special}`;
}

describe("a tokenizer.json gives the ids of the reference implementation", () => {
  for (const { name, file, ids } of cases) {
    test(`with ${name}`, () => {
      const found = Object.fromEntries(Object.keys(ids).map((text) => [text, idsOf(file, text)]));
      expect(found).toEqual(ids);
    });
  }

  const python = process.env.TRUNKLINE_PYTHON ?? "python3";
  const program = [
    "import json, sys",
    "from tokenizers import Tokenizer",
    "def ids(file, text):",
    "    t = Tokenizer.from_str(json.dumps(file))",
    "    def run(as_text):",
    "        t.encode_special_tokens = as_text",
    "        return ' '.join(map(str, t.encode(text, add_special_tokens=False).ids))",
    "    return run(True) if run(True) == run(False) else run(True) + ' | ' + run(False)",
    "print(json.dumps([{text: ids(case['file'], text) for text in case['ids']} for case in json.load(sys.stdin)]))",
  ].join("\n");
  const ask = (input: string) => execFileSync(python, ["-c", program], { input, encoding: "utf8", stdio: "pipe" });
  const isInstalled = () => {
    try {
      return ask("[]") !== "";
    } catch {
      return false;
    }
  };

  test.skipIf(!isInstalled())("as it says itself (skipped where Python has no `tokenizers`)", () => {
    expect(JSON.parse(ask(JSON.stringify(cases)))).toEqual(cases.map(({ ids }) => ids));
  });
});

describe("a tokenizer of a file", () => {
  test("counts what it encodes, and says what its template adds", () => {
    for (const { file, ids } of cases) {
      const tokenizer = read(file);
      for (const text of Object.keys(ids)) expect(tokenizer.count(text)).toBe(tokenizer.encode(text).length);
    }
    expect(cases.map(({ file }) => read(file).addedByTemplate)).toEqual([1, 0, 0, 2, 0]);
  });

  test("gives text back, and the bytes of each token", () => {
    const text = "hello world 漢字 👋 <tool>x";
    const tokenizer = read(byteLevel);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    const bytes = tokenizer.encode(text).flatMap((id) => [...(tokenizer.bytesOf(id) ?? [])]);
    expect(new TextDecoder().decode(Uint8Array.from(bytes))).toBe(text);
    expect(tokenizer.decode([230, 188, 9_999, 259])).toBe("\ufffdhello");
    expect(tokenizer.bytesOf(271)).toBeUndefined();
    expect(new TextDecoder().decode(tokenizer.bytesOf(268))).toBe("<|end|>");
    expect(read(pieces).decode([257, 263, 196, 170, 257, 273])).toBe("hé  world");
    expect(read(pieces).decode([263, 196, 273])).toBe("h\ufffd world");
    expect(read(bert).decode([5, 7, 3, 4, 8])).toBe("hello, hello.");
    expect(read(clip).decode([7, 8, 4])).toBe("ab aaa");
    expect(read(unigram).decode([2, 3, 1, 8])).toBe("world b");
  });

  test("counts a lone surrogate as U+FFFD", () => {
    expect(read(byteLevel).encode("a\ud83d")).toEqual(read(byteLevel).encode("a\ufffd"));
  });

  test("takes long texts without a break in its stride", () => {
    for (const { file } of cases) {
      const tokenizer = read(file);
      for (const unit of ["a", " ", "1", "👋", "漢", "\u0301\u0316", "'s", "<", "he"])
        expect(tokenizer.count(unit.repeat(200_000))).toBeGreaterThanOrEqual(0);
    }
  });
});
