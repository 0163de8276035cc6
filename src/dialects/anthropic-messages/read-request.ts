// A client's Messages body as the canonical request: the inverse of write-request. What canonical has no name for is
// kept in `extra` under its path. Source: https://docs.claude.com/en/api/messages
import type { JsonObject } from "../../canonical/json.js";
import type { OutputFormat, Request, Tool, ToolChoice } from "../../canonical/request.js";
import { Fields, maxTools } from "../body-fields.js";
import { readThinking } from "../claude-thinking.js";
import { type Extra, setExtra } from "../extra.js";
import { turnsOf } from "../user-turns.js";
import { readContent, readMark, readSystem } from "./read-request-content.js";

/** Throws TrunklineError `invalid_request` that names the field. Whoever calls bounds the body's size and depth. */
export function readRequest(json: JsonObject): Request {
  const extra: Extra = {};
  const body = new Fields(json);
  // Which models may answer, and what the gateway itself acts on.
  for (const field of ["model", "models", "fallbacks", "route", "session_id", "trunkline"]) body.take(field);
  const instructions = readSystem(body, extra);
  const turns = body.messages("messages").flatMap((message) => {
    const role = message.word("role", ["user", "assistant", "system"]);
    const parts = readContent(message, extra);
    message.keepRest(extra);
    return turnsOf(role, parts);
  });
  const { format, effort } = readOutput(body, extra);
  const reasoning = readReasoning(body, effort, extra);
  const tools = readTools(body, extra);
  const choice = readToolChoice(body, extra);
  const user = readUser(body, extra);
  const maxOutputTokens = body.positive("max_tokens");
  const temperature = body.number("temperature");
  const topP = body.number("top_p");
  const topK = body.number("top_k");
  const stop = body.texts("stop_sequences") ?? [];
  const stream = body.flag("stream") ?? false;
  readServiceTier(body, extra);
  body.keepRest(extra);
  return {
    instructions,
    turns,
    tools,
    ...choice,
    ...(format !== undefined && { format }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(stop.length > 0 && { stop }),
    ...(reasoning !== undefined && { reasoning }),
    ...(user !== undefined && { user }),
    stream,
    extra,
  };
}

/** Other providers have a field of this name and their own words for it: the usual tier needs none. */
function readServiceTier(body: Fields, extra: Extra): void {
  const tier = body.text("service_tier");
  if (tier === "standard_only") setExtra(extra, "service_tier", "default");
  else if (tier !== "auto") body.keep("service_tier", extra);
}

function readUser(body: Fields, extra: Extra): string | undefined {
  const metadata = body.fields("metadata");
  const user = metadata?.text("user_id");
  metadata?.keepRest(extra);
  // OpenRouter's own name for it.
  return user ?? body.text("user");
}

/** Tools that the client runs. The provider's own (`web_search_…`) are kept whole: no other provider has them. */
function readTools(body: Fields, extra: Extra): Tool[] {
  return body.each("tools", maxTools).flatMap((tool): Tool[] => {
    const type = tool.text("type") ?? "custom";
    if (type !== "custom") {
      tool.keepWhole(extra);
      return [];
    }
    const name = tool.requiredName("name");
    const description = tool.text("description");
    const parameters = tool.object("input_schema");
    const strict = tool.flag("strict");
    const mark = readMark(tool, extra);
    tool.keepRest(extra);
    return [
      {
        name,
        ...(description !== undefined && { description }),
        ...(parameters !== undefined && { parameters }),
        ...(strict !== undefined && { strict }),
        ...mark,
      },
    ];
  });
}

type Choice = Pick<Request, "toolChoice" | "parallelToolCalls">;

function readToolChoice(body: Fields, extra: Extra): Choice {
  const choice = body.fields("tool_choice");
  if (choice === undefined) return {};
  const toolChoice = readChoice(choice);
  if (toolChoice === undefined) {
    choice.keepWhole(extra);
    return {};
  }
  const onlyOne = choice.flag("disable_parallel_tool_use");
  choice.keepRest(extra);
  return { toolChoice, ...(onlyOne !== undefined && { parallelToolCalls: !onlyOne }) };
}

function readChoice(choice: Fields): ToolChoice | undefined {
  switch (choice.requiredText("type")) {
    case "auto":
      return { type: "auto" };
    case "any":
      return { type: "required" };
    case "none":
      return { type: "none" };
    case "tool":
      return { type: "named", name: choice.requiredName("name") };
    default:
      return undefined;
  }
}

interface Output {
  readonly format: OutputFormat | undefined;
  readonly effort: string | undefined;
}

/** `output_config`; its beta had `output_format`. */
function readOutput(body: Fields, extra: Extra): Output {
  const config = body.fields("output_config");
  const format = config?.fields("format") ?? body.fields("output_format");
  const effort = config?.text("effort");
  config?.keepRest(extra);
  return { format: format === undefined ? undefined : readFormat(format, extra), effort };
}

function readFormat(format: Fields, extra: Extra): OutputFormat | undefined {
  if (format.requiredText("type") !== "json_schema") {
    format.keepWhole(extra);
    return undefined;
  }
  const schema = format.requiredObject("schema");
  format.keepRest(extra);
  // This dialect has no name for a schema, and always keeps to it.
  return { type: "json-schema", name: "answer", schema, strict: true };
}

function readReasoning(body: Fields, effort: string | undefined, extra: Extra): Request["reasoning"] {
  const thinking = readThinking(body, extra);
  if (effort === undefined) return thinking;
  // An effort says already that the model thinks.
  return thinking?.enabled === true ? { effort } : { ...thinking, effort };
}
