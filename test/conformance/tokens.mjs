// Counts recorded requests and compares with the input tokens that their providers reported.
//   node test/conformance/tokens.mjs FOLDER [--verbose]        FOLDER holds fixtures/; build first
// Text of OpenAI, Claude and Gemini is judged and decides the last line; everything else is printed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { verbose: { type: "boolean" } },
});
const fixtures = join(positionals[0] ?? "", "fixtures");
const dist = fileURLToPath(new URL("../../dist", import.meta.url));
const load = (path) => import(pathToFileURL(join(dist, path)).href);

/** What the recorder calls an endpoint, and the dialect of its requests. */
const dialects = {
  chat: "openai-chat",
  responses: "openai-responses",
  messages: "anthropic-messages",
  generateContent: "gemini",
  streamGenerateContent: "gemini",
  "v2.chat": "cohere-chat",
  converse: "bedrock-converse",
  "converse-stream": "bedrock-converse",
  "native.chat": "ollama-chat",
};

/** Whose text is judged, by the family of the rules: the error in percent that the median and 95 of 100 rows may have. */
const judged = {
  OpenAI: { families: /^(gpt-[345]|o-series|o4-mini)/, median: 0, p95: 0 },
  Claude: { families: /^claude/, median: 5, p95: 15 },
  Gemini: { families: /^gemini/, median: 5, p95: 15 },
};
const worstShown = 3;

if (positionals.length !== 1 || !existsSync(fixtures) || !existsSync(join(dist, "tokens", "model-meter.js"))) {
  console.error("Usage: node test/conformance/tokens.mjs FOLDER [--verbose]     FOLDER holds fixtures/; build first");
  process.exit(2);
}
const { modelMeter } = await load("tokens/model-meter.js");
const { countRequest } = await load("tokens/request/count-request.js");
const { modelName } = await load("tokens/request/model-name.js");
const { requestReaders } = await load("dialects/request-readers.js");

const left = new Map();
const leave = (why) => void left.set(why, (left.get(why) ?? 0) + 1);

/** Objects called `usage` in an answer, and Ollama's number, in order. */
function usages(value, found = []) {
  if (typeof value !== "object" || value === null) return found;
  if (typeof value.prompt_eval_count === "number") found.push({ prompt_tokens: value.prompt_eval_count });
  for (const [key, inner] of Object.entries(value)) {
    if ((key === "usage" || key === "usageMetadata") && inner !== null) found.push(inner);
    else usages(inner, found);
  }
  return found;
}

function answersOf(path) {
  const text = readFileSync(path, "utf8");
  if (path.endsWith(".json")) return [parse(text)];
  if (path.endsWith(".bin"))
    return [...text.matchAll(/"usage":(\{[^}]*\})/g)].map(([, json]) => ({ usage: parse(json) }));
  return text.split("\n").map((line) => parse(line.replace(/^data:\s*/, "")));
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Input tokens with what came from or went into a cache, which Anthropic and Bedrock count apart. */
function reportedInput(found, dialect) {
  const [first, last] = [found[0] ?? {}, found.at(-1) ?? {}];
  if (dialect === "anthropic-messages" || dialect === "bedrock-converse") {
    const usage = first.input_tokens === undefined && first.inputTokens === undefined ? last : first;
    const cached = [
      "cache_creation_input_tokens",
      "cache_read_input_tokens",
      "cacheReadInputTokens",
      "cacheWriteInputTokens",
    ];
    const input = usage.input_tokens ?? usage.inputTokens;
    return input === undefined ? undefined : cached.reduce((sum, field) => sum + (usage[field] ?? 0), input);
  }
  return last.promptTokenCount ?? last.prompt_tokens ?? last.input_tokens ?? last.tokens?.input_tokens;
}

function modelOf(body, meta) {
  return (
    body.model ?? decodeURIComponent(/\/models?\/([^/]+?)(:\w*[gG]enerateContent|\/|$)/.exec(meta.path)?.[1] ?? "")
  );
}

/** Another model than the one that was asked for: a fallback of an aggregator. */
function servedByAnother(asked, answers) {
  const served = answers
    .map((answer) => answer?.model ?? answer?.modelVersion)
    .find((name) => typeof name === "string");
  if (served === undefined) return false;
  const [a, b] = [asked, served].map((name) => modelName(name).replaceAll(".", "-"));
  return a.slice(0, 4) !== b.slice(0, 4);
}

/** What makes a row no measure of our counting; undefined for one that is. */
function reasonToLeave({ dialect, body, meta, answers, request, model }) {
  const features = new Set(meta.features);
  const unread = Object.keys(request.extra).find((field) =>
    /^(tools|messages|input|contents|system|plugins|documents|preset|previous_response_id|cachedContent|web_search)/.test(
      field,
    ),
  );
  if (
    features.has("server-tool") ||
    (features.has("citations") && (body.tools !== undefined || features.has("tool-result-in")))
  )
    return "server-side tools: what they found is input too";
  if (features.has("citations")) return "citations: a prompt of their own, or results of a search";
  if (unread !== undefined) return "holds what lies at the provider";
  if (servedByAnother(model, answers)) return "another model served it";
  if (
    dialect === "openai-chat" &&
    /claude/.test(model) &&
    (request.reasoning !== undefined || /:thinking$/.test(model))
  )
    return "Claude's thinking through a reseller: whether it sets a budget is not known";
  if (answers.some((answer) => /^(resp|chatcmpl|msg)[_-]test/.test(answer?.id ?? answer?.response?.id ?? "")))
    return "an answer made by hand";
  return undefined;
}

