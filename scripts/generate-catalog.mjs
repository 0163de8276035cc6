// Writes src/catalog/data/models.json from two MIT packages: pi-ai (models, hosts, windows, prices of today) and
// genai-prices (dated prices). They are read as data and are no dependencies of the project.
// node scripts/generate-catalog.mjs [--from FOLDER_WITH_NODE_MODULES] [--date YYYY-MM-DD]
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "src/catalog/data/models.json");

const SOURCES = {
  pi: {
    name: "@earendil-works/pi-ai",
    version: "1.5.2",
    url: "https://github.com/earendil-works/pi",
    sha512: "2tWPSnV3qzfiDIY3aWluBag3vC++Vs+VsXt/UquSU5onPMohPih72FUhIhaqmDdMYubOgB3Byl9uF4Vk40JLvQ==",
  },
  genai: {
    name: "@pydantic/genai-prices",
    version: "0.1.8",
    url: "https://github.com/pydantic/genai-prices",
    sha512: "h7CYw6qTyflG2zUndO8tXyL8Xopf+tX9JZu13h0ZFgeyYj+J2gm1edR4+R+mbQ2vPdkFjtTmmmu1cYQPM5/KTA==",
  },
};

// ---- Tables: what the sources do not say -------------------------------------------------------------------------

/** Hosts in the order in which a model's endpoints stand after its maker's own host. */
const HOSTS = ["openai", "anthropic", "google", "mistral", "cohere", "groq", "openrouter"];

/** The author whose models a host makes itself; its ids get this prefix. */
const AUTHOR_OF_HOST = {
  openai: "openai",
  anthropic: "anthropic",
  google: "google",
  mistral: "mistralai",
  cohere: "cohere",
};

const AUTHOR_NAMES = {
  openai: "OpenAI",
  anthropic: "Anthropic",
  google: "Google",
  mistralai: "Mistral",
  cohere: "Cohere",
};

/** A host's name for a model → the model's id, where it is not `author/name`. */
const MODEL_OF_NAME = {
  openai: { "chat-latest": "openai/gpt-chat-latest", "gpt-5-chat-latest": "openai/gpt-5-chat" },
  mistral: {
    "deepseek-v4-1-flash-1017": "deepseek/deepseek-v4.1-flash-1017",
    "zai-glm-5-2": "z-ai/glm-5.2",
    "zai-glm-5-3": "z-ai/glm-5.3",
    "zai-glm-5-3-flash": "z-ai/glm-5.3-flash",
    "mistral-large-4": "mistralai/mistral-large-4-0",
    "mistral-medium-2505": "mistralai/mistral-medium-3",
    "mistral-medium-2508": "mistralai/mistral-medium-3.1",
    "mistral-medium-2604": "mistralai/mistral-medium-3-5",
    "mistral-small-2506": "mistralai/mistral-small-3.2-24b-instruct",
    "open-mistral-nemo": "mistralai/mistral-nemo",
    "voxtral-small-2507": "mistralai/voxtral-small-24b-2507",
  },
  groq: {
    "llama-3.1-8b-instant": "meta-llama/llama-3.1-8b-instruct",
    "llama-3.3-70b-versatile": "meta-llama/llama-3.3-70b-instruct",
  },
};

/** A host's name that points to another of its names; it becomes an alias. Must cost the same, or the run fails. */
const POINTERS = {
  mistral: {
    "codestral-latest": "codestral-2508",
    "devstral-latest": "devstral-2512",
    "devstral-medium-latest": "devstral-2512",
    "glm-5-2": "zai-glm-5-2",
    "ministral-3b-latest": "ministral-3b-2512",
    "ministral-8b-latest": "ministral-8b-2512",
    "mistral-large-latest": "mistral-large-2512",
    "mistral-medium-3.5": "mistral-medium-2604",
    "mistral-medium-latest": "mistral-medium-2604",
    "mistral-small-latest": "mistral-small-2603",
    "voxtral-small-latest": "voxtral-small-2507",
  },
};

