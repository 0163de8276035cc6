// npm run bench:tokens: how fast ours counts, beside tiktoken and its ports.
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine } from "./machine.mjs";
import { median } from "./stats.mjs";
import { coldTimes, installPeers, nodeTokenizers, pythonTokenizer } from "./tokens-peers.mjs";
import { asMarkdown, asText } from "./tokens-report.mjs";
import { capped, textKinds } from "./tokens-texts.mjs";

const help = `Usage: npm run bench:tokens -- [options]

  --rounds <n>   rounds, each with new texts (5)
  --no-peers     ours, gpt-tokenizer and Python's tiktoken only: fetches nothing
  --json         print JSON
  --write        write docs/tokens-benchmark.md
`;

const coldSpawns = 5;
/** Of another text of the same kind, just before: whoever was measured last has filled the processor's caches. */
const warmingBytes = 16 * 1024;
const warmingRounds = 30;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const note = (line) => process.stderr.write(`${line}\n`);
const say = (line) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : "");

/** Code is slow until the compiler has seen it at work on texts of many kinds. */
async function warm(tokenizers, kinds) {
  for (const { name, measure } of tokenizers) {
    say(`warming ${name}`);
    for (let round = 0; round < warmingRounds; round++)
      for (const { adversarial, other } of kinds)
        await measure(capped(other(round), adversarial ? warmingBytes / 16 : warmingBytes));
  }
}

/** Rounds of all texts and tokenizers in turn; the first round is for warming too and does not count. */
async function measureAll(tokenizers, kinds, rounds) {
  const rows = new Map();
  const [first] = tokenizers;
  await warm(tokenizers, kinds);
  for (let round = 0; round <= rounds; round++) {
    for (const { name: kind, adversarial, text, other } of kinds) {
      say(`round ${round} of ${rounds}: ${kind}`);
      const whole = text(round);
      for (const { name, ours, mostBytes, measure } of tokenizers) {
        const cut = adversarial && !ours;
        // Never the same piece twice: some remember those that they have seen.
        const given = cut ? capped(whole, mostBytes - 8 * round) : whole;
        await measure(capped(other(round), cut ? mostBytes / 10 : warmingBytes));
        const { ms, tokens } = await measure(given);
        const row = rows.get(`${kind}\n${name}`) ?? { name, kind, capped: cut, otherCount: false, speeds: [] };
        rows.set(`${kind}\n${name}`, row);
        if (first.measure(given).tokens !== tokens) row.otherCount = true;
        if (round > 0) row.speeds.push(Buffer.byteLength(given) / ms / 1_000);
      }
    }
  }
  say("");
  return [...rows.values()].map(({ speeds, ...row }) => ({ ...row, mbPerSecond: median(speeds), speeds }));
}

async function main(options) {
  const rounds = options.rounds ? Number(options.rounds) : 5;
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20) throw new Error("--rounds takes 1 to 20");
  if (!existsSync(here("../dist/tokens/openai-encodings.js"))) throw new Error("dist is missing: build first");
  const withPeers = !options["no-peers"] && installPeers(note);
  const kinds = textKinds(here("../node_modules"), rounds);
  const inNode = await nodeTokenizers(withPeers);
  const python = await pythonTokenizer(note);
  const tokenizers = [...inNode, ...(python ? [python] : [])];
  const results = await measureAll(tokenizers, kinds, rounds).finally(() => python?.close());
  const report = {
    machine: describeMachine(),
    rounds,
    kinds: kinds.map(({ name }) => name),
    names: tokenizers.map(({ name }) => name),
    results,
    cold: coldTimes(withPeers, coldSpawns),
  };
  process.stdout.write(`${options.json ? JSON.stringify(report, null, 2) : asText(report)}\n`);
  if (options.write) writeFileSync(here("../docs/tokens-benchmark.md"), asMarkdown(report));
  return 0;
}

const flag = { type: "boolean" };
try {
  const { values } = parseArgs({
    options: { help: flag, "no-peers": flag, json: flag, write: flag, rounds: { type: "string" } },
  });
  if (values.help) process.stdout.write(help);
  else process.exitCode = await main(values);
} catch (error) {
  note(`bench:tokens: ${error.message}`);
  process.exitCode = 1;
}
