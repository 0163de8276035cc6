// The only wiring: settings, store, observers and rooms become a gateway. Nothing else in the project joins edges.
import { existsSync, readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { createCapacity } from "./admission/capacity.js";
import { createHolds } from "./admission/hold.js";
import { createKeyRing } from "./admission/keys.js";
import type { Observer } from "./canonical/observer.js";
import type { Catalog } from "./catalog/catalog.js";
import { loadCatalog } from "./catalog/load.js";
import type { Provider } from "./catalog/provider.js";
import { createInProcessWire } from "./client/in-process-wire.js";
import type { Wire } from "./client/wire.js";
import type { Settings } from "./config/settings.js";
import { createCredentialRing } from "./credentials/ring.js";
import { geminiErrors } from "./dialects/gemini/client.js";
import { openaiChat } from "./dialects/openai-chat/dialect.js";
import { clientDialects, relays, upstreamDialects } from "./dialects/registry.js";
import { createOpenExchanges } from "./gateway/open-exchanges.js";
import type { GatewayParts } from "./gateway/parts.js";
import { createLedger, type Ledger } from "./ledger/ledger.js";
import type { GenerationStore, Journal } from "./ledger/ports.js";
import { recover } from "./ledger/recover.js";
import { createLog, type LogLevel } from "./observe/log.js";
import { createRefusals } from "./observe/refusals.js";
import { createHealth } from "./routing/health.js";
import type { RoutingParts } from "./routing/resolve.js";
import { adminGenerationRoutes } from "./server/admin/generations.js";
import { createGatewayServer } from "./server/gateway-server.js";
import { isLoopback, parseAddress } from "./server/options.js";
import { geminiPrefix } from "./server/query-key.js";
import { countRoutes } from "./server/routes/count-tokens.js";
import { estimateRoutes } from "./server/routes/estimate.js";
import { geminiRoutes } from "./server/routes/gemini.js";
import { generationRoutes } from "./server/routes/generation.js";
import { healthRoutes } from "./server/routes/health.js";
import { dialectSpoken, inferenceRoutes } from "./server/routes/inference.js";
import { modelRoutes } from "./server/routes/models.js";
import { responsesRoutes } from "./server/routes/responses.js";
import { tokenRoutes } from "./server/routes/tokens.js";
import { syncedPlaces } from "./store/catalog/places.js";
import { memoryGenerations } from "./store/memory/generations.js";
import { memoryJournal } from "./store/memory/journal.js";
import { realSurroundings, type Surroundings } from "./surroundings.js";
import { createCorrections } from "./tokens/estimate/correction.js";
import { createRequestCounter, type RequestCounter } from "./tokens/request-counter.js";
import type { Tokenizer } from "./tokens/tokenizer.js";
import { createSchemeTransport } from "./upstream/by-scheme.js";
import { createLazyTransport } from "./upstream/lazy.js";
import { localModelInstalled, weightsInstalled } from "./upstream/local/installed.js";
import { smollm2Weights } from "./upstream/local/weights.js";
import { createRetryBudget } from "./upstream/retry-budget.js";
import { createSimulatorTransport } from "./upstream/simulator/transport.js";
import type { Transport } from "./upstream/transport.js";

export interface BuildOptions {
  /** `data-folder`: claims the folder and keeps the books there. `memory`: nothing outlives the process. */
  readonly ledger: "data-folder" | "memory";
  readonly log?: { readonly level: LogLevel; write(line: string): void };
  readonly surroundings?: Surroundings;
  readonly transport?: Transport;
}

export interface Gateway {
  readonly settings: Settings;
  readonly catalog: Catalog;
  readonly planning: RoutingParts;
  readonly ledger: Ledger;
  readonly counter: RequestCounter;
  /** The core in process, without a server. */
  readonly wire: Wire;
  /** Starts the HTTP server; resolves with its base URL (`http://127.0.0.1:4100`). */
  listen(): Promise<{ readonly url: string }>;
  /** Stops taking requests, lets open ones finish (bounded), closes the books. */
  close(): Promise<void>;
}

/** Off loopback, without a key, anyone on the network could spend the owner's money. */
export class OpenToAllError extends Error {
  override readonly name = "OpenToAllError";

  constructor(listen: string) {
    super(
      `Refusing to listen on ${listen} without keys: anyone who reaches it could use your provider keys. ` +
        "Set TRUNKLINE_KEYS (or `keys:` in trunkline.yaml), or listen on 127.0.0.1.",
    );
  }
}

export const version = readVersion();

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const found =
    typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : undefined;
  return typeof found === "string" ? found : "0.0.0";
}

