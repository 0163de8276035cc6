// The model in memory: loads the GGUF through node-llama-cpp, turns a chat into tokens, and generates token by token.
// Runs in the child process only.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ChatTurn } from "./chat-request.js";

export interface Sampling {
  /** 0: always the likeliest token. */
  readonly temperature: number;
  readonly topP: number;
  /** The same seed gives the same text; undefined: any. */
  readonly seed: number | undefined;
}

export interface Generator {
  /** Yields tokens until the model ends its turn or the signal fires. One run at a time. */
  generate(prompt: readonly number[], sampling: Sampling, signal: AbortSignal): AsyncGenerator<number, void>;
}

export interface Engine {
  /** Prompt and answer together, in tokens. */
  readonly contextTokens: number;
  /** The chat in the model's own template; what users write can't become a control token. */
  encode(turns: readonly ChatTurn[]): readonly number[];
  /** The text of `tokens`, which follow `before`. Ends in U+FFFD where a character isn't whole yet. */
  decode(tokens: readonly number[], before: readonly number[]): string;
  createGenerator(): Promise<Generator>;
}

export interface EngineOptions {
  readonly runtimeFolder: string;
  readonly weightsPath: string;
  readonly contextTokens: number;
  /** More threads than free cores make llama.cpp slower by a factor of a hundred: its threads wait for each other in loops. */
  readonly threads: number;
}

/** Tokens of a prompt that are evaluated in one go: a client that leaves is noticed in between. */
const batchTokens = 256;

/** What is used of node-llama-cpp 3: it is installed on demand, so its own declarations aren't here at compile time. */
interface NativeModule {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<NativeModel> }>;
  readonly JinjaTemplateChatWrapper: new (options: { template: string }) => NativeChatWrapper;
}
interface NativeChatWrapper {
  generateContextState(options: { chatHistory: object[] }): {
    readonly contextText: { tokenize(tokenizer: unknown): number[] };
  };
}
interface NativeModel {
  readonly tokenizer: unknown;
  readonly fileInfo: { readonly metadata: { readonly tokenizer: { readonly chat_template?: string } } };
  detokenize(tokens: readonly number[], specialTokens: boolean, lastTokens: readonly number[]): string;
  createContext(options: object): Promise<{ getSequence(): NativeSequence }>;
}
interface NativeSequence {
  readonly nextTokenIndex: number;
  clearHistory(): Promise<void>;
  adaptStateToTokens(tokens: readonly number[], allowShift: boolean): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
  evaluate(tokens: readonly number[], options: object): AsyncGenerator<number, void>;
}

export async function loadEngine(options: EngineOptions): Promise<Engine> {
  const entry = join(options.runtimeFolder, "node_modules", "node-llama-cpp", "dist", "index.js");
  const native: NativeModule = await import(pathToFileURL(entry).href);
  const gpu = process.platform === "darwin" && process.arch === "arm64" ? "auto" : false;
  const llama = await native.getLlama({
    gpu,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    logLevel: "error",
    maxThreads: options.threads,
  });
  const model = await llama.loadModel({ modelPath: options.weightsPath });
  const template = model.fileInfo.metadata.tokenizer.chat_template;
  if (!template) throw new Error("The weights hold no chat template.");
  const wrapper = new native.JinjaTemplateChatWrapper({ template });
  return {
    contextTokens: options.contextTokens,
    encode: (turns) =>
      wrapper.generateContextState({ chatHistory: historyOf(turns) }).contextText.tokenize(model.tokenizer),
    decode: (tokens, before) => model.detokenize(tokens, false, before),
    async createGenerator() {
      // A context of its own for each: sequences of one context share batches, and what else is in a batch can change
      // the last digits and with them the text of a seeded answer.
      const { contextTokens, threads } = options;
      const context = {
        contextSize: contextTokens,
        sequences: 1,
        threads,
        batchSize: batchTokens,
        flashAttention: true,
      };
      return generatorOn((await model.createContext(context)).getSequence());
    },
  };
}

/** A last assistant turn is continued; else the model's own turn is opened. */
function historyOf(turns: readonly ChatTurn[]): object[] {
  const history: object[] = turns.map((turn) =>
    turn.role === "assistant" ? { type: "model", response: [turn.text] } : { type: turn.role, text: turn.text },
  );
  if (turns.at(-1)?.role !== "assistant") history.push({ type: "model", response: [] });
  return history;
}

function generatorOn(sequence: NativeSequence): Generator {
  return {
    async *generate(prompt, { temperature, topP, seed }, signal) {
      // An answer that must come out the same again starts from nothing; another may reuse what it shares with the last.
      if (temperature === 0 || seed !== undefined) await sequence.clearHistory();
      else await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
      let at = sequence.nextTokenIndex;
      for (; prompt.length - at > batchTokens; at += batchTokens) {
        if (signal.aborted) return;
        await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(at, at + batchTokens));
      }
      if (signal.aborted) return;
      const sampling = { temperature, topP, ...(seed === undefined ? {} : { seed: seed >>> 0 }) };
      for await (const token of sequence.evaluate(prompt.slice(at), sampling)) {
        if (signal.aborted) return;
        yield token;
      }
    },
  };
}
