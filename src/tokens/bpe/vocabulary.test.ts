// Tokens are found by their bytes, however the table was filled; a damaged file is refused.
import { describe, expect, test } from "vitest";
import { dice, pack, packedNames, packedVocabulary, singleBytes } from "../../../test/tokens/plain-merge.js";
import { hashFactor, noToken, Vocabulary } from "./vocabulary.js";

const find = (vocabulary: Vocabulary, text: string) => vocabulary.find(Buffer.from(text), 0, Buffer.byteLength(text));

function filled(packed: Uint8Array, size: number, idsAStep = size): Vocabulary {
  const vocabulary = new Vocabulary(packed, size);
  while (!vocabulary.fill(idsAStep));
  return vocabulary;
}

describe.each(packedNames)("%s", (name) => {
  const vocabulary = packedVocabulary(name);

  test("every token is found by its bytes, alone and within others", () => {
    const wrong: number[] = [];
    for (let id = 0; id < vocabulary.size; id++) {
      const bytes = vocabulary.bytesOf(id);
      if (bytes === undefined) continue;
      const within = Buffer.concat([Buffer.from("x"), bytes, Buffer.from("y")]);
      const found = vocabulary.find(within, 1, 1 + bytes.length);
      if (found !== id || vocabulary.lengthOf(id) !== bytes.length || vocabulary.longestAt(bytes, 0) < bytes.length)
        wrong.push(id);
    }
    expect(wrong).toEqual([]);
  });

  test("bytes that are no token are not found", () => {
    const spellings = new Set<string>();
    for (let id = 0; id < vocabulary.size; id++)
      spellings.add(Buffer.from(vocabulary.bytesOf(id) ?? []).toString("latin1"));
    const roll = dice(7);
    const found: string[] = [];
    for (let run = 0; run < 50_000; run++) {
      const bytes = Uint8Array.from({ length: 2 + roll(6) }, () => 97 + roll(26));
      const spelling = Buffer.from(bytes).toString("latin1");
      if ((vocabulary.find(bytes, 0, bytes.length) !== noToken) !== spellings.has(spelling)) found.push(spelling);
    }
    expect(found).toEqual([]);
    expect(vocabulary.find(new Uint8Array(vocabulary.longest + 1).fill(32), 0, vocabulary.longest + 1)).toBe(noToken);
  });
});

describe("a small vocabulary", () => {
  const tokens = [...singleBytes, Buffer.from("ab"), Buffer.alloc(0), Buffer.from("abc"), Buffer.alloc(255, 0xff)];
  const packed = pack(tokens);

  test("knows its tokens, and not the id that is not taken", () => {
    const vocabulary = filled(packed, tokens.length);
    expect([find(vocabulary, "a"), find(vocabulary, "ab"), find(vocabulary, "abc")]).toEqual([97, 256, 258]);
    expect(find(vocabulary, "bc")).toBe(noToken);
    expect(vocabulary.longest).toBe(255);
    expect([vocabulary.longestAt(Buffer.from("abx"), 0), vocabulary.longestAt(Buffer.from("ba"), 0)]).toEqual([3, 1]);
    expect(vocabulary.bytesOf(257)).toBeUndefined();
    expect(vocabulary.bytesOf(tokens.length)).toBeUndefined();
    expect(vocabulary.bytesOf(-1)).toBeUndefined();
    expect(vocabulary.findJoined(256, 99)).toBe(258);
    expect(vocabulary.findJoined(97, 99)).toBe(noToken);
  });

  test("may be the beginning of another", () => {
    const vocabulary = filled(packed, 257);
    expect([find(vocabulary, "ab"), find(vocabulary, "abc")]).toEqual([256, noToken]);
  });

  test("is the same filled a few ids at a time", () => {
    const [atOnce, inSteps] = [filled(packed, tokens.length), filled(packed, tokens.length, 7)];
    for (const token of tokens.filter(({ length }) => length > 0))
      expect(inSteps.find(token, 0, token.length)).toBe(atOnce.find(token, 0, token.length));
    expect(inSteps.longest).toBe(atOnce.longest);
  });

  test("tells spellings of one hash apart by their bytes", () => {
    const [first, second] = [Buffer.from("fuwqeumkqn"), Buffer.from("ghmchipvug")];
    const hashOf = (bytes: Uint8Array) => bytes.reduce((sum, byte) => (Math.imul(sum, hashFactor) + byte) | 0, 0);
    expect(hashOf(first)).toBe(hashOf(second));
    const vocabulary = filled(pack([...singleBytes, first]), 257);
    expect(vocabulary.find(first, 0, 10)).toBe(256);
    expect(vocabulary.find(second, 0, 10)).toBe(noToken);
  });
});

describe("a damaged file is refused", () => {
  const packed = pack([...singleBytes, Buffer.from("ab")]);

  test("that ends too early", () => {
    expect(() => filled(packed.subarray(0, -1), 257)).toThrow(RangeError);
    expect(() => filled(packed, 258)).toThrow("The packed vocabulary ends too early.");
    expect(() => filled(new Uint8Array(), 1)).toThrow(RangeError);
  });

  test("that does not begin with the single bytes", () => {
    const twice = packed.slice();
    twice[3] = 0;
    expect(() => filled(twice, 257)).toThrow("The packed vocabulary does not begin with the single bytes.");
    expect(() => filled(packed, 100)).toThrow("The packed vocabulary does not begin with the single bytes.");
  });
});