export async function build(settings: Settings, options: BuildOptions): Promise<Gateway> {
  const { clock, timers, random, newId, pause } = options.surroundings ?? realSurroundings();
  const refusals = createRefusals();
  const log = createLog(options.log?.level ?? "nothing", options.log?.write ?? (() => {}));
  const observe: Observer = (observation) => {
    refusals.observe(observation);
    log(observation);
  };

  const books = options.ledger === "memory" ? memoryBooks() : await openBooks(settings.dataDir);
  const ledger = createLedger({ store: books.store, journal: books.journal, timers, clock, observer: observe });
  const catalog = await openCatalog(settings.dataDir, observe);
  const credentials = createCredentialRing(settings.secrets);
  const planning: RoutingParts = {
    catalog,
    providers: settings.providers,
    models: settings.models,
    usable: (provider) => credentials.usable(provider) && isThere(provider, settings.dataDir),
  };
  const files = tokenizerFiles(settings, catalog);
  const counter = createRequestCounter({
    clock,
    pause,
    corrections: createCorrections(),
    files,
  });
  learnFrom(ledger, counter);
  const http = createLazyTransport(async () => (await import("./upstream/http/transport.js")).createHttpTransport());
  const local = createLazyTransport(async () => {
    const { createLocalTransport } = await import("./upstream/local/transport.js");
    return createLocalTransport({ dataDir: settings.dataDir, limits: settings.local });
  });
  const simulator = createSimulatorTransport({ timers, clock });
  const transport = options.transport ?? createSchemeTransport({ http, https: http, local, simulator });
  const gateway: GatewayParts = {
    clock,
    timers,
    random,
    observe,
    capacity: createCapacity(settings.capacity, timers),
    holds: createHolds(),
    planning: { ...planning, health: createHealth() },
    counter,
    credentials,
    transport,
    upstreamDialects,
    relays,
    retryBudget: createRetryBudget(clock.monotonicMs()),
    ledger,
    timeouts: settings.timeouts,
    modelTimeouts: settings.modelTimeouts,
  };
  const quote = { planning, counter, clock };
  const open = createOpenExchanges();
  const drain = { draining: false };
  const address = parseAddress(settings.listen);
  const keys = createKeyRing(settings.keyHashes);
  const server = createGatewayServer({
    routes: [
      ...inferenceRoutes({ gateway, dialects: clientDialects, newId, open, bodyBytes: settings.bodyBytes }),
      ...geminiRoutes({ gateway, newId, open, quote, bodyBytes: settings.bodyBytes }),
      ...countRoutes({ quote, bodyBytes: settings.bodyBytes }),
      ...responsesRoutes({ quote, bodyBytes: settings.bodyBytes }),
      ...modelRoutes({ routing: planning, clock, createdSeconds: Math.floor(Date.parse(catalog.generated) / 1_000) }),
      ...tokenRoutes({ quote, pause, bodyBytes: settings.bodyBytes }),
      ...estimateRoutes({ quote, bodyBytes: settings.bodyBytes }),
      ...generationRoutes({ ledger, providers: settings.providers }),
      ...healthRoutes({ version, pid: process.pid, draining: () => drain.draining }),
      ...adminGenerationRoutes(ledger),
    ],
    keys,
    listen: address,
    hosts: settings.hosts,
    clock,
    timers,
    observe,
    dialect: openaiChat,
    dialectOf(path, headers) {
      if (path.startsWith(geminiPrefix)) return geminiErrors;
      const name = dialectSpoken(path, headers);
      return name === undefined ? undefined : clientDialects.get(name);
    },
    address,
    open,
    drainMs: settings.drainMs,
    drain,
  });

  return {
    settings,
    catalog,
    planning,
    ledger,
    counter,
    wire: createInProcessWire({ gateway, chat: openaiChat, newId, open }),
    async listen() {
      if (keys.open && !isLoopback(address.host)) throw new OpenToAllError(settings.listen);
      // Reading a tokenizer takes the thread for a while: before anybody is served, and a file that can't be read is told now.
      for (const model of files.keys()) await counter.meterFor(model);
      const port = await server.listen();
      books.serve?.(server.ownerListener);
      void http.warm();
      const host = address.host.includes(":") ? `[${address.host}]` : address.host;
      return { url: `http://${host}:${port}` };
    },
    async close() {
      await server.close();
      await transport.close();
      ledger.close();
      await books.release?.();
    },
  };
}

