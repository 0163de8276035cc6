// The automaton beside the engine's own regular expressions, and what it refuses.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gpt2Pattern } from "../pre-tokenizers.js";
import { faultsOf } from "../tokenizer-fault.js";
import { compilePattern } from "./pattern.js";

const faults = faultsOf("patterns.json");

function matches(pattern: string, text: string): readonly string[] {
  const found: string[] = [];
  compilePattern(pattern, faults).eachMatch(text, (start, end) => found.push(text.slice(start, end)));
  return found;
}

const own = (pattern: string, text: string) =>
  Array.from(text.matchAll(new RegExp(pattern, "gmu")), ([found]) => found);

const text = fc
  .array(fc.oneof(fc.constantFrom(..."ab AB1\n\r\t'’sſé漢👋\u0301\u00a0.,-_"), fc.constantFrom("  ", "'s", "'ll")), {
    maxLength: 40,
  })
  .map((parts) => parts.join(""));

/** Patterns whose meaning is the same in JavaScript, for texts without U+0085 and U+FEFF. */
const shared = [
  gpt2Pattern,
  "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lo}\\p{M}]+|[\\p{Lu}\\p{Lo}]+[\\p{Ll}]*",
  "a|ab|abc",
  "(?:a|ab)(?:c|bcd)?",
  "a*?b|(?:a*)*",
  "(a|b){2,3}?",
  "(?<=a)b|(?<!a)B",
  "(?<=\\s|\\n|^)[ab]+",
  "a(?=[bB])|a(?!b)",
  "\\s+|",
  "(?!a|\\n)[^b]",
  "x{0,2}a{1}",
];

describe("a pattern finds", () => {
  test.each(shared)("what a backtracking engine finds: %s", (pattern) => {
    fc.assert(
      fc.property(text, (sample) => {
        // An empty match behind another is left out, as Oniguruma's bindings do it.
        const found = matches(pattern, sample).filter((match) => match !== "");
        expect(found).toEqual(own(pattern, sample).filter((match) => match !== ""));
      }),
      { numRuns: 300 },
    );
  });

  test("small and capital letters where it is told so, the long s among them", () => {
    expect(matches("(?i:'s|'t)", "'s 'S 'ſ 'T 's")).toEqual(["'s", "'S", "'ſ", "'T", "'s"]);
    expect(matches("(?i)k[a-c](?-i)d", "KAd kbD \u212aCd")).toEqual(["KAd", "\u212aCd"]);
  });

  test("what Unicode calls space, and no more", () => {
    expect(matches("\\s", "\u0085\ufeff\u00a0\u200b\u2028")).toEqual(["\u0085", "\u00a0", "\u2028"]);
  });

  test("with possessive quantifiers, which give nothing back", () => {
    expect(matches("a++b|a*+a|c?+c", "aaab aa cc c")).toEqual(["aaab", "cc"]);
    expect(matches("[^\\s\\p{L}]?+\\p{L}+", "-ab 1 c")).toEqual(["-ab", "c"]);
  });

  test("classes inside classes, what they share, and POSIX names", () => {
    expect(matches("[\\p{L}&&[^\\p{Han}]]+", "ab漢cd")).toEqual(["ab", "cd"]);
    expect(matches(" ?[^(\\s|[.,!?…])]+", "ab, cd (e)")).toEqual(["ab", " cd", "e"]);
    expect(matches("[[:alpha:]\\-_]+", "a-b_c d")).toEqual(["a-b_c", "d"]);
    expect(matches("[[:^space:]]+", "a b")).toEqual(["a", "b"]);
    expect(matches("[[:punct:]]", "$.a")).toEqual(["$", "."]);
    expect(matches("\\p{Han}+|\\p{^L}|\\P{L}", "漢字1a!")).toEqual(["漢字", "1", "!"]);
    expect(matches("[\\]a-c-]+", "]-d[c")).toEqual(["]-", "c"]);
  });

  test("borders of words and lines", () => {
    expect(matches("\\bab\\b", "ab abab ab.")).toEqual(["ab", "ab"]);
    expect(matches("\\Ba\\B", "aaa")).toEqual(["a"]);
    expect(matches(".", "a\n\rb")).toEqual(["a", "\r", "b"]);
    expect(matches("(?m).", "a\n")).toEqual(["a", "\n"]);
    expect(matches("^a|b$", "a a\nb b\nab")).toEqual(["a", "b", "a", "b"]);
    expect(matches("\\Aa|a\\z", "aaa")).toEqual(["a", "a"]);
  });

  test("characters by number, comments and named groups", () => {
    expect(matches("\\x41\\u0042(?#no matter)(?<name>\\x{1F44B})", "AB👋")).toEqual(["AB👋"]);
  });
});

describe("a pattern is refused", () => {
  test.each([
    ["has a group without an end", "("],
    ["closes a group that it never opened", "a)"],
    ["has a character class without an end", "[a"],
    ["has an empty character class", "[]a"],
    ["has an empty character class", "[a&&]"],
    ["repeats nothing", "*a"],
    ["runs backwards", "[z-a]"],
    ["at least more often than at most", "a{3,2}"],
    ["more than 1000 times", "a{1001}"],
    ["more than 5000 steps", "(?:a{1000}){1000}"],
    ["the escape \\1", "(a)\\1"],
    ["the property Nonsense", "\\p{Nonsense}"],
    ["\\p without a property", "\\p"],
    ["the option (?x)", "(?x: a )"],
    ["more than one character", "(?=ab)"],
    ["possessive group", "(?:ab)++"],
    ["a group (?…)", "(?(1)a)"],
    ["by a number that is none", "\\x{110000}"],
    ["nests groups too deeply", `${"(".repeat(60)}a${")".repeat(60)}`],
    ["longer than 20000", "a".repeat(20_001)],
  ])("with the words: %s", (sentence, pattern) => {
    expect(() => compilePattern(pattern, faults)).toThrow(sentence);
  });

  test("or at work, where a text would take more than linear time", () => {
    expect(() => matches("a.*b|a", "a".repeat(50_000))).toThrow("more than linear time");
    expect(matches("(?:a*)*(?:a|b)*c", "a".repeat(2_000))).toEqual([]);
  });
});