/** Names that an ordinary chat call does not reach: other APIs, or a second spelling of another row. */
const SKIP = { google: /^deep-research-/, openrouter: /:batch$|^auto$/ };

/** Endpoints that only the price list knows: [host, the host's name, id, kind]. */
const EXTRA = [
  ["openai", "gpt-3.5-turbo", "openai/gpt-3.5-turbo", "chat"],
  ["openai", "gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini-2024-07-18", "chat"],
  ["openai", "gpt-audio", "openai/gpt-audio", "chat"],
  ["openai", "gpt-audio-mini", "openai/gpt-audio-mini", "chat"],
  ["cohere", "command-a-03-2025", "cohere/command-a", "chat"],
  ["cohere", "command-r-08-2024", "cohere/command-r-08-2024", "chat"],
  ["cohere", "command-r-plus-08-2024", "cohere/command-r-plus-08-2024", "chat"],
  ["cohere", "command-r7b-12-2024", "cohere/command-r7b-12-2024", "chat"],
  ["openai", "text-embedding-3-small", "openai/text-embedding-3-small", "embeddings"],
  ["openai", "text-embedding-3-large", "openai/text-embedding-3-large", "embeddings"],
  ["openai", "text-embedding-ada-002", "openai/text-embedding-ada-002", "embeddings"],
  ["google", "gemini-embedding-001", "google/gemini-embedding-001", "embeddings"],
  ["google", "gemini-embedding-2", "google/gemini-embedding-2", "embeddings"],
  ["mistral", "mistral-embed", "mistralai/mistral-embed", "embeddings"],
  ["cohere", "embed-v4.0", "cohere/embed-v4.0", "embeddings"],
];

const EXTRA_ALIASES = { "anthropic/claude-opus-4.1": ["claude-opus-4-1-20250805"] };

/** A price of zero means free here; anywhere else it means that the source does not know. */
const isFree = (host, name) =>
  host === "openrouter"
    ? name.endsWith(":free") || name === "openrouter/free"
    : host === "google" && name.startsWith("gemma-");

// ---- Reading -----------------------------------------------------------------------------------------------------

function fail(message) {
  console.error(`generate-catalog: ${message}`);
  process.exit(1);
}

/** Unpacks the pinned packages without their own dependencies (pi-ai's are many and not needed to read its data). */
function fetchSources(folder) {
  for (const { name, version, sha512 } of Object.values(SOURCES)) {
    const home = join(folder, "node_modules", name);
    const manifest = join(home, "package.json");
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).version === version) continue;
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    const args = ["pack", `${name}@${version}`, "--ignore-scripts", "--json", "--pack-destination", folder];
    const [packed] = JSON.parse(execFileSync("npm", args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
    const file = join(folder, packed.filename);
    if (createHash("sha512").update(readFileSync(file)).digest("base64") !== sha512)
      fail(`${name} is not the pinned one`);
    execFileSync("tar", ["-xzf", file, "-C", home, "--strip-components=1"]);
    rmSync(file);
  }
  return folder;
}

const { values: options } = parseArgs({ options: { from: { type: "string" }, date: { type: "string" } } });
const date = options.date ?? new Date().toISOString().slice(0, 10);
if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) fail(`--date must be YYYY-MM-DD, not ${date}`);
const from = options.from ?? fetchSources(join(root, ".cache/catalog"));
const packageFolder = (source) => join(from, "node_modules", source.name);

const sources = Object.values(SOURCES).map((source) => {
  const { version, license } = JSON.parse(readFileSync(join(packageFolder(source), "package.json"), "utf8"));
  if (license !== "MIT") fail(`${source.name} has the licence ${license}, not MIT`);
  return { name: source.name, version, licence: license, url: source.url };
});

/** Host → rows of pi-ai of one type ("chat", "image"), `:batch` and the like left out. */
function piRows(host, type) {
  const file = join(packageFolder(SOURCES.pi), "dist/providers/data", `${host}.json`);
  if (!existsSync(file)) return [];
  const rows = Object.values(JSON.parse(readFileSync(file, "utf8"))).flatMap((group) => Object.values(group));
  return rows.filter((row) => row.type === type && !SKIP[host]?.test(row.id));
}

