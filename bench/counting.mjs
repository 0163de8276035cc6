// What counting costs a request of 1 KB before it is sent: the canonical form and the count, as the gateway does both.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { median } from "./stats.mjs";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const load = (path) => import(pathToFileURL(at(`dist/${path}`)).href);

export const goalUs = 15;
const rounds = 40;
const models = [
  { model: "openai/gpt-4o", how: "exact" },
  { model: "anthropic/claude-sonnet-4.5", how: "estimated" },
];

/** Different words in each request: nothing that remembers pieces has it easier than in life. */
function bodies() {
  const pages = readdirSync(at("docs")).filter((name) => name.endsWith(".md"));
  const text = [at("README.md"), ...pages.map((name) => at(`docs/${name}`))]
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const made = [];
  for (let from = 0; from + 850 < text.length; from += 170) {
    const messages = [
      { role: "system", content: "You answer briefly and to the point." },
      { role: "user", content: text.slice(from, from + 850) },
    ];
    made.push(Buffer.from(JSON.stringify({ model: "m", messages, max_tokens: 256 })));
  }
  return made;
}

/** Median microseconds per request, by model. */
export async function measureCounting() {
  const { openaiChat } = await load("dialects/openai-chat/dialect.js");
  const { createRequestCounter } = await load("tokens/request-counter.js");
  const { createCorrections } = await load("tokens/estimate/correction.js");
  const { openaiEncoding } = await load("tokens/openai-encodings.js");
  openaiEncoding("o200k_base").count("warm");
  const counter = createRequestCounter({
    clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() },
    pause: async () => {},
    corrections: createCorrections(),
    files: new Map(),
  });
  const requests = bodies();
  return models.map(({ model, how }) => {
    const figures = [];
    for (let round = 0; round < rounds; round++) {
      const read = requests.map((body) => openaiChat.readRequest(body, "openai"));
      const started = performance.now();
      for (const request of read) counter.now(request.canonical(), model);
      figures.push(((performance.now() - started) / requests.length) * 1000);
    }
    return { model, how, us: median(figures.slice(20)), requests: requests.length };
  });
}
