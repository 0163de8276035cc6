// A client's Responses body as the canonical request. What canonical has no name for is kept in `extra` under its path.
// Source: https://platform.openai.com/docs/api-reference/responses/create
import type { JsonObject } from "../../canonical/json.js";
import type { OutputFormat, Request, TextPart, Tool, ToolChoice, Turn } from "../../canonical/request.js";
import { Fields, maxMessages, maxTools, wrongType } from "../body-fields.js";
import type { Extra } from "../extra.js";
import { readFunction } from "../function-tool.js";
import { leadingInstructions } from "../leading-instructions.js";
import { refuse } from "../openai-chat/refuse.js";
import { readItems } from "./read-request-items.js";

/** Throws TrunklineError `invalid_request` that names the field. Whoever calls bounds the body's size and depth. */
export function readRequest(json: JsonObject): Request {
  const extra: Extra = {};
  const body = new Fields(json);
  body.take("model");
  const instructions = body.text("instructions") ?? "";
  const led: TextPart[] = instructions === "" ? [] : [{ type: "text", text: instructions }];
  const input = leadingInstructions(readInput(body, extra));
  const toolChoice = readToolChoice(body, extra);
  const parallelToolCalls = body.flag("parallel_tool_calls");
  const format = readFormat(body, extra);
  const numbers = readNumbers(body);
  const reasoning = readReasoning(body, extra);
  const user = body.text("user");
  const metadata = body.object("metadata");
  const stream = body.flag("stream") ?? false;
  const tools = readTools(body, extra);
  body.keepRest(extra);
  return {
    instructions: [...led, ...input.instructions],
    turns: input.turns,
    tools,
    ...(toolChoice !== undefined && { toolChoice }),
    ...(parallelToolCalls !== undefined && { parallelToolCalls }),
    ...(format !== undefined && { format }),
    ...numbers,
    ...(reasoning !== undefined && { reasoning }),
    ...(user !== undefined && { user }),
    ...(metadata !== undefined && { metadata }),
    stream,
    extra,
  };
}

/** What may stand for the input, wholly or in part: it is kept at the provider. */
const stored = ["previous_response_id", "conversation", "prompt"];

function readInput(body: Fields, extra: Extra): Turn[] {
  const input = body.take("input");
  if (typeof input === "string") return [{ role: "user", parts: input === "" ? [] : [{ type: "text", text: input }] }];
  if (stored.some((field) => body.has(field))) return readItems(body.each("input", maxMessages), extra);
  return readItems(body.messages("input"), extra);
}

function readNumbers(body: Fields): Partial<Request> {
  const maxOutputTokens = body.positive("max_output_tokens");
  const temperature = body.number("temperature");
  const topP = body.number("top_p");
  // OpenRouter and others take these here too.
  const topK = body.number("top_k");
  const frequencyPenalty = body.number("frequency_penalty");
  const presencePenalty = body.number("presence_penalty");
  return {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(presencePenalty !== undefined && { presencePenalty }),
  };
}

function readTools(body: Fields, extra: Extra): Tool[] {
  return body.each("tools", maxTools).flatMap((tool): Tool[] => {
    if (tool.requiredText("type") === "function") return [readFunction(tool, extra)];
    tool.keepWhole(extra);
    return [];
  });
}

function readToolChoice(body: Fields, extra: Extra): ToolChoice | undefined {
  const given = body.take("tool_choice");
  if (given === undefined) return undefined;
  if (given === "none" || given === "auto" || given === "required") return { type: given };
  const path = body.at("tool_choice");
  if (typeof given === "string")
    throw refuse(path, `Invalid '${path}'. Supported values are: 'none', 'auto', and 'required'.`);
  const choice = body.fields("tool_choice");
  if (choice === undefined) throw wrongType(path, "a string or an object", given);
  const type = choice.requiredText("type");
  if (type === "function") {
    const name = choice.requiredName("name");
    choice.keepRest(extra);
    return { type: "named", name };
  }
  const mode = choice.take("mode");
  if (type === "allowed_tools" && (mode === "auto" || mode === "required")) {
    // Which tools are allowed is kept with what was not read.
    choice.keepRest(extra);
    return { type: mode };
  }
  choice.keepWhole(extra);
  return undefined;
}

function readFormat(body: Fields, extra: Extra): OutputFormat | undefined {
  const text = body.fields("text");
  const format = text?.fields("format");
  text?.keepRest(extra);
  if (format === undefined) return undefined;
  const read = readKind(format);
  if (read === undefined) format.keepWhole(extra);
  else format.keepRest(extra);
  return read;
}

function readKind(format: Fields): OutputFormat | undefined {
  switch (format.requiredText("type")) {
    case "text":
      return { type: "text" };
    case "json_object":
      return { type: "json" };
    case "json_schema": {
      const schema = format.requiredObject("schema");
      const name = format.text("name") ?? "answer";
      return { type: "json-schema", name, schema, strict: format.flag("strict") ?? false };
    }
    default:
      return undefined;
  }
}

/** Effort is OpenAI's; a budget and a switch are OpenRouter's. */
function readReasoning(body: Fields, extra: Extra): Request["reasoning"] {
  const reasoning = body.fields("reasoning");
  if (reasoning === undefined) return undefined;
  const effort = reasoning.text("effort");
  const budgetTokens = reasoning.positive("max_tokens");
  const enabled = reasoning.flag("enabled");
  reasoning.keepRest(extra);
  if (effort === undefined && budgetTokens === undefined && enabled === undefined) return undefined;
  return {
    ...(effort !== undefined && { effort }),
    ...(budgetTokens !== undefined && { budgetTokens }),
    ...(enabled !== undefined && { enabled }),
  };
}