function kindOf({ tools, turns, format }, parts) {
  const all = turns.flatMap((turn) => turn.parts);
  const inner = all.flatMap((part) => (part.type === "tool-result" ? part.content : [part]));
  if (parts.media > 0 || inner.some(({ type }) => ["image", "audio", "file"].includes(type))) return "media";
  if (tools.length > 0 || all.some(({ type }) => type.startsWith("tool-"))) return "tools";
  return format?.type === "json-schema" ? "schema" : "text";
}

function readRow(folder, name) {
  const path = (file) => join(fixtures, folder, name, file);
  if (!existsSync(path("request.json"))) return undefined;
  const meta = parse(readFileSync(path("meta.json"), "utf8"));
  const dialect = dialects[meta.endpoint];
  if (dialect === undefined || meta.response_file === undefined) return undefined;
  const answers = answersOf(path(meta.response_file));
  const reported = reportedInput(usages(answers), dialect);
  if (!reported) return undefined;
  const body = parse(readFileSync(path("request.json"), "utf8"));
  const model = modelOf(body, meta);
  const read = requestReaders.get(dialect);
  if (read === undefined) return leave(`${dialect}: no reader of this dialect`);
  let request;
  try {
    request = read(body).request;
  } catch (error) {
    leave(`not read by ${dialect}`);
    if (options.verbose) console.log(`    ${folder}/${name}: ${error.message}`);
    return undefined;
  }
  const why = reasonToLeave({ dialect, body, meta, answers, request, model });
  if (why !== undefined) return leave(why);
  const { meter, rules } = modelMeter(model);
  const count = countRequest(request, meter, rules);
  const percent = ((count.tokens - reported) / reported) * 100;
  return {
    name: `${folder}/${name}`,
    family: rules.family,
    kind: kindOf(request, count.parts),
    reported,
    count,
    percent,
  };
}

const rank = (sorted, share) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];

function summary(rows) {
  const errors = rows.map(({ percent }) => Math.abs(percent)).sort((a, b) => a - b);
  const over = rows.filter(({ reported, count }) => reported > count.atMost).length;
  const within = rows.filter(({ percent, count }) => Math.abs(percent) <= count.errorPercent).length;
  return { rows: rows.length, median: rank(errors, 0.5), p95: rank(errors, 0.95), over, within };
}

function print(title, rows) {
  const { median, p95, over, within } = summary(rows);
  const numbers = `${String(rows.length).padStart(3)} rows  median ${median.toFixed(1).padStart(6)} %  p95 ${p95.toFixed(1).padStart(7)} %`;
  console.log(`${title.padEnd(30)} ${numbers}  within the stated error ${within}, above the bound ${over}`);
  if (!options.verbose) return;
  const worst = [...rows].sort((a, b) => Math.abs(b.percent) - Math.abs(a.percent)).slice(0, worstShown);
  for (const { name, reported, count, percent } of worst)
    console.log(
      `      ${percent.toFixed(1)} %: reported ${reported}, counted ${count.tokens} (at most ${count.atMost})  ${name}`,
    );
}

function grouped(all) {
  const groups = {};
  for (const row of all) {
    const title = `${row.family} ${row.kind}`;
    groups[title] ??= [];
    groups[title].push(row);
  }
  return groups;
}

const rows = readdirSync(fixtures, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "LICENSES")
  .flatMap(({ name: folder }) => readdirSync(join(fixtures, folder)).map((name) => readRow(folder, name)))
  .filter((row) => row !== undefined);

for (const [group, of] of Object.entries(grouped(rows)).sort()) print(group, of);
console.log("left out:");
for (const [why, number] of left) console.log(`    ${String(number).padStart(3)}  ${why}`);

const total = { passed: 0, failed: 0 };
console.log("judged, text only:");
for (const [name, { families, median, p95 }] of Object.entries(judged)) {
  const text = rows.filter((row) => row.kind === "text" && families.test(row.family));
  const found = text.length === 0 ? { median: 100, p95: 100 } : summary(text);
  const isEnough = found.median <= median && found.p95 <= p95;
  total[isEnough ? "passed" : "failed"] += 1;
  const asked = median === 0 ? "every row exact" : `median at most ${median} %, p95 at most ${p95} %`;
  console.log(
    `    ${name}: ${text.length} rows, median ${found.median.toFixed(1)} %, p95 ${found.p95.toFixed(1)} % (${asked})${isEnough ? "" : ": FAILED"}`,
  );
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