const { findProvider } = await import(pathToFileURL(join(packageFolder(SOURCES.genai), "dist/index.js")).href);

/** True where the rule names this very model; `starts_with` and `contains` are too loose to take a price from. */
function namesExactly(rule, name) {
  if (rule.or) return rule.or.some((part) => namesExactly(part, name));
  return rule.equals === name || (rule.regex !== undefined && new RegExp(rule.regex).test(name));
}

function genaiRow(host, name) {
  const rows = findProvider({ providerId: host })?.models ?? [];
  return rows.find((row) => row.id === name) ?? rows.find((row) => namesExactly(row.match, name));
}

// ---- Prices: integers of 10⁻¹² USD per token ---------------------------------------------------------------------

/** Dollars per million tokens → pico-dollars per token, from the number's decimal digits, rounded to the nearest. */
function pico(dollarsPerMillion) {
  const parts = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(dollarsPerMillion));
  if (!parts) fail(`not a price: ${dollarsPerMillion}`);
  const [, whole, fraction = "", exponent = "0"] = parts;
  const shift = 6 + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const scale = 10n ** BigInt(Math.abs(shift));
  const result = Number(shift >= 0 ? digits * scale : (digits + scale / 2n) / scale);
  if (result > 10_000_000_000) fail(`absurd price: ${dollarsPerMillion} USD per million tokens`);
  return result;
}

const PI_KEYS = [
  ["inputPicoUsd", "input"],
  ["outputPicoUsd", "output"],
  ["cacheReadPicoUsd", "cacheRead"],
  ["cacheWritePicoUsd", "cacheWrite"],
];
const GENAI_KEYS = [
  ["inputPicoUsd", "input_mtok"],
  ["outputPicoUsd", "output_mtok"],
  ["cacheReadPicoUsd", "cache_read_mtok"],
  ["cacheWritePicoUsd", "cache_write_mtok"],
  ["cacheWrite1hPicoUsd", "cache_write_1h_mtok"],
];

/** pi-ai writes 0 for a cache price that it does not have. */
function piPrice(cost, host) {
  const one = (row) => {
    const price = {};
    for (const [key, name] of PI_KEYS) if (row[name] !== 0 || name.endsWith("put")) price[key] = pico(row[name]);
    // Anthropic charges twice the input price for the one-hour cache; pi-ai computes it so instead of listing it.
    if (host === "anthropic") price.cacheWrite1hPicoUsd = 2 * price.inputPicoUsd;
    return price;
  };
  const above = (cost.tiers ?? []).map((tier) => ({ inputTokens: tier.inputTokensAbove, ...one(tier) }));
  return above.length > 0 ? { ...one(cost), above } : one(cost);
}

function genaiPrice(prices) {
  const base = {};
  const bounds = new Set();
  for (const [key, name] of GENAI_KEYS) {
    const value = prices[name];
    if (value === undefined) continue;
    base[key] = pico(value.base ?? value);
    for (const tier of value.tiers ?? []) bounds.add(tier.start);
  }
  if (base.inputPicoUsd === undefined) return undefined;
  base.outputPicoUsd ??= 0;
  const above = [...bounds]
    .sort((a, b) => a - b)
    .map((bound) => {
      const tier = { inputTokens: bound, ...base };
      for (const [key, name] of GENAI_KEYS)
        for (const step of prices[name]?.tiers ?? []) if (step.start <= bound) tier[key] = pico(step.price);
      return tier;
    });
  return above.length > 0 ? { ...base, above } : base;
}

/** Oldest first. Undefined where prices depend on the hour: the catalogue has no such prices. */
function genaiHistory(row) {
  const steps = Array.isArray(row.prices) ? row.prices : [{ prices: row.prices }];
  if (steps.some((step) => step.constraint && step.constraint.type !== "start_date")) return undefined;
  const history = [];
  for (const step of steps) {
    const price = genaiPrice(step.prices);
    if (price) history.push(step.constraint ? { from: step.constraint.start_date, ...price } : price);
  }
  return history.length > 0 ? history.sort((a, b) => (a.from ?? "").localeCompare(b.from ?? "")) : undefined;
}

