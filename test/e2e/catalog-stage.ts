// The stage for tests of the catalogue's commands: sources on loopback, a folder and a terminal of their own.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { CommanderError } from "commander";
import { type Json, parseJson } from "../../src/canonical/json.js";
import { packagedCatalog } from "../../src/catalog/load.js";
import { type CatalogSource, publicSources } from "../../src/catalog/sync/sources.js";
import { catalogSync, type SyncFlags } from "../../src/cli/catalog-sync.js";
import { exitCodes } from "../../src/cli/exit-codes.js";
import { reportFailure } from "../../src/cli/fail.js";
import type { Io } from "../../src/cli/io.js";
import { program } from "../../src/cli/program.js";

export interface Run {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CatalogStage {
  readonly origin: string;
  /** Path → what the server there answers; `/hang` never answers, any other path is a 404. */
  readonly answers: Map<string, string>;
  readonly folder: string;
  readonly dataDir: string;
  /** The public sources, each on a path of the server. */
  sources(path?: (name: string) => string): readonly CatalogSource[];
  trunkline(...args: readonly string[]): Promise<Run>;
  /** @param typed on a terminal, an answer per question. */
  sync(flags: Partial<SyncFlags>, from?: readonly CatalogSource[], typed?: readonly string[]): Promise<Run>;
  /** What `catalog history` knows of GPT-4o. */
  history(): Promise<Json | undefined>;
  close(): Promise<void>;
}

export async function openCatalogStage(): Promise<CatalogStage> {
  const folder = mkdtempSync(join(tmpdir(), "trunkline-catalog-"));
  const dataDir = join(folder, "data");
  const answers = new Map<string, string>();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    if (path === "/hang") return;
    const body = answers.get(path);
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const sources = (path: (name: string) => string = (name) => `/${name}`) =>
    publicSources.map((source) => ({ ...source, url: origin + path(source.name) }));
  const trunkline = async (...args: readonly string[]) => {
    const { io, end } = terminal(folder, dataDir);
    let code: number | undefined;
    try {
      await program(io, (ended) => {
        code = ended;
      }).parseAsync(["node", "trunkline", ...args]);
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      code = exitCodes.usage;
    }
    return end(code);
  };
  return {
    origin,
    answers,
    folder,
    dataDir,
    sources,
    trunkline,
    async sync(flags, from = sources(), typed = undefined) {
      const { io, end } = terminal(folder, dataDir, typed);
      const code = await catalogSync(io, { timeout: 5, ...flags }, from).catch((cause: unknown) =>
        reportFailure(io, cause),
      );
      return end(code);
    },
    async history() {
      return parseJson((await trunkline("catalog", "history", "openai/gpt-4o", "--json")).stdout);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function terminal(folder: string, dataDir: string, typed?: readonly string[]) {
  const [stdout, stderr] = [collector(), collector()];
  const stdin = typed === undefined ? Readable.from([]) : Object.assign(new PassThrough(), { isTTY: true });
  // Each question gets its answer when it is asked.
  const rest = [...(typed ?? [])];
  stderr.stream.on("data", (chunk: Buffer) => {
    if (chunk.toString().includes("[y/N]") && stdin instanceof PassThrough) stdin.write(`${rest.shift() ?? ""}\n`);
  });
  const io: Io = {
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    environment: { TRUNKLINE_DATA: dataDir },
    workingDirectory: folder,
  };
  return { io, end: (code: number | undefined): Run => ({ code, stdout: stdout.text(), stderr: stderr.text() }) };
}

function collector() {
  const written: string[] = [];
  const stream = new PassThrough();
  stream.on("data", (chunk: Buffer) => written.push(chunk.toString()));
  return { stream, text: () => written.join("") };
}

/** OpenRouter's list as the package has it, changed here and there. */
export function openRouterList(change: (id: string, row: Record<string, Json>) => void = () => {}): string {
  const data = packagedCatalog().models.flatMap(({ id, input, output, endpoints }) =>
    endpoints
      .filter(({ provider }) => provider === "openrouter")
      .map(({ prices, windowTokens, maxOutputTokens }) => {
        const price = prices.at(-1);
        const text = (picoUsd: number | undefined) => (picoUsd === undefined ? "-1" : `${picoUsd}e-12`);
        const row: Record<string, Json> = {
          id,
          name: id,
          context_length: windowTokens ?? null,
          architecture: { input_modalities: input, output_modalities: output },
          pricing: {
            prompt: text(price?.inputPicoUsd),
            completion: text(price?.outputPicoUsd),
            ...(price?.cacheReadPicoUsd === undefined ? {} : { input_cache_read: text(price.cacheReadPicoUsd) }),
            ...(price?.cacheWritePicoUsd === undefined ? {} : { input_cache_write: text(price.cacheWritePicoUsd) }),
            overrides: (price?.above ?? []).map((step) => ({
              min_prompt_tokens: step.inputTokens,
              prompt: text(step.inputPicoUsd),
              completion: text(step.outputPicoUsd),
              ...(step.cacheReadPicoUsd === undefined ? {} : { input_cache_read: text(step.cacheReadPicoUsd) }),
              ...(step.cacheWritePicoUsd === undefined ? {} : { input_cache_write: text(step.cacheWritePicoUsd) }),
            })),
          },
          top_provider: { max_completion_tokens: maxOutputTokens ?? null },
          supported_parameters: ["tools"],
        };
        change(id, row);
        return row;
      }),
  );
  return JSON.stringify({ data });
}

/** The same with another input price of GPT-4o, in US dollars per token. */
export const gpt4o = (prompt: string) =>
  openRouterList((id, row) => {
    if (id === "openai/gpt-4o") row.pricing = { prompt, completion: "0.00001" };
  });
