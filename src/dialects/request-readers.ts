// Client bodies of every dialect as the canonical request with the model that they name.
import type { Json, JsonObject } from "../canonical/json.js";
import type { Request } from "../canonical/request.js";
import { readRequest as readAnthropicMessages } from "./anthropic-messages/read-request.js";
import { readRequest as readBedrockConverse } from "./bedrock-converse/read-request.js";
import { readRequest as readCohereChat } from "./cohere-chat/read-request.js";
import type { DialectName } from "./dialect.js";
import { readRequest as readGemini, readModelName as readGeminiModel } from "./gemini/read-request.js";
import { readRequest as readOllamaChat } from "./ollama-chat/read-request.js";
import { checkMessages } from "./openai-chat/check-messages.js";
import { checkSettings } from "./openai-chat/check-settings.js";
import { readCanonical } from "./openai-chat/read-canonical.js";
import { readModel } from "./openai-chat/request.js";
import { readRequest as readOpenaiResponses } from "./openai-responses/read-request.js";

export interface ReadBody {
  /** As the body names it; undefined where it names none, as where the path does. */
  readonly model: string | undefined;
  readonly request: Request;
}

/**
 * Client bodies of a dialect → canonical. Throws TrunklineError `invalid_request` that names the field. Whoever calls
 * bounds the body's size and depth.
 */
export const requestReaders: ReadonlyMap<DialectName, (body: JsonObject) => ReadBody> = new Map<
  DialectName,
  (body: JsonObject) => ReadBody
>([
  ["openai-chat", (body) => ({ model: named(body.model), request: readOpenaiChat(body) })],
  ["openai-responses", (body) => ({ model: named(body.model), request: readOpenaiResponses(body) })],
  ["anthropic-messages", (body) => ({ model: named(body.model), request: readAnthropicMessages(body) })],
  ["gemini", (body) => ({ model: named(readGeminiModel(body)), request: readGemini(body) })],
  ["cohere-chat", (body) => ({ model: named(body.model), request: readCohereChat(body) })],
  ["bedrock-converse", (body) => ({ model: named(body.modelId, "modelId"), request: readBedrockConverse(body) })],
  ["ollama-chat", (body) => ({ model: named(body.model), request: readOllamaChat(body) })],
]);

function named(model: Json | undefined, param = "model"): string | undefined {
  return model === undefined || model === null ? undefined : readModel(model, param);
}

function readOpenaiChat(body: JsonObject): Request {
  checkMessages(body.messages, body.prompt !== undefined);
  checkSettings(body);
  return readCanonical(body);
}