const current = (history) => history.findLast((price) => (price.from ?? "") <= date);
const differs = (a, b) => Math.abs(a - b) > 0.01 * Math.max(a, b);
const show = (price) => PI_KEYS.map(([key]) => (price[key] === undefined ? "–" : price[key] / 1e6)).join("/");
const conflicts = [];

/** Joins both sources: where they agree, the dated prices with what only pi-ai has; where not, pi-ai, the newer one. */
function joinPrices(host, name, pi) {
  const row = genaiRow(host, name);
  const history = row && genaiHistory(row);
  const unknown = pi.inputPicoUsd === 0 && pi.outputPicoUsd === 0 && !isFree(host, name);
  if (unknown) return host === "openrouter" ? [] : (history ?? []);
  const now = history && current(history);
  if (!now) return [pi];
  const keys = PI_KEYS.map(([key]) => key).filter((key) => pi[key] !== undefined && now[key] !== undefined);
  const bad = keys.filter((key) => differs(pi[key], now[key]));
  const bounds = (price) => (price.above ?? []).map((tier) => tier.inputTokens);
  const sameTiers =
    bounds(pi).length === bounds(now).length && bounds(pi).every((bound, i) => Math.abs(bound - bounds(now)[i]) <= 1);
  if (bad.length > 0 || !sameTiers) {
    const what = bad.length > 0 ? `${show(now)} → ${show(pi)}` : `tiers above [${bounds(now)}] → [${bounds(pi)}]`;
    conflicts.push(`${host} ${name}: ${what}`);
    return [pi];
  }
  // The bound of a step is pi-ai's, which is defined as ours is: the step holds above it.
  return history.map((price) => {
    const joined =
      price === now
        ? { ...price, ...Object.fromEntries(Object.entries(pi).filter(([key]) => !(key in price))) }
        : { ...price };
    if (price.above && pi.above)
      joined.above = price.above.map((tier, i) =>
        pi.above[i] ? { ...tier, inputTokens: pi.above[i].inputTokens } : tier,
      );
    return joined;
  });
}

// ---- Models ------------------------------------------------------------------------------------------------------

/** Id → the row in the making; `names` are the maker's own names, which win as aliases. */
const models = new Map();

function modelFor(id, name) {
  const row = models.get(id) ?? {
    id,
    name,
    names: new Set(),
    others: new Set(),
    input: new Set(),
    output: new Set(),
    endpoints: new Map(),
  };
  models.set(id, row);
  return row;
}

function idOf(host, name) {
  const known = MODEL_OF_NAME[host]?.[name];
  if (known || !(host in AUTHOR_OF_HOST)) return known ?? name;
  // Anthropic writes claude-sonnet-4-5, OpenRouter claude-sonnet-4.5.
  const slug = host === "anthropic" ? name.replace(/-(\d{1,2})-(\d{1,2})$/, "-$1.$2") : name;
  return `${AUTHOR_OF_HOST[host]}/${slug}`;
}

/** The undated name that a dated or a moving one stands for, if the host has it. */
function pointsTo(host, name, rows) {
  const known = POINTERS[host]?.[name];
  if (known) return known;
  const undated = host === "anthropic" ? name.replace(/-\d{8}$/, "") : name;
  return undated !== name && rows.some((row) => row.id === undated) ? undated : undefined;
}

const imageModels = new Set(piRows("openrouter", "image").map((row) => row.id));

function addModalities(model, host, name) {
  const prices = genaiRow(host, name)?.prices ?? {};
  const now = Array.isArray(prices) ? {} : prices;
  if ("input_audio_mtok" in now) model.input.add("audio");
  if ("input_video_mtok" in now) model.input.add("video");
  if ("input_image_mtok" in now) model.input.add("image");
  if ("output_audio_mtok" in now) model.output.add("audio");
}

