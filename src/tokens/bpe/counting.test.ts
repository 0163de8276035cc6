// A count in steps is the count in one go, whatever the text and the steps.
import { expect, test } from "vitest";
import { dice, pick, randomText } from "../../../test/tokens/plain-merge.js";
import { openaiEncoding, openaiEncodingNames } from "../openai-encodings.js";
import type { BytePairTokenizer } from "./tokenizer.js";

function counted(tokenizer: BytePairTokenizer, text: string, step: () => number): number {
  const counting = tokenizer.counting(text);
  while (!counting.advance(step()));
  return counting.tokens;
}

test.each(openaiEncodingNames)("%s: random texts, halves of characters among them, in random steps", (name) => {
  const roll = dice(30);
  const tokenizer = openaiEncoding(name);
  const wrong: string[] = [];
  for (let run = 0; run < 400; run++) {
    const parts = Array.from({ length: 1 + roll(6) }, () => randomText(roll, 120));
    const text = parts.join(pick(roll, ["", " ", "\n", "\ud83d", "\udc00", "'s ", "\0"]));
    const most = pick(roll, [1, 16, 300]);
    if (counted(tokenizer, text, () => 1 + roll(most)) !== tokenizer.count(text)) wrong.push(text);
  }
  expect(wrong).toEqual([]);
});

test("a piece of many steps, with other texts in between", () => {
  const tokenizer = openaiEncoding("cl100k_base");
  const text = `x ${"abcab".repeat(6_000)} y ${"=-".repeat(9_000)}`;
  const counting = tokenizer.counting(text);
  let steps = 1;
  for (; !counting.advance(500); steps++)
    expect(tokenizer.count(`${"hamburger".repeat(20)}!`)).toBe(tokenizer.encode(`${"hamburger".repeat(20)}!`).length);
  expect(steps).toBeGreaterThan(80);
  expect(counting.tokens).toBe(tokenizer.encode(text).length);
});

test("characters of two units that lie across the border of what is read in one step stay whole", () => {
  const tokenizer = openaiEncoding("o200k_base");
  for (const before of [65_534, 65_535, 65_536]) {
    const text = `${"a ".repeat(before / 2)}${before % 2 === 1 ? "b" : ""}😀\ud83d${"c ".repeat(40_000)}\ud83d`;
    expect(
      counted(tokenizer, text, () => 8_192),
      String(before),
    ).toBe(tokenizer.count(text));
  }
});

test("the empty text has no tokens and is done at once", () => {
  const counting = openaiEncoding("o200k_base").counting("");
  expect([counting.advance(1), counting.tokens]).toEqual([true, 0]);
});
