// Tokenizer files that are damaged, hostile or made for something else: each is refused with a sentence.
import { describe, expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import type { JsonObject } from "../../canonical/json.js";
import { readTokenizerJson } from "./read-tokenizer-json.js";

const bytesOf = (file: JsonObject) => new TextEncoder().encode(JSON.stringify(file));
const read = (file: JsonObject) => readTokenizerJson(bytesOf(file), "small.json");
const added = (id: number, content: string): JsonObject => ({ id, content, special: true, normalized: false });

const fault = (bytes: Uint8Array): TrunklineError => {
  try {
    readTokenizerJson(bytes, "small.json");
  } catch (error) {
    if (TrunklineError.is(error)) return error;
    throw error;
  }
  throw new Error("it was read");
};

describe("a file that cannot be used is refused with a sentence", () => {
  const model = (more: JsonObject): JsonObject => ({
    model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: [], ...more },
  });
  const split = (pattern: string): JsonObject => ({
    ...model({}),
    pre_tokenizer: { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated" },
  });
  const nested = (depth: number): JsonObject =>
    depth === 0 ? { type: "NFC" } : { type: "Sequence", normalizers: [nested(depth - 1)] };

  test.each<[string, JsonObject | Uint8Array, string]>([
    ["rubbish", Uint8Array.of(0xff, 0xfe, 0x00), "it is not UTF-8"],
    ["no object", new TextEncoder().encode("[1]"), "it is no JSON object, or it is cut off"],
    ["deep brackets", new TextEncoder().encode(`{"model":${"[".repeat(1_000_000)}`), "it is no JSON object"],
    ["no model", {}, "it has no model"],
    ["an unknown model", { model: { type: "Mamba" } }, "needs the model Mamba"],
    ["no vocabulary", model({ vocab: null }), "its vocabulary is missing"],
    ["an empty vocabulary", model({ vocab: {} }), "its vocabulary is empty"],
    ["an id twice", model({ vocab: { a: 0, b: 0 } }), "its id 0 is given to two tokens"],
    ["a negative id", model({ vocab: { a: -1 } }), "the id of its token a is -1"],
    ["half an id", model({ vocab: { a: 0.5 } }), "the id of its token a is 0.5"],
    ["a huge id", model({ vocab: { a: 2_000_000 } }), "ids of 2000000 and above"],
    ["an id of the wrong type", model({ vocab: { a: "0" } }), "the id of its token a is no number"],
    ["no merges", model({ merges: "a b" }), "its merges are missing"],
    ["a merge of one", model({ merges: ["ab"] }), "its merge 0 is no pair of tokens"],
    ["a merge of three", model({ merges: [["a", "b", "c"]] }), "its merge 0 is no pair of tokens"],
    ["a merge of nothing known", model({ merges: ["a b"] }), "its merge 0 names a token that is not in its vocabulary"],
    ["a missing unknown", model({ unk_token: "<unk>" }), "its token for the unknown is not in its vocabulary"],
    ["a missing unknown of Unigram", { model: { vocab: [["a", 0]], unk_id: 7 } }, "its token for the unknown is not"],
    ["an entry without a score", { model: { vocab: [["a"]] } }, "the entry 0 of its vocabulary is no token"],
    ["added tokens of the wrong type", { ...model({}), added_tokens: 7 }, "its added tokens are no list"],
    ["an added token without an id", { ...model({}), added_tokens: [{ content: "x" }] }, "its added token 0 has no"],
    ["an added token with a taken id", { ...model({}), added_tokens: [added(1, "x")] }, "its id 1 is given to two"],
    ["an unknown normalizer", { ...model({}), normalizer: { type: "Rot13" } }, "needs the normalizer Rot13"],
    ["an inherited name", { ...model({}), normalizer: { type: "toString" } }, "needs the normalizer toString"],
    ["a bottomless normalizer", { ...model({}), normalizer: nested(40) }, "too many parts inside each other"],
    [
      "a cut table of characters",
      { ...model({}), normalizer: { type: "Precompiled", precompiled_charsmap: "AAAA" } },
      "its table of characters is cut off",
    ],
    [
      "an unknown pre-tokenizer",
      { ...model({}), pre_tokenizer: { type: "UnicodeScripts" } },
      "the pre-tokenizer UnicodeS",
    ],
    ["an unknown decoder", { ...model({}), decoder: { type: "CTC" } }, "needs the decoder CTC"],
    ["a back-reference", split("(a)\\1"), "the escape \\1 in a pattern"],
    ["a long look ahead", split("a(?=bc)"), "looks ahead or behind by more than one character"],
    ["an open group", split("(a"), "a pattern has a group without an end"],
    ["another version", { ...model({}), version: "2.0" }, "another version of the format"],
  ])("%s", (_, file, sentence) => {
    const error = fault(file instanceof Uint8Array ? file : bytesOf(file));
    expect([error.code, error.message.startsWith("The tokenizer file small.json ")]).toEqual(["invalid_request", true]);
    expect(error.message).toContain(sentence);
    expect(error.details.whatToDo).toBeDefined();
  });

  test("cut off anywhere", () => {
    const whole = bytesOf({ ...split("\\s+"), added_tokens: [added(2, "<s>")], normalizer: nested(3) });
    for (let length = 0; length < whole.length; length++)
      expect(fault(whole.subarray(0, length)).code).toBe("invalid_request");
  });

  test("too large", () => {
    expect(fault(new Uint8Array(64 * 1024 * 1024 + 1)).message).toContain("more than 64 MiB");
  });

  test("with a pattern that asks for more than linear time, once a text does", () => {
    const tokenizer = read(split("a.*b|a"));
    expect(tokenizer.count("aabab")).toBe(5);
    expect(() => tokenizer.count("a".repeat(100_000))).toThrow("more than linear time");
  });
});
