// Runs a folder of conformance material (official SDKs, recorded provider answers) against a gateway of its own.
//   node test/conformance/run.mjs FOLDER [--verbose]        FOLDER holds conformance/ and fixtures/
// What is required decides the last line; the other scores are printed. Everything that it starts, it ends.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { verbose: { type: "boolean" } },
});
// The scripts compare their own name with the real one: links are followed first.
const folder = existsSync(positionals[0] ?? "") ? realpathSync(positionals[0]) : "";
const script = (name) => join(folder, "conformance", name);
const fixtures = join(folder, "fixtures");
const repository = fileURLToPath(new URL("../..", import.meta.url));
const main = join(repository, "dist", "cli", "main.js");

/** Dialects of upstreams that this version speaks. */
const upstreamDialects = ["openai-chat", "openai-responses", "anthropic-messages", "gemini"];
/** Dialects of clients, by the grader's name. */
const surfaces = ["chat", "responses", "messages", "gemini"];
/** So many recorded cases may read differently, as docs/dialects.md tells one by one; one more is a failure. */
const tolerated = {
  chat: { "openai-chat": 1, "openai-responses": 2, "anthropic-messages": 0, gemini: 0 },
  responses: { "openai-chat": 15, "openai-responses": 2, "anthropic-messages": 2, gemini: 0 },
  messages: { "openai-chat": 15, "openai-responses": 2, "anthropic-messages": 0, gemini: 0 },
  gemini: { "openai-chat": 15, "openai-responses": 2, "anthropic-messages": 1, gemini: 0 },
};
const startWithinMs = 10_000;

const children = new Set();
const scratch = mkdtempSync(join(tmpdir(), "trunkline-conformance-"));
const total = { passed: 0, failed: 0 };

function stopAll() {
  for (const child of children) child.kill("SIGTERM");
  rmSync(scratch, { recursive: true, force: true });
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    stopAll();
    process.exit(1);
  });
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a program that serves; resolves when a URL of it answers anything at all. */
async function start(args, url) {
  const child = spawn(process.execPath, args, { cwd: repository, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (printed += bytes));
  child.once("exit", () => children.delete(child));
  const latest = Date.now() + startWithinMs;
  while (Date.now() < latest && child.exitCode === null) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return child;
    await new Promise((tick) => setTimeout(tick, 50));
  }
  throw new Error(`${args[0]} does not serve:\n${printed}`);
}

