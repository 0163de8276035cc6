// What beginning with whole characters stands on, for each vocabulary; and which characters are begun with.
import { describe, expect, test } from "vitest";
import { packedNames, packedVocabulary, plainMerge } from "../../../test/tokens/plain-merge.js";
import { Characters } from "./characters.js";
import { noToken, type Vocabulary } from "./vocabulary.js";

interface Spelled {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly characters: readonly string[];
}

/** Tokens that are whole characters, one of several bytes among them. */
function wholeTokens(vocabulary: Vocabulary): readonly Spelled[] {
  return Array.from({ length: vocabulary.size }, (_, id) => {
    const bytes = vocabulary.bytesOf(id) ?? new Uint8Array();
    const text = Buffer.from(bytes).toString("utf8");
    return { id, bytes, characters: Buffer.from(text).equals(bytes) ? [...text] : [] };
  }).filter(({ bytes, characters }) => characters.length > 0 && characters.length < bytes.length);
}

describe.each(packedNames)("%s", (name) => {
  const vocabulary = packedVocabulary(name);
  const whole = wholeTokens(vocabulary);
  const idOf = (text: string) => vocabulary.find(Buffer.from(text), 0, Buffer.byteLength(text));
  const width = (character: string | undefined) => Buffer.byteLength(character ?? "");
  const cut = (bytes: Uint8Array, at: number) => vocabulary.cutCharacters.across(bytes[at - 1] ?? 0, bytes[at] ?? 0);

  test("a token that begins or ends with a character comes after it, unless tokens cut characters there", () => {
    const early = whole.filter(({ id, bytes, characters }) => {
      if (characters.length < 2) return false;
      const ends = [characters[0] ?? "", characters.at(-1) ?? ""];
      const seams = [width(ends[0]), bytes.length - width(ends[1])];
      return ends.some((character, side) => {
        const own = width(character) > 1 ? idOf(character) : noToken;
        return own !== noToken && own > id && !cut(bytes, seams[side] ?? 0);
      });
    });
    expect(whole.length).toBeGreaterThan(500);
    expect(early).toEqual([]);
  });

  test("merging the bytes of a character that is a token gives that token", () => {
    const single = whole.filter(({ characters }) => characters.length === 1);
    expect(single.length).toBeGreaterThan(300);
    expect(single.filter(({ id, bytes }) => plainMerge(vocabulary, bytes).join() !== String(id))).toEqual([]);
  });

  test("where no token cuts a character between two bytes, none with both is anything but whole characters", () => {
    const cutting = Array.from({ length: vocabulary.size }, (_, id) => vocabulary.bytesOf(id) ?? new Uint8Array())
      .filter((bytes) => !Buffer.from(Buffer.from(bytes).toString("utf8")).equals(bytes))
      .filter((bytes) =>
        bytes.some(
          (byte, at) =>
            at > 0 && (byte & 0xc0) !== 0x80 && Math.max(byte, bytes[at - 1] ?? 0) >= 0x80 && !cut(bytes, at),
        ),
      );
    expect(cutting).toEqual([]);
  });
});

describe("the character at a place", () => {
  const vocabulary = packedVocabulary("o200k_base");
  const characters = new Characters(vocabulary);
  const tokenAt = (text: string, at: number, length = Buffer.byteLength(text)) =>
    characters.tokenAt(Buffer.from(text), 0, at, length);
  const idOf = (text: string) => vocabulary.find(Buffer.from(text), 0, Buffer.byteLength(text));

  test("is its token, the second time too", () => {
    expect(tokenAt("中文", 0)).toBe(idOf("中"));
    expect(tokenAt("中文", 3)).toBe(idOf("文"));
    expect(tokenAt("中文", 0)).toBe(idOf("中"));
  });

  test("is to be merged where it is no token, is not all there, or a token cuts it", () => {
    expect(tokenAt("𓀀", 0)).toBe(noToken);
    expect(tokenAt("中", 0, 2)).toBe(noToken);
    // " \xd0" is a token.
    expect(tokenAt(" п", 1)).toBe(noToken);
    expect(tokenAt("п", 0)).toBe(idOf("п"));
  });
});
