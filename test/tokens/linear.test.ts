// Time grows with the length of a text and no faster, whatever the text; and no step of a long count keeps the thread.
// Measured in the processor's time of this process, the least of some runs: other work on the machine must not fail a test.
import { describe, expect, test } from "vitest";
import { openaiEncoding, warmOpenAiEncoding } from "../../src/tokens/openai-encodings.js";
import { dice, pick } from "./plain-merge.js";

const small = 64 * 1024;
const large = 1024 * 1024;
const bytesAStep = 8_192;
const longestStepMs = 5;
const runs = 2;

function random(letters: string): (bytes: number) => string {
  return (bytes) => {
    const roll = dice(bytes);
    const characters = [...letters];
    const length = Math.floor(bytes / (Buffer.byteLength(letters) / characters.length));
    return Array.from({ length }, () => pick(roll, characters)).join("");
  };
}

const repeated = (unit: string) => (bytes: number) => unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)));
const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const texts: readonly (readonly [string, (bytes: number) => string])[] = [
  ["one letter", repeated("a")],
  ["one capital", repeated("A")],
  ["spaces", repeated(" ")],
  ["newlines", repeated("\n")],
  ["spaces and newlines", random(" \n\t")],
  ["digits", random("0123456789")],
  ["one digit", repeated("0")],
  ["emoji", random("😀🎉👍🏽❤🤖🔥")],
  ["base64", random(base64)],
  ["CJK", random("的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生，。")],
  ["one character of CJK", repeated("的")],
  ["Thai", random("กขคงจชซญดตถทนบปผพฟมยรลวสหอะาิีุู")],
  ["random letters", random("abcdefghijklmnopqrstuvwxyz")],
  ["two letters", random("ab")],
  ["combining marks", repeated("\u0301")],
  ["alternating case", repeated("aA")],
  ["capitals behind a caseless letter", (bytes) => `中${"A".repeat(bytes - 3)}`],
  ["a letter and a space", repeated("a ")],
  ["apostrophes", repeated("'")],
  ["symbols", random("!?.,;:'\"-_/\\()[]{}<>|@#$%^&*+=~`")],
  ["a line of dashes", repeated("-")],
  ["contractions", repeated("x's")],
  ["NUL", repeated("\0")],
  ["halves of characters", repeated("\ud83d")],
];

/** Milliseconds that the processor has worked for this process. */
function workedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function leastMs(run: () => void): number {
  const times = Array.from({ length: runs }, () => {
    const began = workedMs();
    run();
    return workedMs() - began;
  });
  return Math.min(...times);
}

/** The other splitters differ in what runs they take as one piece: letters, numbers, symbols, white space. */
const some = new Set([
  "one letter",
  "spaces and newlines",
  "digits",
  "CJK",
  "random letters",
  "symbols",
  "a line of dashes",
]);
const cases = (["o200k_base", "cl100k_base", "r50k_base"] as const).flatMap((name) =>
  texts.filter(([kind]) => name === "o200k_base" || some.has(kind)).map(([kind, text]) => [name, kind, text] as const),
);

describe.each(cases)("%s, %s", (name, _, text) => {
  const tokenizer = openaiEncoding(name);

  test("a mebibyte takes no longer for each byte than 64 KiB", () => {
    const [short, long] = [text(small), text(large)];
    // As many bytes in both, as a clock is coarse.
    const shortMs = leastMs(() => {
      for (let time = 0; time < large / small; time++) tokenizer.count(short);
    });
    const longMs = leastMs(() => tokenizer.count(long));
    expect(longMs, `${shortMs} ms in 16 texts, ${longMs} ms in one`).toBeLessThan(3 * shortMs + 10);
  });

  test("no step of a count keeps the thread for long", () => {
    const long = text(large);
    const least: number[] = [];
    let tokens = 0;
    for (let run = 0; run < runs; run++) {
      const beganAt = workedMs();
      const counting = tokenizer.counting(long);
      let before = workedMs();
      let slowest = before - beganAt;
      for (let step = 0, done = false; !done; step++) {
        done = counting.advance(bytesAStep);
        const after = workedMs();
        least[step] = Math.min(least[step] ?? Number.POSITIVE_INFINITY, Math.max(after - before, slowest));
        slowest = 0;
        before = after;
      }
      tokens = counting.tokens;
    }
    expect(tokens).toBe(tokenizer.count(long));
    expect(Math.max(...least)).toBeLessThan(longestStepMs);
  });
});

test("no step of reading an encoding keeps the thread for long, once the code has been used", async () => {
  const name = "o200k_harmony";
  let before = workedMs();
  const steps: number[] = [];
  await warmOpenAiEncoding(name, async () => {
    steps.push(workedMs() - before);
    await new Promise((resolve) => setImmediate(resolve));
    before = workedMs();
  });
  const slow = steps.filter((ms) => ms >= longestStepMs);
  // Others on the machine, and the compiler's own threads, may take part of some.
  expect(slow.length, steps.join(" ")).toBeLessThanOrEqual(Math.ceil(steps.length / 10));
});