async function stop(child) {
  if (child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** Runs a program to its end; gives its status and what it printed. */
async function run(args) {
  const child = spawn(process.execPath, args, { cwd: repository, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (output += bytes));
  const [status] = await once(child, "close");
  children.delete(child);
  return { status, output: output.trimEnd() };
}

async function startGateway(name, providers) {
  const config = join(scratch, `${name}.yaml`);
  // YAML takes JSON as it is.
  writeFileSync(config, JSON.stringify({ providers }));
  const listen = `127.0.0.1:${await freePort()}`;
  const url = `http://${listen}`;
  const serve = ["serve", "--config", config, "--listen", listen, "--data", join(scratch, name)];
  return { url, child: await start([main, ...serve], `${url}/health`) };
}

function count(text) {
  const [, passed, failed] = /(\d+) passed, (\d+) failed[^\n]*$/.exec(text) ?? [undefined, "0", "1"];
  return { passed: Number(passed), failed: Number(failed) };
}

/** The official SDK that a smoke script is written with, what of it is asked, and so many checks that must be there. */
const sdks = {
  openai: {
    title: "OpenAI's SDK, Chat",
    script: ["openai-node", "--only", "^(chat|models)"],
    modelOption: "--model",
    least: 28,
  },
  responses: {
    title: "OpenAI's SDK, Responses",
    script: ["openai-node", "--only", "^responses"],
    modelOption: "--model",
    least: 10,
  },
  anthropic: { title: "Anthropic's SDK", script: ["anthropic"], modelOption: "--anthropic-model", least: 20 },
  google: { title: "Google's SDK", script: ["google-genai"], modelOption: "--gemini-model", least: 12 },
};

/** Checks that cannot pass, by SDK and by what the provider speaks, as docs/dialects.md tells. */
const cannot = { openai: { gemini: 2 }, responses: { gemini: 1 }, anthropic: { gemini: 1 }, google: { any: 1 } };

/** An official SDK, over an upstream of one dialect. `except`: so many checks cannot pass, as docs/dialects.md tells. */
async function smoke(gateway, upstream, title, { sdk, model, required, except = 0 }) {
  const { script: asked, modelOption, least } = sdks[sdk];
  const at = ["--base", gateway.url, "--key", "dummy", "--mock", upstream, ...(model ? [modelOption, model] : [])];
  const { output } = await run([script("run.mjs"), ...asked, ...at]);
  const result = count(output);
  if (result.passed + result.failed < least) result.failed = least - result.passed;
  console.log(`${title}: ${result.passed} passed, ${result.failed} failed${required ? "" : " (not required)"}`);
  const lines = output.split("\n").filter((line) => options.verbose || line.startsWith("FAIL"));
  if (result.passed + result.failed < 2) lines.push(output);
  if (lines.length > 0) console.log(indented(lines.join("\n")));
  if (!required) return;
  total.passed += result.passed;
  total.failed += Math.max(0, result.failed - except);
}

/** Recorded answers of providers, delivered in one way, asked for through every dialect of clients. */
async function grade(replay, mode) {
  const rows = await run([script("grade.mjs"), "--rows", "--fixtures", fixtures, "--replay", replay, "--mode", mode]);
  const spoken = JSON.parse(rows.output).filter((row) => upstreamDialects.includes(row.dialect));
  const providers = Object.fromEntries(spoken.map(({ id, ...row }) => [id, { ...row, apiKey: "dummy" }]));
  const gateway = await startGateway(`replay-${mode}`, providers);
  const report = join(scratch, `${mode}.json`);
  await run([
    ...[script("grade.mjs"), "--base", gateway.url, "--fixtures", fixtures],
    ...["--surfaces", surfaces.join(","), "--mode", mode, "--out", report],
  ]);
  await stop(gateway.child);

  console.log(`recorded answers, ${mode}:`);
  const { results } = JSON.parse(readFileSync(report, "utf8"));
  for (const surface of surfaces) {
    for (const dialect of upstreamDialects) {
      const ids = new Set(spoken.filter((row) => row.dialect === dialect).map((row) => row.id));
      const graded = results.filter((result) => ids.has(result.row) && result.surface === surface);
      const wrong = graded.filter((result) => !result.ok);
      const enough = graded.length > 0 && wrong.length <= tolerated[surface][dialect];
      total[enough ? "passed" : "failed"] += 1;
      const score = `${graded.length - wrong.length} of ${graded.length}`;
      console.log(`    ${surface} over ${dialect}: ${score}${enough ? "" : ", fewer than before"}`);
      for (const result of wrong) console.log(indented(`    ${result.case}: ${result.differences.join("; ")}`));
    }
  }
}

const indented = (text) => text.replace(/^/gm, "    ");

async function conformance() {
  const upstream = await freePort();
  const origin = `http://127.0.0.1:${upstream}`;
  await start([script("ref-upstream.mjs"), String(upstream)], `${origin}/__log`);
  const at = { baseUrl: `${origin}/v1`, apiKey: "dummy" };
  const gateway = await startGateway("smoke", {
    openai: { dialect: "openai-chat", ...at },
    responses: { dialect: "openai-responses", ...at },
    anthropic: { dialect: "anthropic-messages", ...at },
    google: {
      dialect: "gemini",
      baseUrl: `${origin}/v1beta`,
      apiKey: "dummy",
      authentication: { header: "x-goog-api-key" },
    },
  });
  const models = [
    ["openai-chat", "openai/gpt-4o"],
    ["openai-responses", "responses/gpt-4o"],
    ["anthropic-messages", "anthropic/claude-sonnet-4-5"],
    ["gemini", "gemini-2.5-flash"],
  ];
  for (const [dialect, model] of models)
    for (const [sdk, { title }] of Object.entries(sdks)) {
      // One of the checks for Chat looks for what only Chat can say.
      const required = sdk !== "openai" || dialect === "openai-chat" || dialect === "gemini";
      const except = cannot[sdk]?.[dialect] ?? cannot[sdk]?.any ?? 0;
      await smoke(gateway, origin, `${title} over ${dialect}`, { sdk, model, required, except });
    }
  await stop(gateway.child);

  const port = await freePort();
  const replay = `http://127.0.0.1:${port}`;
  await start([script("replay-upstream.mjs"), fixtures, String(port)], `${replay}/__cases`);
  for (const mode of ["whole", "bytes"]) await grade(replay, mode);
}

if (positionals.length !== 1 || !existsSync(script("run.mjs")) || !existsSync(main)) {
  console.error("Usage: node test/conformance/run.mjs FOLDER     FOLDER holds conformance/ and fixtures/; build first");
  process.exit(2);
}
try {
  await conformance();
} catch (error) {
  total.failed += 1;
  console.error(error.message);
} finally {
  stopAll();
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
