// The library's front door: one core in process, no server, no global state.
import { build } from "./build.js";
import { loadCatalog } from "./catalog/load.js";
import { knownProviders } from "./catalog/providers.js";
import type { Answer } from "./client/answer.js";
import { askQuestion } from "./client/ask.js";
import { type Compared, type Comparison, compareModels } from "./client/compare.js";
import { type CostChoice, type Countable, countCountable, priceCountable } from "./client/countable.js";
import type { Question } from "./client/question.js";
import { type AnswerStream, streamQuestion } from "./client/stream.js";
import { loadSettings } from "./config/load.js";
import { ConfigError, nearestWord } from "./config/problem.js";
import type { Settings } from "./config/settings.js";
import { dayOf } from "./gateway/plan.js";
import type { CostQuote } from "./gateway/quote/quote-cost.js";
import type { QuoteParts, TokenCount } from "./gateway/quote/quote-tokens.js";
import { type ListedModel, listModels } from "./routing/list.js";
import type { RoutingParts } from "./routing/resolve.js";
import { realClock, realPause, realTimers } from "./surroundings.js";
import { createCorrections } from "./tokens/estimate/correction.js";
import { createRequestCounter } from "./tokens/request-counter.js";

export { type AttemptSummary, type ErrorCode, type ErrorDetails, TrunklineError } from "./canonical/error.js";
export type { Event } from "./canonical/event.js";
export type { Finish, FinishReason } from "./canonical/finish.js";
export type { MediaPart, OutputFormat, Part, TextPart, Tool, ToolChoice, Turn } from "./canonical/request.js";
export type { Provenance, Usage } from "./canonical/usage.js";
export type { Answer } from "./client/answer.js";
export type { Compared, CompareProgress, Comparison } from "./client/compare.js";
export type { ChatBody, CostChoice, Countable, CountablePrompt } from "./client/countable.js";
export type { CallOptions, Prompt, Question } from "./client/question.js";
export type { AnswerStream } from "./client/stream.js";
export type { ExpectedOutput } from "./gateway/quote/expected-output.js";
export type { Cost, CostOptions, CostQuote, EndpointCost, UsdPrices } from "./gateway/quote/quote-cost.js";
export type { Fits, TokenCount } from "./gateway/quote/quote-tokens.js";
export type { ListedModel } from "./routing/list.js";
export type { CountMethod } from "./tokens/meter.js";
export { ConfigError };

export interface TrunklineOptions {
  /** Provider keys by provider id: `{ groq: "gsk_…" }`. They win over the environment and `.env`. */
  readonly apiKeys?: Readonly<Record<string, string | readonly string[]>>;
  /** A trunkline.yaml. Else the one in the working directory, where there is one. */
  readonly configFile?: string;
  /** Limit of each call of `ask` and `compare` that sets none itself, milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** A data folder to keep the ledger in. Without it nothing is written. */
  readonly dataDir?: string;
  /** Where `.env` and `trunkline.yaml` are looked for; the process's own by default. */
  readonly workingDirectory?: string;
  /** Variables; the process's own by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface Trunkline {
  /**
   * Asks and waits for the whole answer.
   * @throws TrunklineError
   */
  ask(question: Question): Promise<Answer>;
  /** Asks and gives the answer's events as they come: `for await (const piece of trunkline.stream(question).text())`. */
  stream(question: Question): AnswerStream;
  /** Asks several models at once. A model that fails does not fail the others: each result says whether it did. */
  compare(comparison: Comparison): Promise<readonly Compared[]>;
  /**
   * How many tokens a text, a question or a chat body has, how sure that is, and whether it fits. Sends nothing and
   * needs no key. Long ones are counted in steps, so that the event loop goes on.
   *
   * @param model wins over the one that the question names. Also an encoding: `o200k_base`.
   * @throws TrunklineError `model_not_found` with the nearest names; `invalid_request` that names the field
   *
   * @example
   * const count = await trunkline.countTokens("hamburger", "openai/gpt-4o");
   * console.log(count.tokens, count.how, count.fits); // 2 exact yes
   */
  countTokens(countable: Countable, model?: string): Promise<TokenCount>;
  /**
   * What a question or a chat body would cost: the least, the likely and the most, at each endpoint that would serve it.
   * Sends nothing and needs no key. An unknown price is a state, never zero.
   *
   * @throws TrunklineError `model_not_found`, `invalid_request`
   *
   * @example
   * const quotes = await trunkline.estimateCost({ prompt: "Say hello." }, { models: ["openai/gpt-4o", "cheapest:3"] });
   * for (const { model, endpoints } of quotes) console.log(model, endpoints[0]?.likely?.usd);
   */
  estimateCost(countable: Countable, choice?: CostChoice): Promise<readonly CostQuote[]>;
  /** Every model that can be named, with the providers that would serve it now. */
  models(): readonly ListedModel[];
  /** Closes connections, the local model and the ledger. */
  close(): Promise<void>;
}