/** The catalogue that `trunkline catalog sync` made, where there is one, it is whole, and the package's is not newer. */
async function openCatalog(dataDir: string, observe: Observer): Promise<Catalog> {
  if (!existsSync(syncedPlaces(dataDir).current)) return loadCatalog();
  const { readSynced } = await import("./store/catalog/synced.js");
  const tell = (sentence: string) => observe({ type: "trouble", where: "catalog", sentence });
  return loadCatalog(readSynced(dataDir, tell)?.catalog);
}

/** Rows from which the estimates are corrected at the start. */
const learntRows = 500;

/** What providers reported before the last stop corrects the estimates from the first request on, oldest first. */
function learnFrom(ledger: Ledger, { corrections }: RequestCounter): void {
  for (const row of ledger.list({ limit: learntRows, ending: "done" }).toReversed())
    if (row.countMethod === "estimated" && row.countedInputTokens !== undefined && row.usage.provenance === "reported")
      corrections.learn(row.model ?? row.modelAsked, row.countedInputTokens, row.usage.inputTokens);
}

/** The tokenizers that the owner names, and the local model's own. */
function tokenizerFiles(
  { models, dataDir }: Settings,
  catalog: Catalog,
): ReadonlyMap<string, () => Promise<Tokenizer>> {
  const open = async (path: string) => (await import("./tokens/tokenizer-file.js")).openTokenizerFile(path);
  const files = new Map<string, () => Promise<Tokenizer>>();
  const weights = weightsInstalled(dataDir);
  if (weights !== undefined) files.set(`local/${smollm2Weights.modelId}`, () => open(weights));
  for (const [name, { tokenizer }] of models) {
    if (tokenizer === undefined) continue;
    const slash = name.indexOf("/");
    const served = catalog.findAt(name.slice(0, slash), name.slice(slash + 1))?.model;
    // Counts are asked for by the catalogue's name, where it has one.
    files.set((catalog.find(name) ?? served)?.id ?? name, () => open(tokenizer));
  }
  return files;
}

function isThere(provider: Provider, dataDir: string): boolean {
  return !provider.baseUrl.startsWith("local:") || localModelInstalled(dataDir);
}

interface Books {
  readonly store: GenerationStore;
  readonly journal: Journal;
  /** Serves the owner on the folder's socket. */
  serve?(listener: RequestListener): void;
  release?(): Promise<void>;
}

function memoryBooks(): Books {
  return { store: memoryGenerations(), journal: memoryJournal() };
}

/** Claims the folder, then brings its books up to date: what a killed gateway left open becomes rows. */
async function openBooks(dataDir: string): Promise<Books> {
  const [{ claim }, { openSqlite }, { sqliteGenerations }, { openJournal }] = await Promise.all([
    import("./store/ownership.js"),
    import("./store/sqlite/open.js"),
    import("./store/sqlite/generations.js"),
    import("./store/journal/open.js"),
  ]);
  const owner = await claim(dataDir, { version });
  try {
    const store = sqliteGenerations(await openSqlite(join(dataDir, "ledger.db")));
    const journal = openJournal(dataDir);
    recover({ store, journal });
    return { store, journal, serve: owner.serve, release: owner.release };
  } catch (error) {
    await owner.release();
    throw error;
  }
}
