// The local model as an HTTP server that speaks OpenAI's chat completions, plain and streamed. Runs in the child process.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { sseData, sseDone } from "../../framing/sse.js";
import {
  type AnswerHead,
  type AnswerUsage,
  completion,
  errorBody,
  finishChunk,
  openingChunk,
  textChunk,
  usageChunk,
} from "./chat-answer.js";
import { type ChatJob, type ChatRefusal, readChatRequest } from "./chat-request.js";
import type { Engine, Generator } from "./engine.js";
import type { Slots } from "./slots.js";
import { type TextRun, writeText } from "./write-text.js";

export interface LocalServerOptions {
  readonly modelId: string;
  readonly engine: Engine;
  readonly slots: Slots<Generator>;
  readonly newId: () => string;
  readonly nowSeconds: () => number;
}

const maxBodyBytes = 32 * 1024 * 1024;
/** Text of more characters per token than any tokenizer packs: refused before it is tokenized. */
const longestTokenCharacters = 256;
/** What a request without a limit gets, in tokens: small models don't always find an end. */
const defaultMaxTokens = 1024;
/** The model card's own advice, for requests that don't say. */
const defaultTemperature = 0.2;
const defaultTopP = 0.9;

/** What a provider with no room says, so that the gateway goes on to another model or tells the client when to come back. */
const busy = { status: 503, type: "server_error", code: "overloaded", param: null } as const;
const full: ChatRefusal = { ...busy, message: "The local model is busy and its queue is full." };
const late: ChatRefusal = { ...busy, message: "The local model is busy: the request waited too long for its turn." };

export function createLocalServer(options: LocalServerOptions): Server {
  return createServer((request, response) => {
    answer(request, response, options).catch(() => {
      // The reason may quote what the client wrote: it stays here.
      const refusal = { ...busy, status: 500, message: "The local model failed.", code: null };
      if (!response.headersSent) refuse(response, refusal);
      else response.end(sseData(errorBody(refusal)));
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, options: LocalServerOptions): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const path = (request.url ?? "").split("?", 1)[0];
  if (request.method === "GET" && path === "/v1/models") {
    const data = [{ id: options.modelId, object: "model", created: 0, owned_by: "local" }];
    return send(response, 200, JSON.stringify({ object: "list", data }));
  }
  if (request.method !== "POST" || path !== "/v1/chat/completions") {
    return refuse(response, invalid(404, "The local model answers POST /v1/chat/completions.", null, null));
  }
  const body = await readBody(request);
  if (body === undefined) return refuse(response, invalid(413, "The body is too long.", null, null));
  const read = readChatRequest(body);
  if (!read.ok) return refuse(response, read.refusal);
  const { job } = read;
  if (job.model !== options.modelId) {
    return refuse(response, invalid(404, `The local model is ${options.modelId}.`, "model_not_found", "model"));
  }
  const prompt = promptOf(job, options.engine);
  if (!Array.isArray(prompt)) return refuse(response, prompt);
  const acquired = await options.slots.acquire(gone.signal);
  if (acquired.kind === "gone") return;
  if (acquired.kind !== "lease") {
    const seconds = Math.max(1, Math.ceil(acquired.retryAfterMs / 1_000));
    return refuse(response, acquired.kind === "full" ? full : late, { "retry-after": String(seconds) });
  }
  try {
    const room = options.engine.contextTokens - 1 - prompt.length;
    const run: TextRun = {
      engine: options.engine,
      generator: acquired.slot,
      prompt,
      sampling: {
        temperature: job.temperature ?? defaultTemperature,
        topP: job.topP ?? defaultTopP,
        seed: job.seed,
      },
      maxTokens: Math.min(job.maxTokens ?? defaultMaxTokens, room),
      stop: job.stop,
      signal: gone.signal,
    };
    const head = { id: options.newId(), created: options.nowSeconds(), model: options.modelId };
    await (job.stream ? stream(response, run, head, job.includeUsage) : whole(response, run, head));
  } finally {
    acquired.release();
  }
}

function promptOf(job: ChatJob, engine: Engine): number[] | ChatRefusal {
  const limit = engine.contextTokens - 1;
  const characters = job.turns.reduce((sum, turn) => sum + turn.text.length, 0);
  const certain = Math.ceil(characters / longestTokenCharacters);
  const prompt = certain < limit ? [...engine.encode(job.turns)] : undefined;
  if (prompt && prompt.length < limit) return prompt;
  const found = prompt ? `${prompt.length}` : `more than ${certain}`;
  const message = `This model's maximum context length is ${engine.contextTokens} tokens. However, your messages resulted in ${found} tokens. Please reduce the length of the messages.`;
  return invalid(400, message, "context_length_exceeded", "messages");
}

async function whole(response: ServerResponse, run: TextRun, head: AnswerHead): Promise<void> {
  let content = "";
  const end = await writeText(run, async (text) => {
    content += text;
  });
  if (run.signal.aborted) return;
  send(response, 200, completion(head, content, end.reason, usageOf(run, end.tokens)));
}

async function stream(response: ServerResponse, run: TextRun, head: AnswerHead, includeUsage: boolean): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  response.write(sseData(openingChunk(head)));
  const end = await writeText(run, (text) => flow(response, sseData(textChunk(head, text)), run.signal));
  if (run.signal.aborted) return;
  response.write(sseData(finishChunk(head, end.reason)));
  if (includeUsage) response.write(sseData(usageChunk(head, usageOf(run, end.tokens))));
  response.end(sseDone);
}

/** Writes, and waits while the client is slower than the model. */
async function flow(response: ServerResponse, bytes: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || response.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const go = () => {
      response.off("drain", go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    response.once("drain", go);
    signal.addEventListener("abort", go, { once: true });
  });
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length <= maxBodyBytes) chunks.push(bytes);
  }
  return length <= maxBodyBytes ? Buffer.concat(chunks).toString("utf8") : undefined;
}

function usageOf(run: TextRun, completionTokens: number): AnswerUsage {
  return { promptTokens: run.prompt.length, completionTokens };
}

function invalid(status: number, message: string, code: string | null, param: string | null): ChatRefusal {
  return { status, message, type: "invalid_request_error", code, param };
}

function refuse(response: ServerResponse, refusal: ChatRefusal, headers: Record<string, string> = {}): void {
  send(response, refusal.status, errorBody(refusal), headers);
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": length, ...headers });
  response.end(body);
}
