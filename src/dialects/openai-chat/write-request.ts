// Writes a canonical request as a chat body, with a receipt of what the Chat dialect cannot say.
import { Buffer } from "node:buffer";
import type { JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type { OutputFormat, Request, Tool, ToolChoice } from "../../canonical/request.js";
import type { UpstreamRequest, UpstreamTarget } from "../dialect.js";
import { effortOfBudget } from "../effort.js";
import { writeCache } from "./cache-mark.js";
import { writeMessages } from "./write-messages.js";

/** Fields of OpenAI's own API that canonical has no name for: sent on as they came. */
const openAiFields = new Set([
  "audio",
  "logit_bias",
  "logprobs",
  "modalities",
  "prediction",
  "prompt_cache_key",
  "safety_identifier",
  "service_tier",
  "store",
  "top_logprobs",
  "verbosity",
  "web_search_options",
]);

export function writeRequest(request: Request, target: UpstreamTarget): UpstreamRequest {
  const notes: ReceiptNote[] = [];
  const extensions = target.keepsExtensions === true;
  const { toolChoice, format, stop } = request;
  const body: JsonObject = {
    model: target.model,
    messages: writeMessages(request, extensions, notes),
    ...(target.stream && { stream: true, stream_options: { include_usage: true } }),
    ...(request.tools.length > 0 && { tools: request.tools.map((tool) => writeTool(tool, extensions)) }),
    ...(toolChoice !== undefined && { tool_choice: writeToolChoice(toolChoice) }),
    ...(request.parallelToolCalls !== undefined && { parallel_tool_calls: request.parallelToolCalls }),
    ...(format !== undefined && { response_format: writeFormat(format) }),
    ...(request.maxOutputTokens !== undefined && {
      [target.outputLimitField ?? "max_tokens"]: request.maxOutputTokens,
    }),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(request.topP !== undefined && { top_p: request.topP }),
    ...(request.frequencyPenalty !== undefined && { frequency_penalty: request.frequencyPenalty }),
    ...(request.presencePenalty !== undefined && { presence_penalty: request.presencePenalty }),
    ...(request.seed !== undefined && { seed: request.seed }),
    ...(stop !== undefined && { stop: writeStop(stop, notes) }),
    ...(request.choices !== undefined && { n: request.choices }),
    ...(request.user !== undefined && { user: request.user }),
    ...(request.metadata !== undefined && { metadata: request.metadata }),
    ...writeTopK(request, extensions, notes),
    ...writeReasoning(request, extensions, notes),
    ...writeExtra(request, notes),
  };
  return { path: "/chat/completions", headers: {}, body: Buffer.from(JSON.stringify(body)), notes };
}

function writeTool({ name, description, parameters, strict, cache }: Tool, extensions: boolean): JsonObject {
  return {
    type: "function",
    function: {
      name,
      ...(description !== undefined && { description }),
      ...(parameters !== undefined && { parameters }),
      ...(strict !== undefined && { strict }),
    },
    ...(extensions && cache !== undefined && { cache_control: writeCache(cache) }),
  };
}

function writeToolChoice(choice: ToolChoice): string | JsonObject {
  return choice.type === "named" ? { type: "function", function: { name: choice.name } } : choice.type;
}

function writeFormat(format: OutputFormat): JsonObject {
  if (format.type !== "json-schema") return { type: format.type === "json" ? "json_object" : "text" };
  const { name, schema, strict } = format;
  return { type: "json_schema", json_schema: { name, schema, strict } };
}

function writeStop(stop: readonly string[], notes: ReceiptNote[]): readonly string[] {
  if (stop.length > 4) notes.push({ field: "stop", action: "clamped", why: "at most 4 stop sequences are taken" });
  return stop.slice(0, 4);
}

function writeTopK({ topK }: Request, extensions: boolean, notes: ReceiptNote[]): JsonObject {
  if (topK === undefined) return {};
  if (extensions) return { top_k: topK };
  notes.push({ field: "top_k", action: "dropped", why: "this provider's API has no such parameter" });
  return {};
}

function writeReasoning({ reasoning }: Request, extensions: boolean, notes: ReceiptNote[]): JsonObject {
  if (reasoning === undefined) return {};
  const { effort, budgetTokens, enabled } = reasoning;
  if (extensions)
    return {
      reasoning: {
        ...(effort !== undefined && { effort }),
        ...(budgetTokens !== undefined && { max_tokens: budgetTokens }),
        ...(enabled !== undefined && { enabled }),
      },
    };
  if (effort !== undefined) return { reasoning_effort: effort };
  if (budgetTokens !== undefined) {
    notes.push({ field: "reasoning.max_tokens", action: "emulated", why: "sent as the nearest reasoning_effort" });
    return { reasoning_effort: effortOfBudget(budgetTokens) };
  }
  if (enabled === true) {
    notes.push({ field: "reasoning.enabled", action: "emulated", why: "sent as reasoning_effort medium" });
    return { reasoning_effort: "medium" };
  }
  // Not to reason is what most models do unasked; a switch for it is not part of this API.
  notes.push({ field: "reasoning.enabled", action: "dropped", why: "this provider's API has no switch for it" });
  return {};
}

function writeExtra(request: Request, notes: ReceiptNote[]): JsonObject {
  const body: { [field: string]: JsonObject[string] } = {};
  for (const [field, value] of Object.entries(request.extra)) {
    // Only together: the provider refuses the number without the wish.
    const isLone = field === "top_logprobs" && request.extra.logprobs !== true;
    if (openAiFields.has(field) && !isLone) body[field] = value;
    else notes.push({ field, action: "dropped", why: "this provider's API has no such parameter" });
  }
  return body;
}