// OpenRouter first: its rows give the ids and the names.
for (const host of ["openrouter", ...HOSTS.filter((host) => host !== "openrouter")]) {
  const rows = piRows(host, "chat");
  for (const row of rows) {
    const whole = pointsTo(host, row.id, rows);
    if (whole) {
      const target =
        rows.find((other) => other.id === whole) ?? fail(`${host} has no ${whole}, which ${row.id} points to`);
      if (target.cost.input !== row.cost.input || target.cost.output !== row.cost.output)
        fail(`${host} ${row.id} no longer costs what ${whole} costs: it points elsewhere now, see POINTERS`);
      modelFor(idOf(host, whole), target.name)[host === "mistral" && /glm/.test(row.id) ? "others" : "names"].add(
        row.id,
      );
      continue;
    }
    const id = idOf(host, row.id);
    const author = id.split("/")[0];
    const model = modelFor(id, `${AUTHOR_NAMES[author] ?? author}: ${row.name.replace(/ \(latest\)$/, "")}`);
    if (host === "openrouter") model.name = row.name;
    for (const kind of row.input) model.input.add(kind);
    model.output.add("text");
    if (imageModels.has(row.id)) model.output.add("image");
    model.reasoning = row.reasoning || model.reasoning === true;
    model.tools = true; // pi-ai lists chat models that call tools, and no others.
    if (AUTHOR_OF_HOST[host] === author) {
      model.names.add(row.id);
      addModalities(model, host, row.id);
    } else if (host !== "openrouter") model.others.add(row.id);
    const endpoint = { provider: host, model: row.id, prices: joinPrices(host, row.id, piPrice(row.cost, host)) };
    // pi-ai narrows some windows to the bound of the dearer price; the host's own window is what others say.
    const clamped = row.cost.tiers?.[0]?.inputTokensAbove === row.contextWindow;
    const elsewhere = [
      model.endpoints.get("openrouter")?.windowTokens ?? 0,
      genaiRow(host, row.id)?.context_window ?? 0,
    ];
    endpoint.windowTokens = clamped ? Math.max(row.contextWindow, ...elsewhere) : row.contextWindow;
    // 4096 is also what pi-ai writes for routers, whose limit depends on the model they choose.
    if (!row.id.startsWith("openrouter/")) endpoint.maxOutputTokens = row.maxTokens;
    model.endpoints.set(host, endpoint);
  }
}

for (const [host, name, id, kind] of EXTRA) {
  const row = genaiRow(host, name) ?? fail(`the price list has no ${host} ${name}`);
  const author = id.split("/")[0];
  const model = modelFor(id, `${AUTHOR_NAMES[author]}: ${name}`);
  const twin = model.endpoints.get("openrouter");
  model.names.add(name);
  model.input.add("text");
  model.output.add(kind === "chat" ? "text" : kind);
  addModalities(model, host, name);
  model.reasoning ??= false;
  model.tools = kind === "chat";
  const endpoint = { provider: host, model: name, prices: genaiHistory(row) ?? [] };
  const windowTokens = row.context_window ?? twin?.windowTokens;
  if (windowTokens) endpoint.windowTokens = windowTokens;
  if (twin?.maxOutputTokens) endpoint.maxOutputTokens = twin.maxOutputTokens;
  model.endpoints.set(host, endpoint);
}

// ---- Aliases: a name means one model -----------------------------------------------------------------------------

/** The names a row wants, in three ranks: the maker's own, dated ones, the id's slug and other hosts' names. */
function wishes({ id, names, others }) {
  const [author, slug] = id.split("/");
  // Rows with `:free` or `~` and routers have only their id.
  if (id.startsWith("~") || id.includes(":") || author === "openrouter") return [[], [], []];
  const dated = [...names].flatMap((name) => {
    const rules = genaiRow(author === "mistralai" ? "mistral" : author, name)?.match.or ?? [];
    const isDated = (text) => text.startsWith(`${name}-`) && /^-\d{4}-?\d{2}-?\d{2}$/.test(text.slice(name.length));
    return rules.map((rule) => rule.equals ?? "").filter(isDated);
  });
  const slugs = author === "anthropic" ? [slug, slug.replaceAll(".", "-")] : [slug];
  const ranks = [[...names], [...dated, ...(EXTRA_ALIASES[id] ?? [])], slugs];
  const both = ranks.map((rank) => rank.flatMap((name) => [name, `${author}/${name}`]));
  return [both[0], both[1], [...both[2], ...others]];
}

