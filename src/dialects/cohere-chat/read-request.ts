// A client's v2 chat body as the canonical request. What canonical has no name for, `documents` among it, is kept in
// `extra` under its path. Source: https://docs.cohere.com/reference/chat
import type { JsonObject } from "../../canonical/json.js";
import type { OutputFormat, Request, ToolChoice } from "../../canonical/request.js";
import { Fields, maxTools } from "../body-fields.js";
import type { Extra } from "../extra.js";
import { readFunctionTool } from "../function-tool.js";
import { leadingInstructions } from "../leading-instructions.js";
import { readMessage } from "./read-request-messages.js";

/** Throws TrunklineError `invalid_request` that names the field. Whoever calls bounds the body's size and depth. */
export function readRequest(json: JsonObject): Request {
  const extra: Extra = {};
  const body = new Fields(json);
  body.take("model");
  const all = body.messages("messages").map((message) => readMessage(message, extra));
  const strict = body.flag("strict_tools");
  const tools = body
    .each("tools", maxTools)
    .flatMap((tool) => readFunctionTool(tool, extra))
    .map((tool) => (strict === undefined ? tool : { ...tool, strict }));
  const toolChoice = readToolChoice(body);
  const format = readFormat(body, extra);
  const reasoning = readThinking(body, extra);
  const settings = readSettings(body);
  const stream = body.flag("stream") ?? false;
  body.keepRest(extra);
  return {
    ...leadingInstructions(all),
    tools,
    ...(toolChoice !== undefined && { toolChoice }),
    ...(format !== undefined && { format }),
    ...(reasoning !== undefined && { reasoning }),
    ...settings,
    stream,
    extra,
  };
}

function readToolChoice(body: Fields): ToolChoice | undefined {
  if (!body.has("tool_choice")) return undefined;
  const choice = body.word("tool_choice", ["REQUIRED", "NONE"]);
  return { type: choice === "NONE" ? "none" : "required" };
}

function readFormat(body: Fields, extra: Extra): OutputFormat | undefined {
  const format = body.fields("response_format");
  if (format === undefined) return undefined;
  const type = format.word("type", ["text", "json_object"]);
  // `schema` in the first release.
  const schema = format.object("json_schema") ?? format.object("schema");
  format.keepRest(extra);
  if (type === "text") {
    format.keep("json_schema", extra);
    return { type: "text" };
  }
  // This dialect has no name for a schema, and always keeps to it.
  return schema === undefined ? { type: "json" } : { type: "json-schema", name: "answer", schema, strict: true };
}

function readThinking(body: Fields, extra: Extra): Request["reasoning"] {
  const thinking = body.fields("thinking");
  if (thinking === undefined) return undefined;
  const type = thinking.word("type", ["enabled", "disabled"]);
  const budgetTokens = thinking.positive("token_budget");
  thinking.keepRest(extra);
  if (type === "disabled") return { enabled: false };
  return budgetTokens === undefined ? { enabled: true } : { budgetTokens };
}

function readSettings(body: Fields): Partial<Request> {
  const maxOutputTokens = body.positive("max_tokens");
  const temperature = body.number("temperature");
  const topP = body.number("p");
  const topK = body.number("k");
  const frequencyPenalty = body.number("frequency_penalty");
  const presencePenalty = body.number("presence_penalty");
  const seed = body.number("seed");
  const stop = body.texts("stop_sequences") ?? [];
  return {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(seed !== undefined && { seed }),
    ...(stop.length > 0 && { stop }),
  };
}
