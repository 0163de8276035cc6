// The tokenizers beside ours: packages that are fetched into a cache folder when they are first needed, and Python's tiktoken.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "trunkline-bench");
const python = process.env.TRUNKLINE_PYTHON ?? "python3";

/** None of them runs a script when it is installed. */
const packages = { "js-tiktoken": "1.0.21", "@dqbd/tiktoken": "1.0.22", "ai-tokenizer": "1.0.6" };

/** Bytes of an adversarial text that a tokenizer whose time grows with the square can bear; js-tiktoken takes 40 s for 20 KB. */
export const cappedBytes = { others: 20_000, "js-tiktoken": 2_000 };

/** How each is imported, and made ready to count, as code: a fresh process runs the same for its cold figure. */
const loading = {
  ours: {
    imports: { module: "dist/tokens/openai-encodings.js" },
    ready: `const encoding = module.openaiEncoding("o200k_base"); count = (text) => encoding.count(text);`,
  },
  "ours, encode": {
    imports: { module: "dist/tokens/openai-encodings.js" },
    ready: `const encoding = module.openaiEncoding("o200k_base"); count = (text) => encoding.encode(text).length;`,
  },
  "gpt-tokenizer": {
    imports: { module: "gpt-tokenizer/encoding/o200k_base" },
    ready: `const all = { allowedSpecial: new Set(), disallowedSpecial: new Set() };
      count = (text) => module.countTokens(text, all);`,
  },
  "js-tiktoken": {
    imports: { module: "js-tiktoken/lite", ranks: "js-tiktoken/ranks/o200k_base" },
    ready: `const encoding = new module.Tiktoken(own(ranks)); count = (text) => encoding.encode(text, [], []).length;`,
  },
  "@dqbd/tiktoken": {
    imports: { module: "@dqbd/tiktoken" },
    ready: `const encoding = own(module).get_encoding("o200k_base");
      count = (text) => encoding.encode_ordinary(text).length;`,
  },
  "ai-tokenizer": {
    imports: { module: "ai-tokenizer", ranks: "ai-tokenizer/encoding/o200k_base" },
    ready: `const Tokenizer = own(module); const encoding = new Tokenizer(own(ranks));
      count = (text) => encoding.count(text);`,
  },
};

const declare = "let count; const own = (module) => module.default?.default ?? module.default ?? module;";

function importsOf(name, at) {
  const lines = Object.entries(loading[name].imports).map(([as, from]) => `const ${as} = await import(${at(from)});`);
  return lines.join(" ");
}

/** Names of packages become files of ours, of the repository's packages or of the cache folder. */
function resolver() {
  const [own, fetched] = [createRequire(import.meta.url), createRequire(join(cache, "package.json"))];
  return (specifier) => {
    if (specifier.startsWith("dist/")) return JSON.stringify(pathToFileURL(here(`../${specifier}`)).href);
    const from = specifier.startsWith("gpt-tokenizer") ? own : fetched;
    return JSON.stringify(pathToFileURL(from.resolve(specifier)).href);
  };
}

function isInstalled() {
  const require = createRequire(join(cache, "package.json"));
  return Object.entries(packages).every(([name, version]) => {
    const file = join(cache, "node_modules", name, "package.json");
    return existsSync(file) && require(file).version === version;
  });
}

/** @returns whether they are there */
export function installPeers(note) {
  if (isInstalled()) return true;
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  note(`Fetching ${wanted.join(", ")} into ${cache} ...`);
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, "package.json"), '{ "private": true }\n');
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--save-exact"];
  const run = spawnSync("npm", ["install", ...flags, ...wanted], { cwd: cache, encoding: "utf8" });
  if (run.status === 0) return true;
  note(`They could not be fetched and are left out: ${(run.error?.message ?? run.stderr).trim().split("\n")[0]}`);
  return false;
}

const versionOf = (name) => {
  if (name.startsWith("ours")) return "";
  const require = createRequire(name in packages ? join(cache, "package.json") : import.meta.url);
  const file = name in packages ? join(cache, "node_modules", name, "package.json") : "gpt-tokenizer/package.json";
  return ` ${require(file).version}`;
};

/** Those that run in this process: { name, ours, measure: (text) => { ms, tokens } }. */
export async function nodeTokenizers(withPeers) {
  const at = resolver();
  const names = Object.keys(loading).filter((name) => withPeers || !(name in packages));
  const made = [];
  for (const name of names) {
    const count = await new AsyncFunction(`${declare} ${importsOf(name, at)} ${loading[name].ready} return count;`)();
    made.push({
      name: `${name}${versionOf(name)}`,
      ours: name.startsWith("ours"),
      mostBytes: cappedBytes[name] ?? cappedBytes.others,
      measure(text) {
        const began = performance.now();
        const tokens = count(text);
        return { ms: performance.now() - began, tokens };
      },
    });
  }
  return made;
}

const AsyncFunction = (async () => {}).constructor;

/** Milliseconds of fresh processes: to import, and from there to the first count. */
export function coldTimes(withPeers, spawns) {
  const at = resolver();
  const names = Object.keys(loading).filter((name) => name !== "ours, encode" && (withPeers || !(name in packages)));
  return names.map((name) => {
    const script = `${declare} const began = performance.now(); ${importsOf(name, at)}
      const imported = performance.now(); ${loading[name].ready} count("Hello, world");
      process.stdout.write(JSON.stringify([imported - began, performance.now() - imported]));`;
    const times = Array.from({ length: spawns }, () => {
      const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
      if (run.status !== 0) throw new Error(`${name}: ${run.stderr}`);
      return JSON.parse(run.stdout);
    });
    return {
      name: `${name}${versionOf(name)}`,
      importMs: times.map(([importMs]) => importMs),
      countMs: times.map(([, countMs]) => countMs),
    };
  });
}

/** tiktoken in Python, which tells its own times; undefined where it is missing. */
export async function pythonTokenizer(note) {
  const version = spawnSync(python, ["-c", "import tiktoken; print(tiktoken.__version__)"], { encoding: "utf8" });
  if (version.status !== 0) {
    note(`${python} has no tiktoken: left out. TRUNKLINE_PYTHON names another one.`);
    return undefined;
  }
  const child = spawn(python, [here("tokens-tiktoken.py"), here("../src/tokens/data/o200k_base.bin")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name: `tiktoken ${version.stdout.trim()} (Python)`,
    ours: false,
    mostBytes: cappedBytes.others,
    async measure(text) {
      child.stdin.write(`${JSON.stringify(text)}\n`);
      const { value } = await lines.next();
      return JSON.parse(value);
    },
    close: () => child.stdin.end(),
  };
}
