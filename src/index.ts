// The library's front door: one core in process, no server, no global state.
import { build } from "./build.js";
import type { Answer } from "./client/answer.js";
import { askQuestion } from "./client/ask.js";
import { type Compared, type Comparison, compareModels } from "./client/compare.js";
import type { Question } from "./client/question.js";
import { type AnswerStream, streamQuestion } from "./client/stream.js";
import { loadSettings } from "./config/load.js";
import { ConfigError, nearestWord } from "./config/problem.js";
import type { Settings } from "./config/settings.js";
import { dayOf } from "./gateway/plan.js";
import { type ListedModel, listModels } from "./routing/list.js";
import { realClock, realTimers } from "./surroundings.js";

export { type AttemptSummary, type ErrorCode, type ErrorDetails, TrunklineError } from "./canonical/error.js";
export type { Event } from "./canonical/event.js";
export type { Finish, FinishReason } from "./canonical/finish.js";
export type { MediaPart, OutputFormat, Part, TextPart, Tool, ToolChoice, Turn } from "./canonical/request.js";
export type { Provenance, Usage } from "./canonical/usage.js";
export type { Answer } from "./client/answer.js";
export type { Compared, CompareProgress, Comparison } from "./client/compare.js";
export type { CallOptions, Prompt, Question } from "./client/question.js";
export type { AnswerStream } from "./client/stream.js";
export type { ListedModel } from "./routing/list.js";
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
  return {
    ask: (question) => askQuestion(parts, { ...limit, ...question }),
    stream: (question) => streamQuestion(parts, question),
    compare: (comparison) => compareModels(parts, { ...limit, ...comparison }),
    models: () => listModels(gateway.planning, dayOf(realClock.wallMs())),
    close: () => gateway.close(),
  };
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
