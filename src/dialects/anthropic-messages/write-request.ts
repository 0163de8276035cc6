// Writes a canonical request for the Messages API, with a receipt of what it cannot say.
import { Buffer } from "node:buffer";
import type { JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type { Request, Tool } from "../../canonical/request.js";
import type { UpstreamRequest, UpstreamTarget } from "../dialect.js";
import { closed, writeFormat } from "./format.js";
import { type Generation, generationOf } from "./generation.js";
import { writeThinking } from "./thinking.js";
import { writeCache, writeMessages } from "./write-messages.js";

const defaultMaxTokens = 4096;
/** Sent where the client names none. Source: https://docs.claude.com/en/api/versioning */
export const apiVersion = "2023-06-01";

export function writeRequest(request: Request, target: UpstreamTarget): UpstreamRequest {
  const notes: ReceiptNote[] = [];
  const generation = generationOf(target.model);
  const maxTokens = outputLimit(request.maxOutputTokens, target, notes);
  const { system, messages } = writeMessages(request, notes);
  const { format, instruction } = writeFormat(request.format, generation, notes);
  const { thinking, effort, isOn } = writeThinking(request, generation, maxTokens, notes);
  const instructions = instruction === undefined ? system : [...system, { type: "text", text: instruction }];
  const body: JsonObject = {
    model: target.model,
    max_tokens: maxTokens,
    ...(instructions.length > 0 && { system: instructions }),
    messages: messages.map(({ role, content }) => ({ role, content })),
    ...(target.stream && { stream: true }),
    ...writeTools(request, generation),
    ...writeSampling(request, generation, isOn, notes),
    ...writeStop(request, notes),
    ...(thinking !== undefined && { thinking }),
    ...((format !== undefined || effort !== undefined) && {
      output_config: { ...(effort !== undefined && { effort }), ...(format !== undefined && { format }) },
    }),
    ...(request.user !== undefined && { metadata: { user_id: request.user } }),
  };
  noteLosses(request, notes);
  return {
    path: "/messages",
    headers: { "anthropic-version": apiVersion },
    body: Buffer.from(JSON.stringify(body)),
    notes,
  };
}

/** What was asked for; where nothing was, a limit all the same. */
export function outputLimit(asked: number | undefined, target: UpstreamTarget, notes: ReceiptNote[]): number {
  if (asked !== undefined) return asked;
  const limit = target.maxOutputTokens ?? defaultMaxTokens;
  notes.push({ field: "max_tokens", action: "emulated", why: `this API demands a limit: ${limit} was sent` });
  return limit;
}

function writeTools(request: Request, generation: Generation): JsonObject {
  const { tools, toolChoice, parallelToolCalls } = request;
  if (tools.length === 0) return {};
  const one = parallelToolCalls === false ? { disable_parallel_tool_use: true } : {};
  const written = { tools: tools.map((tool) => writeTool(tool, generation)) };
  switch (toolChoice?.type) {
    case "none":
      return { ...written, tool_choice: { type: "none" } };
    case "required":
      return { ...written, tool_choice: { type: "any", ...one } };
    case "named":
      return { ...written, tool_choice: { type: "tool", name: toolChoice.name, ...one } };
    case "auto":
      return { ...written, tool_choice: { type: "auto", ...one } };
    case undefined:
      return parallelToolCalls === false ? { ...written, tool_choice: { type: "auto", ...one } } : written;
  }
}

function writeTool({ name, description, parameters, strict, cache }: Tool, generation: Generation): JsonObject {
  const isStrict = strict === true && generation.schemas;
  const schema: JsonObject = { type: "object", ...(parameters ?? { properties: {} }) };
  return {
    name,
    ...(description !== undefined && description !== "" && { description }),
    input_schema: isStrict ? closed(schema) : schema,
    ...(isStrict && { strict: true }),
    ...writeCache(cache),
  };
}

function writeSampling(
  { temperature, topP, topK }: Request,
  generation: Generation,
  thinks: boolean,
  notes: ReceiptNote[],
): JsonObject {
  const body: { [field: string]: number } = {};
  const drop = (field: string, why: string) => notes.push({ field, action: "dropped", why });
  const refusal = !generation.sampling
    ? "this model takes no sampling parameters"
    : thinks
      ? "it cannot be set while the model thinks"
      : undefined;
  if (temperature !== undefined) {
    const clamped = Math.min(1, Math.max(0, temperature));
    if (refusal !== undefined) {
      // 1 is what the model does anyway.
      if (temperature !== 1) drop("temperature", refusal);
    } else body.temperature = clamped;
    if (refusal === undefined && clamped !== temperature)
      notes.push({ field: "temperature", action: "clamped", why: `sent as ${clamped}: this API takes 0 to 1` });
  }
  if (topP !== undefined) {
    if (refusal !== undefined) {
      if (topP !== 1) drop("top_p", refusal);
    } else if (temperature !== undefined && !generation.bothSamplings)
      drop("top_p", "this model takes temperature or top_p, not both");
    else body.top_p = topP;
  }
  if (topK !== undefined) {
    if (refusal !== undefined) drop("top_k", refusal);
    else body.top_k = topK;
  }
  return body;
}

function writeStop({ stop }: Request, notes: ReceiptNote[]): JsonObject {
  if (stop === undefined) return {};
  const taken = stop.filter((sequence) => sequence.trim() !== "");
  if (taken.length < stop.length)
    notes.push({ field: "stop", action: "dropped", why: "this API takes no stop sequence of space alone" });
  return taken.length > 0 ? { stop_sequences: taken } : {};
}

function noteLosses(request: Request, notes: ReceiptNote[]): void {
  const drop = (field: string) => notes.push({ field, action: "dropped", why: "this API has no such parameter" });
  if (request.seed !== undefined) drop("seed");
  if (request.frequencyPenalty !== undefined && request.frequencyPenalty !== 0) drop("frequency_penalty");
  if (request.presencePenalty !== undefined && request.presencePenalty !== 0) drop("presence_penalty");
  if (request.choices !== undefined && request.choices > 1) drop("n");
  if (request.metadata !== undefined) drop("metadata");
  for (const field of Object.keys(request.extra)) drop(field);
}
