// One chat message as a canonical turn.
import { isArray, isObject, type Json, type JsonObject, text } from "../../canonical/json.js";
import type { MediaPart, Part, TextPart, ToolCallPart, Turn } from "../../canonical/request.js";
import { readDataUrl } from "../data-url.js";
import { type Extra, setExtra } from "../extra.js";
import { readCache } from "./cache-mark.js";
import { readDetails } from "./reasoning-details.js";

const turnRoles = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
} as const;
const named = new Set([
  "role",
  "content",
  "name",
  "tool_calls",
  "tool_call_id",
  "reasoning",
  "reasoning_content",
  "reasoning_details",
  "refusal",
  "function_call",
]);

export function readTurn(message: JsonObject, path: string, extra: Extra): Turn {
  for (const [field, value] of Object.entries(message))
    if (!named.has(field) && value !== undefined && value !== null) setExtra(extra, `${path}.${field}`, value);
  const name = text(message.name);
  const { role } = message;
  if (role === "tool" || role === "function") {
    const callId = text(message.tool_call_id) ?? legacyId(name);
    const content = readContent(message.content, `${path}.content`, extra);
    return { role: "tool", parts: [{ type: "tool-result", callId, content, isError: false }] };
  }
  const parts: Part[] = role === "assistant" ? readReasoningParts(message) : [];
  for (const part of readContent(message.content, `${path}.content`, extra)) parts.push(part);
  if (role === "assistant") {
    if (typeof message.refusal === "string" && message.refusal !== "")
      parts.push({ type: "text", text: message.refusal });
    for (const call of readCalls(message, path, extra)) parts.push(call);
  }
  const turnRole = role === "system" || role === "developer" || role === "user" || role === "assistant" ? role : "user";
  return { role: turnRoles[turnRole], parts, ...(name !== undefined && { name }) };
}

/** The content of an instruction: text parts only. */
export function readTextParts(content: Json | undefined, path: string, extra: Extra): TextPart[] {
  return readContent(content, path, extra).filter((part) => part.type === "text");
}

function readContent(content: Json | undefined, path: string, extra: Extra): (TextPart | MediaPart)[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  const parts: (TextPart | MediaPart)[] = [];
  for (const [index, part] of (isArray(content) ? content : []).entries()) {
    const read = isObject(part) ? readPart(part) : undefined;
    if (read !== undefined) parts.push(read);
    else setExtra(extra, `${path}[${index}]`, part);
  }
  return parts;
}

function readPart(part: JsonObject): TextPart | MediaPart | undefined {
  const mark = readCache(part.cache_control);
  const cache = mark === undefined ? {} : { cache: mark };
  switch (part.type) {
    case "text":
      return { type: "text", text: text(part.text) ?? "", ...cache };
    case "refusal":
      return { type: "text", text: text(part.refusal) ?? "" };
    case "image_url": {
      const image = isObject(part.image_url) ? part.image_url : { url: part.image_url };
      const detail = text(image.detail);
      return {
        type: "image",
        source: readDataUrl(text(image.url) ?? ""),
        ...(detail !== undefined && { detail }),
        ...cache,
      };
    }
    case "input_audio": {
      const audio = isObject(part.input_audio) ? part.input_audio : {};
      const mediaType = `audio/${text(audio.format) ?? "wav"}`;
      return { type: "audio", source: { base64: text(audio.data) ?? "", mediaType }, ...cache };
    }
    case "file": {
      const file = isObject(part.file) ? part.file : {};
      const data = text(file.file_data);
      const name = text(file.filename);
      // A file that lives at one provider means nothing to another.
      if (data === undefined) return undefined;
      return { type: "file", source: readDataUrl(data), ...(name !== undefined && { name }), ...cache };
    }
    default:
      return undefined;
  }
}

function readReasoningParts(message: JsonObject): Part[] {
  const parts = readDetails(message.reasoning_details);
  const plain = text(message.reasoning_content) ?? text(message.reasoning) ?? "";
  if (plain === "" || parts.some((part) => part.text !== "")) return parts;
  // A client that joined a stream of ours has the words in one field and the signature in the other.
  const [first, ...rest] = parts;
  if (first !== undefined && first.encrypted === undefined) return [{ ...first, text: plain }, ...rest];
  return [{ type: "reasoning", text: plain }, ...parts];
}

function readCalls(message: JsonObject, path: string, extra: Extra): ToolCallPart[] {
  const calls: ToolCallPart[] = [];
  for (const [index, call] of (isArray(message.tool_calls) ? message.tool_calls : []).entries()) {
    if (!isObject(call)) continue;
    if (isObject(call.function)) {
      const argumentsJson = text(call.function.arguments) ?? "";
      calls.push({ type: "tool-call", id: text(call.id) ?? "", name: text(call.function.name) ?? "", argumentsJson });
    } else if (isObject(call.custom)) {
      // A custom tool takes free text; other dialects know only JSON arguments.
      const argumentsJson = JSON.stringify({ input: text(call.custom.input) ?? "" });
      calls.push({ type: "tool-call", id: text(call.id) ?? "", name: text(call.custom.name) ?? "", argumentsJson });
    } else setExtra(extra, `${path}.tool_calls[${index}]`, call);
  }
  if (calls.length === 0 && isObject(message.function_call)) {
    const name = text(message.function_call.name) ?? "";
    const argumentsJson = text(message.function_call.arguments) ?? "";
    calls.push({ type: "tool-call", id: legacyId(name), name, argumentsJson });
  }
  return calls;
}

/** Before tools there were functions: calls without an id, answered by name. */
function legacyId(name: string | undefined): string {
  return `call_${name ?? "function"}`;
}
