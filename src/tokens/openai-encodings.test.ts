// OpenAI's encodings as a user of them sees them. That the ids are tiktoken's is held in test/tokens.
import { beforeEach, describe, expect, test, vi } from "vitest";
import { openaiEncoding, openaiEncodingNames } from "./openai-encodings.js";

const names = openaiEncodingNames;

describe.each(names)("%s", (name) => {
  const tokenizer = openaiEncoding(name);

  test("has a name, and ids below its size", () => {
    expect(tokenizer.name).toBe(name);
    expect(Math.max(...tokenizer.encode("<|endoftext|> Grüße 你好 😀", "as-tokens"))).toBeLessThan(
      tokenizer.vocabularySize,
    );
    expect(tokenizer.bytesOf(tokenizer.vocabularySize - 1)).toBeDefined();
    expect(tokenizer.bytesOf(tokenizer.vocabularySize)).toBeUndefined();
    expect(tokenizer.bytesOf(-1)).toBeUndefined();
    expect(tokenizer.bytesOf(0.5)).toBeUndefined();
  });

  test("a lone surrogate counts as U+FFFD, and NUL is a character like any other", () => {
    expect(tokenizer.encode("a\ud800b\udc00")).toEqual(tokenizer.encode("a\ufffdb\ufffd"));
    expect(tokenizer.decode(tokenizer.encode("a\0\0b"))).toBe("a\0\0b");
    expect(tokenizer.count("\ud83d")).toBe(tokenizer.count("\ufffd"));
  });

  test("the spelling of a special token is text, unless asked otherwise", () => {
    const text = "one<|endoftext|>two";
    const asText = tokenizer.encode(text);
    const asTokens = tokenizer.encode(text, "as-tokens");
    expect(asText.length).toBeGreaterThan(asTokens.length);
    expect(asTokens).toHaveLength(3);
    expect([tokenizer.count(text), tokenizer.count(text, "as-tokens")]).toEqual([asText.length, 3]);
    expect([tokenizer.decode(asText), tokenizer.decode(asTokens)]).toEqual([text, text]);
    expect(Buffer.from(tokenizer.bytesOf(asTokens[1] ?? -1) ?? []).toString()).toBe("<|endoftext|>");
  });

  test("what only looks like a special token is text", () => {
    for (const text of ["<|nothing|>", "<|endoftext", "<|ENDOFTEXT|>", "<||>", "<|endoftext|"])
      expect(tokenizer.encode(text, "as-tokens"), text).toEqual(tokenizer.encode(text));
  });

  test("each piece ends where its bytes end, special tokens too", () => {
    const text = `Grüße, 你好 😀!<|endoftext|>${"ab".repeat(100)}\n`;
    for (const special of ["as-text", "as-tokens"] as const) {
      const pieces = tokenizer.pieces(text, special);
      expect(pieces.map(({ id }) => id)).toEqual(tokenizer.encode(text, special));
      let end = 0;
      for (const { id, endByte } of pieces) {
        end += tokenizer.bytesOf(id)?.length ?? 0;
        expect(endByte).toBe(end);
      }
      expect(end).toBe(Buffer.byteLength(text));
    }
  });

  test("ids that are not taken are left out, a cut character becomes U+FFFD", () => {
    const [first = 0, ...rest] = tokenizer.encode("𓀀");
    expect(rest.length).toBeGreaterThan(0);
    expect(tokenizer.decode([first])).toMatch(/^\ufffd+$/);
    expect(tokenizer.decode([-1, 3_000_000, ...tokenizer.encode("ok")])).toBe("ok");
    expect(tokenizer.decode([])).toBe("");
  });

  test("what is given away may be written over", () => {
    const text = "hello<|endoftext|>";
    for (const id of tokenizer.encode(text, "as-tokens")) tokenizer.bytesOf(id)?.fill(0);
    expect(tokenizer.decode(tokenizer.encode(text, "as-tokens"))).toBe(text);
  });
});

test.each([
  ["o200k_base", ["hamb", "urger"]],
  ["o200k_harmony", ["hamb", "urger"]],
  ["cl100k_base", ["h", "amburger"]],
] as const)("hamburger is two tokens in %s", (name, tokens) => {
  const tokenizer = openaiEncoding(name);
  expect(tokenizer.count("hamburger")).toBe(2);
  expect(tokenizer.encode("hamburger").map((id) => tokenizer.decode([id]))).toEqual(tokens);
});

test("the special tokens of the harmony format are its own", () => {
  const text = "<|start|>user<|message|>Hi<|end|><|reserved_200000|>";
  expect(openaiEncoding("o200k_harmony").count(text, "as-tokens")).toBe(6);
  expect(openaiEncoding("o200k_base").encode(text, "as-tokens")).toEqual(openaiEncoding("o200k_base").encode(text));
  expect(openaiEncoding("o200k_harmony").decode([200_018])).toBe("<|endofprompt|>");
});

describe("warming", () => {
  beforeEach(() => void vi.resetModules());
  const fresh = () => import("./openai-encodings.js");
  const text = "The quick brown fox, 你好 😀, jumps over 1234 lazy dogs' tails.";
  const expected = openaiEncoding("cl100k_base").encode(text);

  test("reads in steps, and gives the same", async () => {
    const encodings = await fresh();
    let pauses = 0;
    expect(encodings.isOpenAiEncodingRead("cl100k_base")).toBe(false);
    await encodings.warmOpenAiEncoding("cl100k_base", async () => void pauses++);
    expect(encodings.isOpenAiEncodingRead("cl100k_base")).toBe(true);
    expect(pauses).toBeGreaterThan(10);
    expect(encodings.openaiEncoding("cl100k_base").encode(text)).toEqual(expected);
    const before = pauses;
    await encodings.warmOpenAiEncoding("cl100k_base", async () => void pauses++);
    expect(pauses).toBe(before);
  });

  test("who asks for it at once while it is on its way gets it whole", async () => {
    for (const askAt of [1, 2, 3, 12]) {
      vi.resetModules();
      const encodings = await fresh();
      let pauses = 0;
      let given: readonly number[] = [];
      const warmed = encodings.warmOpenAiEncoding("cl100k_base", async () => {
        if (++pauses === askAt) given = encodings.openaiEncoding("cl100k_base").encode(text);
      });
      await warmed;
      expect(given, `at pause ${askAt}`).toEqual(expected);
      expect(encodings.openaiEncoding("cl100k_base").encode(text)).toEqual(expected);
    }
  });

  test("two at the same time share the work", async () => {
    const encodings = await fresh();
    const pauses: string[] = [];
    const first = encodings.warmOpenAiEncoding("cl100k_base", async () => void pauses.push("first"));
    const second = encodings.warmOpenAiEncoding("cl100k_base", async () => void pauses.push("second"));
    await Promise.all([first, second]);
    expect(new Set(pauses)).toEqual(new Set(["first"]));
  });

  test("what a pause throws ends it, and the next call goes on", async () => {
    const encodings = await fresh();
    let pauses = 0;
    const failing = encodings.warmOpenAiEncoding("cl100k_base", async () => {
      if (++pauses === 5) throw new Error("stopped");
    });
    await expect(failing).rejects.toThrow("stopped");
    expect(encodings.isOpenAiEncodingRead("cl100k_base")).toBe(false);
    await encodings.warmOpenAiEncoding("cl100k_base", async () => undefined);
    expect(encodings.openaiEncoding("cl100k_base").encode(text)).toEqual(expected);
  });
});
