// Asks a provider how many input tokens a request has, at its own endpoint for that, which costs nothing. One call, no retry.
import { Buffer } from "node:buffer";
import { TrunklineError } from "../canonical/error.js";
import { isObject, type Json, type JsonObject, number, parseJson } from "../canonical/json.js";
import type { Request, Turn } from "../canonical/request.js";
import type { Authentication, Provider } from "../catalog/provider.js";
import type { Credential } from "../credentials/ring.js";
import { anthropicMessages } from "../dialects/anthropic-messages/dialect.js";
import type { UpstreamDialect, UpstreamRequest } from "../dialects/dialect.js";
import { openaiChat } from "../dialects/openai-chat/dialect.js";
import { type AttemptParts, startAttempt } from "./attempt.js";

export interface CountOrder {
  readonly provider: Provider;
  readonly credential: Credential | undefined;
  /** The provider's own name for the model. */
  readonly model: string;
  readonly request: Request;
  /** Milliseconds for the whole call. */
  readonly timeoutMs: number;
}

interface CountingApi {
  /** Reads refusals. */
  readonly errors: UpstreamDialect;
  /** Where it differs from the row's. */
  readonly authentication?: Authentication;
  baseUrl?(rowBaseUrl: string): string;
  write(request: Request, model: string): UpstreamRequest;
  /** Where the answer has the number. */
  readonly field: string;
}

const apis: Readonly<Record<NonNullable<Provider["tokenCounting"]>, CountingApi>> = {
  // https://platform.claude.com/docs/en/api/messages-count-tokens
  "anthropic-messages": { errors: anthropicMessages, write: writeAnthropic, field: "input_tokens" },
  // https://ai.google.dev/api/tokens. A row may name Google's OpenAI face, one step below its own.
  gemini: {
    errors: openaiChat,
    authentication: { type: "header", name: "x-goog-api-key" },
    baseUrl: (rowBaseUrl) => rowBaseUrl.replace(/\/openai$/, ""),
    write: writeGemini,
    field: "totalTokens",
  },
  // https://platform.openai.com/docs/api-reference/responses/input-tokens
  "openai-responses": { errors: openaiChat, write: writeResponses, field: "input_tokens" },
};

const connectMs = 5_000;
const mostAnswerBytes = 65_536;

/**
 * Input tokens of the request, as the provider counts them.
 * @throws TrunklineError: the provider's refusal, `deadline_exceeded`, `upstream_…`; `unsupported_parameter` where the
 * request has more than its counting can be told here
 */
export async function askProviderCount(parts: AttemptParts, order: CountOrder): Promise<number> {
  const { provider, credential, model, request, timeoutMs } = order;
  const api = provider.tokenCounting === undefined ? undefined : apis[provider.tokenCounting];
  if (api === undefined)
    throw new TrunklineError("unsupported_parameter", `${provider.name} has no endpoint for counting tokens.`);
  const { baseUrl, authentication } = provider;
  const target: Provider = {
    ...provider,
    baseUrl: api.baseUrl?.(baseUrl) ?? baseUrl,
    authentication: authentication.type === "none" ? authentication : (api.authentication ?? authentication),
  };
  const answer = await call(parts, target, credential, api, api.write(request, model), timeoutMs);
  const body = parseJson(answer.toString("utf8"));
  const tokens = isObject(body) ? number(body[api.field]) : undefined;
  if (tokens !== undefined && Number.isInteger(tokens) && tokens >= 0) return tokens;
  throw new TrunklineError("upstream_invalid", `${provider.name} answered without a number of tokens.`, {
    provider: provider.id,
  });
}

function call(
  parts: AttemptParts,
  provider: Provider,
  credential: Credential | undefined,
  api: CountingApi,
  request: UpstreamRequest,
  timeoutMs: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const atMs = parts.clock.monotonicMs() + timeoutMs;
    const handle = startAttempt(
      parts,
      {
        provider,
        credential,
        dialect: api.errors,
        request,
        stream: false,
        timeouts: { connect: Math.min(connectMs, timeoutMs), firstToken: timeoutMs, idle: timeoutMs, total: timeoutMs },
        deadline: { atMs, code: "deadline_exceeded" },
      },
      {
        data(chunk) {
          bytes += chunk.length;
          if (bytes <= mostAnswerBytes) chunks.push(chunk);
          else {
            handle.abort();
            reject(new TrunklineError("upstream_invalid", `${provider.name} answered with more than a number.`));
          }
          return true;
        },
        end: () => resolve(Buffer.concat(chunks)),
        fault: reject,
      },
    );
  });
}

const countedByAnthropic = ["model", "messages", "system", "tools", "tool_choice", "thinking", "output_config"];

function writeAnthropic(request: Request, model: string): UpstreamRequest {
  const written = anthropicMessages.writeRequest(request, { model, stream: false, maxOutputTokens: undefined });
  const body = parseJson(written.body.toString("utf8"));
  const fields: Record<string, Json | undefined> = {};
  for (const field of countedByAnthropic) if (isObject(body) && body[field] !== undefined) fields[field] = body[field];
  return { ...written, path: "/messages/count_tokens", body: jsonOf(fields) };
}

function writeGemini(request: Request, model: string): UpstreamRequest {
  const name = model.replace(/^models\//, "");
  const parts = (texts: readonly string[]) => texts.map((text) => ({ text }));
  const instructions = request.instructions.map(({ text }) => text);
  const body: JsonObject = {
    generateContentRequest: {
      model: `models/${name}`,
      ...(instructions.length > 0 && { systemInstruction: { parts: parts(instructions) } }),
      contents: textTurns(request, "Gemini").map(({ role, texts }) => ({
        role: role === "assistant" ? "model" : "user",
        parts: parts(texts),
      })),
    },
  };
  return { path: `/models/${encodeURIComponent(name)}:countTokens`, headers: {}, body: jsonOf(body), notes: [] };
}

function writeResponses(request: Request, model: string): UpstreamRequest {
  const instructions = request.instructions.map(({ text }) => text).join("\n\n");
  const body: JsonObject = {
    model,
    ...(instructions !== "" && { instructions }),
    input: textTurns(request, "Responses").map(({ role, texts }) => ({ role, content: texts.join("\n\n") })),
  };
  return { path: "/responses/input_tokens", headers: {}, body: jsonOf(body), notes: [] };
}

interface TextTurn {
  readonly role: Turn["role"];
  readonly texts: readonly string[];
}

/** Turns of nothing but text. Anything else would be counted as if it were not there. */
function textTurns(request: Request, api: string): readonly TextTurn[] {
  if (request.tools.length > 0) throw onlyText(api, "tools");
  return request.turns.map(({ role, parts }) => ({
    role,
    texts: parts.map((part) => {
      if (part.type !== "text") throw onlyText(api, "messages");
      return part.text;
    }),
  }));
}

function onlyText(api: string, param: string): TrunklineError {
  return new TrunklineError(
    "unsupported_parameter",
    `The ${api} API is asked for the tokens of text alone, and this request has more.`,
    { param, whatToDo: "Ask for the count that is made here, without the provider." },
  );
}

const jsonOf = (body: JsonObject) => Buffer.from(JSON.stringify(body));
