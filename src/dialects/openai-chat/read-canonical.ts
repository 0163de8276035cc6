// A checked chat request as the canonical one. What canonical has no name for is kept in `extra` under its path.
import { isArray, isObject, type Json, type JsonObject, number, text } from "../../canonical/json.js";
import type { OutputFormat, Request, TextPart, Tool, ToolChoice, Turn } from "../../canonical/request.js";
import { type Extra, setExtra } from "../extra.js";
import { readCache } from "./cache-mark.js";
import { readTextParts, readTurn } from "./read-turn.js";

/** Fields that the canonical request has a name for, or that are the gateway's own. */
const known = new Set([
  "model",
  "models",
  "route",
  "messages",
  "stream",
  "stream_options",
  "usage",
  "trunkline",
  "session_id",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "response_format",
  "max_tokens",
  "max_completion_tokens",
  "temperature",
  "top_p",
  "top_k",
  "frequency_penalty",
  "presence_penalty",
  "seed",
  "stop",
  "n",
  "reasoning_effort",
  "reasoning",
  "include_reasoning",
  "user",
  "metadata",
]);

export function readCanonical(body: JsonObject): Request {
  const extra: Extra = {};
  for (const [field, value] of Object.entries(body))
    if (!known.has(field) && value !== undefined && value !== null) setExtra(extra, field, value);
  const messages = isArray(body.messages) ? body.messages.filter(isObject) : [];
  const leading = messages.findIndex(({ role }) => role !== "system" && role !== "developer");
  const lead = leading === -1 ? messages.length : leading;
  const instructions = messages
    .slice(0, lead)
    .flatMap((message, index): TextPart[] => readTextParts(message.content, `messages[${index}].content`, extra));
  const turns = messages
    .slice(lead)
    .map((message, index): Turn => readTurn(message, `messages[${lead + index}]`, extra));
  const toolChoice = readToolChoice(body.tool_choice, extra);
  const format = readFormat(body.response_format, extra);
  const maxOutputTokens = number(body.max_completion_tokens) ?? number(body.max_tokens);
  const reasoning = readReasoning(body, extra);
  const stop = typeof body.stop === "string" ? [body.stop] : isArray(body.stop) ? body.stop.map(String) : undefined;
  return {
    instructions,
    turns,
    tools: readTools(body.tools, extra),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(typeof body.parallel_tool_calls === "boolean" && { parallelToolCalls: body.parallel_tool_calls }),
    ...(format !== undefined && { format }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...numbers(body),
    ...(stop !== undefined && stop.length > 0 && { stop }),
    ...(reasoning !== undefined && { reasoning }),
    ...(typeof body.user === "string" && { user: body.user }),
    ...(isObject(body.metadata) && { metadata: body.metadata }),
    stream: body.stream === true,
    extra,
  };
}

function numbers(body: JsonObject): Partial<Request> {
  const temperature = number(body.temperature);
  const topP = number(body.top_p);
  const topK = number(body.top_k);
  const frequencyPenalty = number(body.frequency_penalty);
  const presencePenalty = number(body.presence_penalty);
  const seed = number(body.seed);
  const choices = number(body.n);
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(seed !== undefined && { seed }),
    ...(choices !== undefined && { choices }),
  };
}

function readTools(tools: Json | undefined, extra: Extra): Tool[] {
  const read: Tool[] = [];
  for (const [index, tool] of (isArray(tools) ? tools : []).entries()) {
    if (!isObject(tool) || (tool.type ?? "function") !== "function" || !isObject(tool.function)) {
      setExtra(extra, `tools[${index}]`, tool);
      continue;
    }
    const { name, description, parameters, strict } = tool.function;
    const cache = readCache(tool.cache_control);
    read.push({
      name: text(name) ?? "",
      ...(typeof description === "string" && { description }),
      ...(isObject(parameters) && { parameters }),
      ...(typeof strict === "boolean" && { strict }),
      ...(cache !== undefined && { cache }),
    });
  }
  return read;
}

function readToolChoice(choice: Json | undefined, extra: Extra): ToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (choice === "none" || choice === "auto" || choice === "required") return { type: choice };
  // Mistral's word.
  if (choice === "any") return { type: "required" };
  if (isObject(choice) && choice.type === "function" && isObject(choice.function))
    return { type: "named", name: text(choice.function.name) ?? "" };
  setExtra(extra, "tool_choice", choice);
  return undefined;
}

function readFormat(format: Json | undefined, extra: Extra): OutputFormat | undefined {
  if (!isObject(format)) return undefined;
  if (format.type === "text") return { type: "text" };
  if (format.type === "json_object") return { type: "json" };
  if (format.type === "json_schema" && isObject(format.json_schema) && isObject(format.json_schema.schema)) {
    const { name, schema, strict } = format.json_schema;
    return { type: "json-schema", name: text(name) ?? "answer", schema, strict: strict === true };
  }
  setExtra(extra, "response_format", format);
  return undefined;
}

function readReasoning(body: JsonObject, extra: Extra): Request["reasoning"] {
  const asked = isObject(body.reasoning) ? body.reasoning : {};
  const { effort: _effort, max_tokens, enabled, ...rest } = asked;
  for (const [field, value] of Object.entries(rest))
    if (value !== undefined && value !== null) setExtra(extra, `reasoning.${field}`, value);
  const effort = text(body.reasoning_effort) ?? text(asked.effort);
  const budgetTokens = number(max_tokens);
  const isOn = typeof enabled === "boolean" ? enabled : body.include_reasoning === true ? true : undefined;
  if (effort === undefined && budgetTokens === undefined && isOn === undefined) return undefined;
  return {
    ...(effort !== undefined && { effort }),
    ...(budgetTokens !== undefined && { budgetTokens }),
    ...(isOn !== undefined && { enabled: isOn }),
  };
}
