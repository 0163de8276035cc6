// Writes a canonical request as a generateContent body, with a receipt of what Gemini cannot be told.
// Source: https://ai.google.dev/api/generate-content
import { Buffer } from "node:buffer";
import type { JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type { Request, Tool } from "../../canonical/request.js";
import type { UpstreamRequest, UpstreamTarget } from "../dialect.js";
import { type Generation, generationOf } from "./generation.js";
import { hasCacheMarks, writeContents } from "./write-contents.js";
import { writeExtra } from "./write-extra.js";
import { writeSchema } from "./write-schema.js";
import { writeThinking } from "./write-thinking.js";

export function writeRequest(request: Request, target: UpstreamTarget): UpstreamRequest {
  const notes: ReceiptNote[] = [];
  const generation = generationOf(target.model);
  const { system, contents } = writeContents(request, generation, notes);
  const { format, instruction } = writeFormat(request, generation, notes);
  const extra = writeExtra(request.extra, notes);
  const thinking = { ...writeThinking(request, generation, notes), ...extra.thinkingConfig };
  const instructions = instruction === undefined ? system : [...system, { text: instruction }];
  const generationConfig: JsonObject = {
    ...writeSampling(request, notes),
    ...writeLimits(request, notes),
    ...format,
    ...(Object.keys(thinking).length > 0 && { thinkingConfig: thinking }),
    ...extra.generationConfig,
  };
  const tools = [...writeTools(request.tools, notes), ...extra.tools];
  const calling = { ...writeToolChoice(request, generation), ...extra.functionCallingConfig };
  const toolConfig: JsonObject = {
    ...(Object.keys(calling).length > 0 && { functionCallingConfig: calling }),
    ...extra.toolConfig,
  };
  const body: JsonObject = {
    ...(instructions.length > 0 && { systemInstruction: { parts: instructions } }),
    contents: contents.map(({ role, parts }) => ({ role, parts })),
    ...(tools.length > 0 && { tools }),
    ...(Object.keys(toolConfig).length > 0 && { toolConfig }),
    ...(Object.keys(generationConfig).length > 0 && { generationConfig }),
    ...extra.body,
  };
  noteLosses(request, notes);
  return { path: pathOf(target), headers: {}, body: Buffer.from(JSON.stringify(body)), notes };
}

/** `models/` is the usual collection; tuned models are in one of their own, and name it. */
export function pathOf({ model, stream }: Pick<UpstreamTarget, "model" | "stream">): string {
  const [, collection = "models", name = model] = /^(models|tunedModels)\/([^/]+)$/.exec(model) ?? [];
  const method = stream ? "streamGenerateContent?alt=sse" : "generateContent";
  return `/${collection}/${encodeURIComponent(name)}:${method}`;
}

function writeTools(tools: readonly Tool[], notes: ReceiptNote[]): JsonObject[] {
  if (tools.length === 0) return [];
  const functionDeclarations = tools.map(({ name, description, parameters }, index) => ({
    name,
    ...(description !== undefined && description !== "" && { description }),
    ...(parameters !== undefined && {
      parametersJsonSchema: writeSchema(parameters, `tools[${index}].function.parameters`, notes),
    }),
  }));
  return [{ functionDeclarations }];
}

/** Strict functions have a mode of their own; where a call is demanded, the schemas are kept to anyway. */
function writeToolChoice({ tools, toolChoice }: Request, generation: Generation): JsonObject {
  if (tools.length === 0) return {};
  switch (toolChoice?.type) {
    case "none":
      return { mode: "NONE" };
    case "required":
      return { mode: "ANY" };
    case "named":
      return { mode: "ANY", allowedFunctionNames: [toolChoice.name] };
    default:
      if (generation.validates && tools.some(({ strict }) => strict === true)) return { mode: "VALIDATED" };
      return toolChoice === undefined ? {} : { mode: "AUTO" };
  }
}

interface WrittenFormat {
  readonly format: JsonObject;
  /** To be added to the instructions. */
  readonly instruction?: string;
}

function writeFormat({ format, tools }: Request, generation: Generation, notes: ReceiptNote[]): WrittenFormat {
  if (format === undefined) return { format: {} };
  if (format.type === "text") return { format: { responseMimeType: "text/plain" } };
  if (tools.length > 0 && !generation.formatWithTools) {
    notes.push({
      field: "response_format",
      action: "emulated",
      why: "this model takes no JSON format beside functions: asked for in the instructions",
    });
    const wish =
      "Unless you call a function, answer with one JSON object and nothing else: no explanation, no code fence.";
    if (format.type !== "json-schema") return { format: {}, instruction: wish };
    return { format: {}, instruction: `${wish} It must match this schema: ${JSON.stringify(format.schema)}` };
  }
  const json = { responseMimeType: "application/json" };
  if (format.type !== "json-schema") return { format: json };
  return { format: { ...json, responseJsonSchema: writeSchema(format.schema, "response_format", notes) } };
}

function writeSampling(request: Request, notes: ReceiptNote[]): JsonObject {
  const { temperature, topP, topK, seed, frequencyPenalty, presencePenalty } = request;
  const body: { [field: string]: number } = {};
  if (temperature !== undefined) {
    body.temperature = Math.min(2, Math.max(0, temperature));
    if (body.temperature !== temperature)
      notes.push({
        field: "temperature",
        action: "clamped",
        why: `sent as ${body.temperature}: this API takes 0 to 2`,
      });
  }
  if (topP !== undefined) body.topP = topP;
  if (topK !== undefined) body.topK = topK;
  if (seed !== undefined) {
    // 32 bits on the wire.
    body.seed = seed | 0;
    if (body.seed !== seed)
      notes.push({ field: "seed", action: "clamped", why: `sent as ${body.seed}: this API takes 32 bits` });
  }
  // Many models refuse them: what changes nothing is not sent.
  if (frequencyPenalty !== undefined && frequencyPenalty !== 0) body.frequencyPenalty = frequencyPenalty;
  if (presencePenalty !== undefined && presencePenalty !== 0) body.presencePenalty = presencePenalty;
  return body;
}

const mostStops = 5;

function writeLimits({ maxOutputTokens, stop, choices }: Request, notes: ReceiptNote[]): JsonObject {
  const named = stop?.filter((sequence) => sequence !== "") ?? [];
  if (named.length > mostStops)
    notes.push({ field: "stop", action: "clamped", why: `at most ${mostStops} stop sequences are taken` });
  if (choices !== undefined && choices > 1)
    notes.push({ field: "n", action: "dropped", why: "one answer comes where the dialects differ" });
  return {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(named.length > 0 && { stopSequences: named.slice(0, mostStops) }),
    ...(choices === 1 && { candidateCount: 1 }),
  };
}

function noteLosses(request: Request, notes: ReceiptNote[]): void {
  const drop = (field: string, why = "this API has no such parameter") => notes.push({ field, action: "dropped", why });
  if (request.parallelToolCalls === false) drop("parallel_tool_calls", "this API has no switch for it");
  if (request.user !== undefined) drop("user");
  if (request.metadata !== undefined) drop("metadata");
  if (hasCacheMarks(request)) drop("cache_control", "this API caches on its own");
}
