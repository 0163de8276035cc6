// Asks a provider how many input tokens a request has, at its own endpoint for that, which costs nothing. One call, no retry.
import { Buffer } from "node:buffer";
import { TrunklineError } from "../canonical/error.js";
import { isObject, type Json, type JsonObject, number, parseJson } from "../canonical/json.js";
import type { Request } from "../canonical/request.js";
import type { Provider } from "../catalog/provider.js";
import type { Credential } from "../credentials/ring.js";
import { anthropicMessages } from "../dialects/anthropic-messages/dialect.js";
import type { UpstreamDialect, UpstreamRequest } from "../dialects/dialect.js";
import { gemini } from "../dialects/gemini/dialect.js";
import { openaiResponses } from "../dialects/openai-responses/dialect.js";
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
  /** Writes the request as it would be sent, and reads refusals. */
  readonly dialect: UpstreamDialect;
  /** From the path of a request to that of its count. */
  pathOf(path: string): string;
  /** What of the body is counted, and taken. */
  readonly counted: readonly string[];
  wrap?(body: JsonObject, path: string): JsonObject;
  /** Where the answer has the number. */
  readonly field: string;
}

const apis: Readonly<Record<NonNullable<Provider["tokenCounting"]>, CountingApi>> = {
  // https://platform.claude.com/docs/en/api/messages-count-tokens
  "anthropic-messages": {
    dialect: anthropicMessages,
    pathOf: () => "/messages/count_tokens",
    counted: ["model", "messages", "system", "tools", "tool_choice", "thinking", "output_config"],
    field: "input_tokens",
  },
  // https://ai.google.dev/api/tokens
  gemini: {
    dialect: gemini,
    pathOf: (path) => path.replace(/:generateContent$/, ":countTokens"),
    counted: ["contents", "systemInstruction", "tools", "toolConfig"],
    wrap: (body, path) => ({ generateContentRequest: { model: path.replace(/^\/|:\w+$/g, ""), ...body } }),
    field: "totalTokens",
  },
  // https://platform.openai.com/docs/api-reference/responses/input-tokens
  "openai-responses": {
    dialect: openaiResponses,
    pathOf: () => "/responses/input_tokens",
    counted: ["model", "input", "instructions", "tools", "tool_choice", "text", "reasoning", "parallel_tool_calls"],
    field: "input_tokens",
  },
};

const connectMs = 5_000;
const mostAnswerBytes = 65_536;

/**
 * Input tokens of the request, as the provider counts them.
 * @throws TrunklineError: the provider's refusal, `deadline_exceeded`, `upstream_…`; `unsupported_parameter` where it has
 * no such endpoint
 */
export async function askProviderCount(parts: AttemptParts, order: CountOrder): Promise<number> {
  const { provider, model, request } = order;
  const api = provider.tokenCounting === undefined ? undefined : apis[provider.tokenCounting];
  if (api === undefined)
    throw new TrunklineError("unsupported_parameter", `${provider.name} has no endpoint for counting tokens.`);
  const answer = await call(parts, order, api, writeCount(api, request, model));
  const body = parseJson(answer.toString("utf8"));
  const tokens = isObject(body) ? number(body[api.field]) : undefined;
  if (tokens !== undefined && Number.isInteger(tokens) && tokens >= 0) return tokens;
  throw new TrunklineError("upstream_invalid", `${provider.name} answered without a number of tokens.`, {
    provider: provider.id,
  });
}

function writeCount(api: CountingApi, request: Request, model: string): UpstreamRequest {
  const target = { model, stream: false, maxOutputTokens: undefined };
  const written = api.dialect.writeRequest({ ...request, stream: false }, target);
  const whole = parseJson(written.body.toString("utf8"));
  const counted: Record<string, Json | undefined> = {};
  for (const field of api.counted) if (isObject(whole) && whole[field] !== undefined) counted[field] = whole[field];
  const body = api.wrap?.(counted, written.path) ?? counted;
  return { ...written, path: api.pathOf(written.path), body: Buffer.from(JSON.stringify(body)) };
}

function call(
  parts: AttemptParts,
  { provider, credential, timeoutMs }: CountOrder,
  api: CountingApi,
  request: UpstreamRequest,
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
        dialect: api.dialect,
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
