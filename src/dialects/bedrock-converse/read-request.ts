// A client's Converse body as the canonical request. What canonical has no name for, the model's own fields among it, is
// kept in `extra` under its path.
// Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
import { isObject, type Json, type JsonObject, parseJson } from "../../canonical/json.js";
import type { OutputFormat, Request, Tool, ToolChoice } from "../../canonical/request.js";
import { Fields, maxTools } from "../body-fields.js";
import { readThinking } from "../claude-thinking.js";
import type { Extra } from "../extra.js";
import { refuse } from "../openai-chat/refuse.js";
import { turnsOf } from "../user-turns.js";
import { readCachePoint, readContent, readSystem } from "./read-request-content.js";

/**
 * Whether the answer is streamed is said by the path, so `stream` is false. Throws TrunklineError `invalid_request` that
 * names the field. Whoever calls bounds the body's size and depth.
 */
export function readRequest(json: JsonObject): Request {
  const extra: Extra = {};
  const body = new Fields(json);
  body.take("modelId");
  const instructions = readSystem(body, extra);
  const turns = body.messages("messages").flatMap((message) => {
    const role = message.word("role", ["user", "assistant", "system"]);
    message.required("content");
    const parts = readContent(message, extra);
    message.keepRest(extra);
    return turnsOf(role, parts);
  });
  const config = body.fields("toolConfig");
  const tools = config === undefined ? [] : readTools(config, extra);
  const toolChoice = config === undefined ? undefined : readToolChoice(config, extra);
  config?.keepRest(extra);
  const { format, effort } = readOutput(body, extra);
  const settings = readInference(body, extra);
  // A model's own fields: of Claude's, what canonical has a name for is read.
  const own = body.fields("additionalModelRequestFields");
  const thinking =
    own !== undefined && isClaudes(json.additionalModelRequestFields) ? readThinking(own, extra) : undefined;
  own?.keepRest(extra);
  const metadata = body.object("requestMetadata");
  body.keepRest(extra);
  return {
    instructions,
    turns,
    tools,
    ...(toolChoice !== undefined && { toolChoice }),
    ...(format !== undefined && { format }),
    ...settings,
    ...((effort !== undefined || thinking !== undefined) && {
      reasoning: { ...thinking, ...(effort !== undefined && { effort }) },
    }),
    ...(metadata !== undefined && { metadata }),
    stream: false,
    extra,
  };
}

/** Other models may call something else `thinking`: that is theirs to understand. */
function isClaudes(own: Json | undefined): boolean {
  return isObject(own) && isObject(own.thinking) && typeof own.thinking.type === "string";
}

/** A cache point marks the tool before it; the provider's own tools are kept whole. */
function readTools(config: Fields, extra: Extra): Tool[] {
  const tools: Tool[] = [];
  for (const tool of config.each("tools", maxTools)) {
    const last = tools.at(-1);
    if (tool.has("toolSpec")) tools.push(readTool(tool.requiredFields("toolSpec"), extra));
    else if (tool.has("cachePoint") && last !== undefined)
      tools.splice(-1, 1, { ...last, cache: readCachePoint(tool.requiredFields("cachePoint"), extra) });
    else {
      tool.keepWhole(extra);
      continue;
    }
    tool.keepRest(extra);
  }
  return tools;
}

function readTool(tool: Fields, extra: Extra): Tool {
  const name = tool.requiredName("name");
  const description = tool.text("description");
  const schema = tool.fields("inputSchema");
  const parameters = schema?.object("json");
  schema?.keepRest(extra);
  const strict = tool.flag("strict");
  tool.keepRest(extra);
  return {
    name,
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parameters }),
    ...(strict !== undefined && { strict }),
  };
}

function readToolChoice(config: Fields, extra: Extra): ToolChoice | undefined {
  const choice = config.fields("toolChoice");
  if (choice === undefined) return undefined;
  const read = readChoice(choice, extra);
  if (read === undefined) choice.keepWhole(extra);
  else choice.keepRest(extra);
  return read;
}

function readChoice(choice: Fields, extra: Extra): ToolChoice | undefined {
  const tool = choice.fields("tool");
  if (tool !== undefined) {
    const name = tool.requiredName("name");
    tool.keepRest(extra);
    return { type: "named", name };
  }
  const auto = choice.fields("auto");
  const any = choice.fields("any");
  auto?.keepRest(extra);
  any?.keepRest(extra);
  if (auto !== undefined) return { type: "auto" };
  return any === undefined ? undefined : { type: "required" };
}

interface Output {
  readonly format: OutputFormat | undefined;
  readonly effort: string | undefined;
}

function readOutput(body: Fields, extra: Extra): Output {
  const config = body.fields("outputConfig");
  const effort = config?.text("effort");
  const format = config?.fields("textFormat");
  config?.keepRest(extra);
  return { format: format === undefined ? undefined : readFormat(format, extra), effort };
}

function readFormat(format: Fields, extra: Extra): OutputFormat | undefined {
  if (format.requiredText("type") !== "json_schema") {
    format.keepWhole(extra);
    return undefined;
  }
  const structure = format.requiredFields("structure");
  const described = structure.requiredFields("jsonSchema");
  const schema = parseJson(described.requiredText("schema"));
  if (!isObject(schema)) {
    const path = described.at("schema");
    throw refuse(path, `Invalid '${path}': expected a JSON object as text.`);
  }
  const name = described.text("name") ?? "answer";
  for (const fields of [described, structure, format]) fields.keepRest(extra);
  return { type: "json-schema", name, schema, strict: true };
}

function readInference(body: Fields, extra: Extra): Partial<Request> {
  const config = body.fields("inferenceConfig");
  if (config === undefined) return {};
  const maxOutputTokens = config.positive("maxTokens");
  const temperature = config.number("temperature");
  const topP = config.number("topP");
  const stop = config.texts("stopSequences") ?? [];
  config.keepRest(extra);
  return {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stop.length > 0 && { stop }),
  };
}
