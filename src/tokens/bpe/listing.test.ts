// Tokens in steps are the tokens in one go, whatever the text and the steps.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openaiEncoding, openaiEncodingNames } from "../openai-encodings.js";

const words = fc.constantFrom(
  "the ",
  "Hamburger",
  "  ",
  "\n\n",
  "\r\n",
  "'s",
  "1234",
  "你好。",
  "🙂",
  "\ud83d",
  "\0",
  "<|endoftext|>",
  "\t",
  "é",
  "!!",
  " x",
);
const texts = fc.array(words, { maxLength: 60 }).map((parts) => parts.join(""));

describe.each(openaiEncodingNames)("%s", (name) => {
  const tokenizer = openaiEncoding(name);

  test("gives in steps of any size what it gives in one go", () => {
    fc.assert(
      fc.property(
        texts,
        fc.integer({ min: 1, max: 64 }),
        fc.constantFrom("as-text", "as-tokens"),
        (text, bytes, special) => {
          const steps = [...tokenizer.piecesInSteps(text, special, bytes)].flat();
          expect(steps).toEqual(tokenizer.pieces(text, special));
        },
      ),
      { numRuns: 200 },
    );
  });
});

test("a long piece comes in steps too, while others use the encoding", () => {
  const tokenizer = openaiEncoding("cl100k_base");
  const text = "ab".repeat(20_000);
  const ids: number[] = [];
  let steps = 0;
  for (const batch of tokenizer.piecesInSteps(text)) {
    ids.push(...batch.map(({ id }) => id));
    steps++;
    expect(tokenizer.count("hamburger")).toBe(2);
  }
  expect(steps).toBeGreaterThan(10);
  expect(ids).toEqual(tokenizer.encode(text));
});
