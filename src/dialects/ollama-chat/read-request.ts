// A client's body of Ollama's /api/chat or /api/generate as the canonical request. What canonical has no name for is kept
// in `extra` under its path. Source: https://docs.ollama.com/api/chat
import { isObject, type JsonObject } from "../../canonical/json.js";
import type { OutputFormat, Request, Turn } from "../../canonical/request.js";
import { Fields, maxTools, wrongType } from "../body-fields.js";
import { CallIds } from "../call-ids.js";
import type { Extra } from "../extra.js";
import { readFunctionTool } from "../function-tool.js";
import { leadingInstructions } from "../leading-instructions.js";
import { readContent, readMessage } from "./read-request-messages.js";

/** Throws TrunklineError `invalid_request` that names the field. Whoever calls bounds the body's size and depth. */
export function readRequest(json: JsonObject): Request {
  const extra: Extra = {};
  const body = new Fields(json);
  body.take("model");
  const ids = new CallIds();
  const all = isGenerate(body)
    ? readPrompt(body)
    : body.messages("messages").map((message) => readMessage(message, ids, extra));
  const tools = body.each("tools", maxTools).flatMap((tool) => readFunctionTool(tool, extra));
  const format = readFormat(body);
  const reasoning = readThink(body);
  const settings = readOptions(body, extra);
  // Ollama streams unless it is told not to.
  const stream = body.flag("stream") ?? true;
  body.keepRest(extra);
  return {
    ...leadingInstructions(all),
    tools,
    ...(format !== undefined && { format }),
    ...(reasoning !== undefined && { reasoning }),
    ...settings,
    stream,
    extra,
  };
}

function isGenerate(body: Fields): boolean {
  return body.has("prompt") && !body.has("messages");
}

/** /api/generate: one user turn, the instructions before it. */
function readPrompt(body: Fields): Turn[] {
  const system = body.text("system") ?? "";
  const instructions: Turn[] = system === "" ? [] : [{ role: "system", parts: [{ type: "text", text: system }] }];
  return [...instructions, { role: "user", parts: readContent(body, "prompt") }];
}

function readFormat(body: Fields): OutputFormat | undefined {
  const format = body.take("format");
  if (format === undefined || format === "") return undefined;
  if (format === "json") return { type: "json" };
  // This dialect has no name for a schema, and always keeps to it.
  if (isObject(format)) return { type: "json-schema", name: "answer", schema: format, strict: true };
  throw wrongType(body.at("format"), "'json' or a JSON schema", format);
}

function readThink(body: Fields): Request["reasoning"] {
  const think = body.take("think");
  if (think === undefined) return undefined;
  if (typeof think === "boolean") return { enabled: think };
  if (typeof think === "string") return { effort: think };
  throw wrongType(body.at("think"), "a boolean or a string", think);
}

function readOptions(body: Fields, extra: Extra): Partial<Request> {
  const options = body.fields("options");
  if (options === undefined) return {};
  const limit = options.integer("num_predict");
  // Below 1 are Ollama's words for "without a limit".
  if (limit !== undefined && limit < 1) options.keep("num_predict", extra);
  const temperature = options.number("temperature");
  const topP = options.number("top_p");
  const topK = options.number("top_k");
  const frequencyPenalty = options.number("frequency_penalty");
  const presencePenalty = options.number("presence_penalty");
  const seed = options.number("seed");
  const stop = options.texts("stop") ?? [];
  options.keepRest(extra);
  return {
    ...(limit !== undefined && limit >= 1 && { maxOutputTokens: limit }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(seed !== undefined && { seed }),
    ...(stop.length > 0 && { stop }),
  };
}
