import { expect, test } from "vitest";
import { openaiEncoding } from "./openai-encodings.js";
import { textPieces } from "./text-pieces.js";
import type { Tokenizer } from "./tokenizer.js";

const o200k = openaiEncoding("o200k_base");
const pieces = (tokenizer: Tokenizer, text: string, special?: "as-tokens") =>
  [...textPieces(tokenizer, text, special)].flat();

test("hamburger is two tokens", () => {
  expect(pieces(o200k, "hamburger")).toEqual([
    { id: expect.any(Number), start: 0, end: expect.any(Number), text: expect.any(String) },
    { id: expect.any(Number), start: expect.any(Number), end: 9, text: expect.any(String) },
  ]);
});

test("places follow one another through the bytes of the text", () => {
  const text = "Grüße, 世界! 🙂 \0";
  const found = pieces(o200k, text);
  let at = 0;
  for (const piece of found) {
    expect(piece.start).toBe(at);
    at = piece.end ?? -1;
  }
  expect(at).toBe(Buffer.byteLength(text));
});

test("what is no whole characters is shown as its bytes", () => {
  const cut = pieces(openaiEncoding("r50k_base"), "🙂");
  expect(cut.length).toBeGreaterThan(1);
  expect(cut.map(({ hex }) => hex).join("")).toBe("f09f9982");
});

test("special tokens are text unless asked for", () => {
  expect(pieces(o200k, "<|endoftext|>").length).toBeGreaterThan(1);
  expect(pieces(o200k, "<|endoftext|>", "as-tokens")).toEqual([
    { id: 199_999, start: 0, end: 13, text: "<|endoftext|>" },
  ]);
});

const lines = ["", "a", " b", "▁"];
const byWord: Tokenizer = {
  name: "words",
  vocabularySize: 4,
  count: () => 2,
  encode: (text) => (text === "a b" ? [1, 2] : [1, 1]),
  bytesOf: (id) => Buffer.from(lines[id] ?? ""),
  decode: () => "",
};

test("a tokenizer without places gets them where its tokens are the text, and none where they are not", () => {
  expect(pieces(byWord, "a b")).toEqual([
    { id: 1, start: 0, end: 1, text: "a" },
    { id: 2, start: 1, end: 3, text: " b" },
  ]);
  expect(pieces(byWord, "A a")).toEqual([
    { id: 1, text: "a" },
    { id: 1, text: "a" },
  ]);
});