const owners = new Map();
const dropped = new Set();
for (const rank of [0, 1, 2]) {
  const round = new Map();
  for (const model of models.values())
    for (const alias of wishes(model)[rank])
      if (!models.has(alias) && !owners.has(alias)) round.set(alias, (round.get(alias) ?? new Set()).add(model.id));
  for (const [alias, ids] of round) {
    if (ids.size === 1) owners.set(alias, [...ids][0]);
    else if (rank === 0) fail(`${alias} is the maker's own name of ${[...ids].join(" and ")}`);
    else dropped.add(`${alias} (${[...ids].join(", ")})`);
  }
}

// ---- Writing -----------------------------------------------------------------------------------------------------

const MODALITIES = ["text", "image", "audio", "video", "file", "embeddings"];
const inOrder = (set) => MODALITIES.filter((kind) => set.has(kind));
const largest = (endpoints, key) => Math.max(0, ...endpoints.map((endpoint) => endpoint[key] ?? 0)) || undefined;

const rows = [...models.values()]
  .sort((a, b) => (a.id < b.id ? -1 : 1))
  .map((model) => {
    const author = model.id.split("/")[0];
    const rank = (host) => (AUTHOR_OF_HOST[host] === author ? -1 : HOSTS.indexOf(host));
    const endpoints = [...model.endpoints.values()].sort((a, b) => rank(a.provider) - rank(b.provider));
    if (endpoints.length === 0) fail(`${model.id} has no endpoint`);
    if (!/^~?[\w.-]+\/[\w.:-]+$/.test(model.id)) fail(`not an id: ${model.id}`);
    return {
      id: model.id,
      name: model.name,
      aliases: [...owners]
        .filter(([, id]) => id === model.id)
        .map(([alias]) => alias)
        .sort(),
      windowTokens: largest(endpoints, "windowTokens"),
      maxOutputTokens: largest(endpoints, "maxOutputTokens"),
      input: inOrder(model.input),
      output: inOrder(model.output),
      reasoning: model.reasoning,
      tools: model.tools,
      endpoints,
    };
  });

const names = rows.flatMap((row) => [row.id, ...row.aliases]);
if (new Set(names).size !== names.length) fail("a name means two models");
for (const must of [
  "gpt-4o",
  "gpt-4o-mini",
  "gpt-5",
  "claude-sonnet-4-5",
  "gemini-2.5-flash",
  "anthropic/claude-sonnet-4-5",
])
  if (!names.includes(must)) fail(`${must} does not resolve`);

const head = JSON.stringify({ schema: 1, generated: date, sources }).slice(0, -1);
const text = `${head},"models":[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]}\n`;
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, text);

const perAuthor = new Map();
for (const { id } of rows) perAuthor.set(id.split("/")[0], (perAuthor.get(id.split("/")[0]) ?? 0) + 1);
console.log(
  [...perAuthor]
    .sort((a, b) => b[1] - a[1])
    .map(([author, count]) => `${author} ${count}`)
    .join(", "),
);
console.log(`${rows.length} models, ${owners.size} aliases, ${(text.length / 1024).toFixed(0)} KiB`);
console.log(`dropped aliases: ${[...dropped].join("; ") || "none"}`);
console.log(
  `${conflicts.length} prices differ (genai-prices → pi-ai, which is newer and wins; input/output/cache read/write):`,
);
const makersFirst = conflicts.sort((a, b) => a.startsWith("openrouter") - b.startsWith("openrouter"));
for (const conflict of makersFirst.slice(0, 20)) console.log(`  ${conflict}`);
const steep = rows.filter((row) =>
  row.endpoints.some(({ prices: [now] }) => now && now.outputPicoUsd > 20 * now.inputPicoUsd),
);
console.log(`output costs over 20 times the input, look twice: ${steep.map((row) => row.id).join(", ") || "none"}`);
