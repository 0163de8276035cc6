// A client's generateContent body as the canonical request. What canonical has no name for is kept in `extra` under its
// path, as the client spelled it. Source: https://ai.google.dev/api/generate-content
import type { JsonObject } from "../../canonical/json.js";
import type { OutputFormat, Request, Tool, ToolChoice } from "../../canonical/request.js";
import { Fields, maxTools, protobufJson } from "../body-fields.js";
import { CallIds } from "../call-ids.js";
import type { Extra } from "../extra.js";
import { refuse } from "../openai-chat/refuse.js";
import { readContent, readInstructions } from "./read-request-content.js";
import { readSchema } from "./read-schema.js";

/**
 * Takes a body of countTokens too, whose `generateContentRequest` holds the request. Whether the answer is streamed is
 * said by the path, so `stream` is false. Throws TrunklineError `invalid_request` that names the field. Whoever calls
 * bounds the body's size and depth.
 */
export function readRequest(json: JsonObject): Request {
  const extra: Extra = {};
  const body = wholeRequest(json, extra);
  body.take("model");
  const ids = new CallIds();
  const instructions = readInstructions(body, extra);
  const turns = body.messages("contents").flatMap((content) => readContent(content, ids, extra));
  const tools = readTools(body, extra);
  const toolChoice = readToolChoice(body, extra);
  const generation = readGeneration(body, extra);
  const metadata = body.object("labels");
  body.keepRest(extra);
  return {
    instructions,
    turns,
    tools,
    ...(toolChoice !== undefined && { toolChoice }),
    ...generation,
    ...(metadata !== undefined && { metadata }),
    stream: false,
    extra,
  };
}

/** The model that the body names, without the collection in front of it; most bodies leave that to the path. */
export function readModelName(json: JsonObject): string | undefined {
  return wholeRequest(json, {})
    .text("model")
    ?.replace(/^models\//, "");
}

function wholeRequest(json: JsonObject, extra: Extra): Fields {
  const body = new Fields(json, "", protobufJson);
  const whole = body.has("contents") ? undefined : body.fields("generateContentRequest");
  if (whole === undefined) return body;
  body.keepRest(extra);
  return whole;
}

/** Functions are tools; the other members of a tool are the provider's own. */
function readTools(body: Fields, extra: Extra): Tool[] {
  return body.each("tools", maxTools).flatMap((group) => {
    const functions = group.each("functionDeclarations", maxTools).map((tool) => readTool(tool, extra));
    group.keepRest(extra);
    return functions;
  });
}

function readTool(tool: Fields, extra: Extra): Tool {
  const name = tool.requiredName("name");
  const description = tool.text("description");
  const parameters = readEitherSchema(tool, "parameters", "parametersJsonSchema");
  tool.keepRest(extra);
  return {
    name,
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parameters }),
  };
}

/** A schema in Google's words, or the same field as JSON schema. */
function readEitherSchema(fields: Fields, own: string, standard: string): JsonObject | undefined {
  const schema = fields.object(own);
  return schema === undefined ? fields.object(standard) : readSchema(schema);
}

function readToolChoice(body: Fields, extra: Extra): ToolChoice | undefined {
  const config = body.fields("toolConfig");
  const calling = config?.fields("functionCallingConfig");
  const choice = calling === undefined ? undefined : readMode(calling, extra);
  calling?.keepRest(extra);
  config?.keepRest(extra);
  return choice;
}

function readMode(calling: Fields, extra: Extra): ToolChoice | undefined {
  const allowed = calling.texts("allowedFunctionNames") ?? [];
  const [only, ...others] = allowed;
  const mode = calling.text("mode");
  if (mode === "ANY" && only !== undefined && others.length === 0) return { type: "named", name: only };
  if (allowed.length > 0) calling.keep("allowedFunctionNames", extra);
  if (mode === "ANY") return { type: "required" };
  if (mode === "AUTO") return { type: "auto" };
  if (mode === "NONE") return { type: "none" };
  calling.keep("mode", extra);
  return undefined;
}

function readGeneration(body: Fields, extra: Extra): Partial<Request> {
  const config = body.fields("generationConfig");
  if (config === undefined) return {};
  const maxOutputTokens = config.positive("maxOutputTokens");
  const temperature = config.number("temperature");
  const topP = config.number("topP");
  const topK = config.number("topK");
  const frequencyPenalty = config.number("frequencyPenalty");
  const presencePenalty = config.number("presencePenalty");
  const seed = config.number("seed");
  const stop = config.texts("stopSequences") ?? [];
  const choices = config.positive("candidateCount");
  const format = readFormat(config, extra);
  const reasoning = readReasoning(config, extra);
  config.keepRest(extra);
  return {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(seed !== undefined && { seed }),
    ...(stop.length > 0 && { stop }),
    ...(choices !== undefined && { choices }),
    ...(format !== undefined && { format }),
    ...(reasoning !== undefined && { reasoning }),
  };
}

function readFormat(config: Fields, extra: Extra): OutputFormat | undefined {
  const mediaType = config.text("responseMimeType");
  if (mediaType === undefined) return undefined;
  if (mediaType === "text/plain") return { type: "text" };
  if (mediaType !== "application/json") {
    // Its schema is kept with what was not read.
    config.keep("responseMimeType", extra);
    return undefined;
  }
  const schema = readEitherSchema(config, "responseSchema", "responseJsonSchema");
  if (schema === undefined) return { type: "json" };
  // This dialect has no name for a schema, and always keeps to it.
  return { type: "json-schema", name: "answer", schema, strict: true };
}

function readReasoning(config: Fields, extra: Extra): Request["reasoning"] {
  const thinking = config.fields("thinkingConfig");
  if (thinking === undefined) return undefined;
  const budget = thinking.integer("thinkingBudget");
  const level = thinking.text("thinkingLevel");
  const effort = level === undefined || level === "THINKING_LEVEL_UNSPECIFIED" ? undefined : level.toLowerCase();
  const isShown = thinking.flag("includeThoughts");
  if (isShown === false) thinking.keep("includeThoughts", extra);
  thinking.keepRest(extra);
  if (budget === 0) return { enabled: false, ...(effort !== undefined && { effort }) };
  if (budget !== undefined && budget < -1) {
    const path = thinking.at("thinkingBudget");
    throw refuse(path, `Invalid '${path}': expected a whole number of at least -1.`);
  }
  // -1: as much as the model likes.
  const isOn = isShown === true || budget === -1;
  if (!isOn && effort === undefined && budget === undefined) return undefined;
  return {
    ...(effort !== undefined && { effort }),
    ...(budget !== undefined && budget > 0 && { budgetTokens: budget }),
    ...(isOn && { enabled: true }),
  };
}