/**
 * One API, one key, any model, in this process.
 *
 * @example
 * const trunkline = await createTrunkline();
 * const { text, costUsd } = await trunkline.ask({ model: "groq/llama-3.3-70b-versatile", prompt: "Say hello." });
 * await trunkline.close();
 *
 * @throws ConfigError where trunkline.yaml or a provider's name cannot be used; TrunklineError where the data folder has
 * another owner
 */
export async function createTrunkline(options: TrunklineOptions = {}): Promise<Trunkline> {
  const ledger = options.dataDir === undefined ? "memory" : "data-folder";
  const gateway = await build(settingsOf(options), { ledger });
  const parts = { wire: gateway.wire, clock: realClock, timers: realTimers };
  const limit = { timeoutMs: options.timeoutMs };
  const quote: QuoteParts = { planning: gateway.planning, counter: gateway.counter, clock: realClock };
  return {
    ask: (question) => askQuestion(parts, { ...limit, ...question }),
    stream: (question) => streamQuestion(parts, question),
    compare: (comparison) => compareModels(parts, { ...limit, ...comparison }),
    countTokens: (countable, model) => countCountable(quote, countable, model),
    estimateCost: (countable, choice = {}) => priceCountable(quote, countable, choice),
    models: () => listModels(gateway.planning, dayOf(realClock.wallMs())),
    close: () => gateway.close(),
  };
}

/**
 * How many tokens a text, a question or a chat body has: as `trunkline.countTokens`, with nothing to create and nothing to
 * close. It knows the catalogue in the package, but no `trunkline.yaml`, no tokenizer files and nothing learnt from usage.
 *
 * @throws TrunklineError `model_not_found` with the nearest names; `invalid_request` that names the field
 *
 * @example
 * const { tokens, how } = await countTokens("hamburger", "o200k_base");
 * console.log(tokens, how); // 2 exact
 */
export function countTokens(countable: Countable, model?: string): Promise<TokenCount> {
  const planning: RoutingParts = {
    catalog: loadCatalog(),
    providers: new Map(knownProviders.map((provider) => [provider.id, provider])),
    models: new Map(),
    usable: () => true,
  };
  const counter = createRequestCounter({
    clock: realClock,
    pause: realPause,
    corrections: createCorrections(),
    files: new Map(),
  });
  return countCountable({ planning, counter, clock: realClock }, countable, model);
}

function settingsOf(options: TrunklineOptions): Settings {
  const settings = loadSettings({
    workingDirectory: options.workingDirectory ?? process.cwd(),
    environment: options.environment ?? process.env,
    configFile: options.configFile,
    dataDir: options.dataDir,
  });
  const secrets = new Map(settings.secrets);
  for (const [provider, keys] of Object.entries(options.apiKeys ?? {})) {
    if (!settings.providers.has(provider)) throw unknownProvider(provider, settings);
    secrets.set(provider, [keys].flat());
  }
  return { ...settings, secrets };
}

function unknownProvider(provider: string, settings: Settings): ConfigError {
  const nearest = nearestWord(provider, [...settings.providers.keys()]);
  const hint = nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
  return new ConfigError(`apiKeys: "${provider}" is no provider that Trunkline knows.${hint}`);
}
