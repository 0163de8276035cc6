// Counts texts of all kinds with what is built, and prints how long that took: a row of JSON for each.
//   node test/tokens/measure-count.mjs ENCODING [KIND...]
// In a process of its own, as the tests' own way to load code makes calls slower. Times are the processor's for this process, each
// the least of some runs: other work on the machine makes them longer, and nothing makes them shorter.
import { openaiEncoding } from "../../dist/tokens/openai-encodings.js";

const small = 64 * 1024;
const large = 1024 * 1024;
const bytesAStep = 8_192;
const runs = 3;
/** A count is repeated while one of its steps takes longer: that may have been somebody else's work. */
const longestStepMs = 5;
const mostRuns = 10;

function random(letters) {
  const characters = [...letters];
  return (bytes) => {
    let state = bytes;
    const roll = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return characters[Math.floor((state / 2 ** 32) * characters.length)];
    };
    const length = Math.floor(bytes / (Buffer.byteLength(letters) / characters.length));
    return Array.from({ length }, roll).join("");
  };
}

const repeated = (unit) => (bytes) => unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)));

const texts = {
  "one letter": repeated("a"),
  "one capital": repeated("A"),
  spaces: repeated(" "),
  newlines: repeated("\n"),
  "spaces and newlines": random(" \n\t"),
  digits: random("0123456789"),
  "one digit": repeated("0"),
  emoji: random("😀🎉👍🏽❤🤖🔥"),
  base64: random("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
  CJK: random("的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生，。"),
  "one character of CJK": repeated("的"),
  Thai: random("กขคงจชซญดตถทนบปผพฟมยรลวสหอะาิีุู"),
  "random letters": random("abcdefghijklmnopqrstuvwxyz"),
  "two letters": random("ab"),
  "combining marks": repeated("\u0301"),
  "alternating case": repeated("aA"),
  "capitals behind a caseless letter": (bytes) => `中${"A".repeat(bytes - 3)}`,
  "a letter and a space": repeated("a "),
  symbols: random("!?.,;:'\"-_/\\()[]{}<>|@#$%^&*+=~`"),
  apostrophes: repeated("'"),
  dashes: repeated("-"),
  "lines and slashes": repeated("!\n/"),
  contractions: repeated("x's"),
  NUL: repeated("\0"),
  "halves of characters": repeated("\ud83d"),
};

function workedMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function leastMs(run) {
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < runs; time++) {
    const began = workedMs();
    run();
    least = Math.min(least, workedMs() - began);
  }
  return least;
}

/** The slowest step of a count, each taken at its quickest. */
function slowestStep(tokenizer, text) {
  const least = [];
  for (let run = 1; ; run++) {
    let before = workedMs();
    const counting = tokenizer.counting(text);
    for (let step = 0, done = false; !done; step++) {
      done = counting.advance(bytesAStep);
      const after = workedMs();
      least[step] = Math.min(least[step] ?? Number.POSITIVE_INFINITY, after - before);
      before = after;
    }
    const slowestStepMs = Math.max(...least);
    if (slowestStepMs < longestStepMs || run === mostRuns) return { slowestStepMs, tokensInSteps: counting.tokens };
  }
}

const [name, ...kinds] = process.argv.slice(2);
const tokenizer = openaiEncoding(name);
for (const kind of kinds.length > 0 ? kinds : Object.keys(texts)) {
  const [short, long] = [texts[kind](small), texts[kind](large)];
  // As many bytes in both: the clock is coarse.
  const shortMs = leastMs(() => {
    for (let time = 0; time < large / small; time++) tokenizer.count(short);
  });
  const longMs = leastMs(() => tokenizer.count(long));
  const row = { kind, shortMs, longMs, tokens: tokenizer.count(long), ...slowestStep(tokenizer, long) };
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
