// Canonical instructions and turns as chat messages.
import type { JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type {
  MediaPart,
  Part,
  Request,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from "../../canonical/request.js";
import { writeDataUrl } from "../data-url.js";
import { writeCache } from "./cache-mark.js";
import { writeDetail } from "./reasoning-details.js";

export function writeMessages(request: Request, extensions: boolean, notes: ReceiptNote[]): JsonObject[] {
  const messages: JsonObject[] = [];
  if (request.instructions.length > 0)
    messages.push({ role: "system", content: writeContent(request.instructions, extensions) });
  for (const [index, turn] of request.turns.entries())
    messages.push(...writeTurn(turn, `messages[${index}]`, extensions, notes));
  if (!extensions && hasCacheMarks(request))
    notes.push({ field: "cache_control", action: "dropped", why: "this provider caches on its own" });
  return messages;
}

function writeTurn(turn: Turn, path: string, extensions: boolean, notes: ReceiptNote[]): JsonObject[] {
  const results = turn.parts.filter((part) => part.type === "tool-result");
  const messages: JsonObject[] = results.map((part, index) =>
    writeResult(part, `${path}[${index}]`, extensions, notes),
  );
  const content = turn.parts.filter((part) => part.type !== "tool-result");
  if (content.length === 0 && (results.length > 0 || turn.role === "tool")) return messages;
  const name = turn.name === undefined ? {} : { name: turn.name };
  if (turn.role === "assistant") messages.push({ ...writeAssistant(content, path, extensions, notes), ...name });
  else {
    const role = turn.role === "tool" ? "user" : turn.role;
    messages.push({ role, content: writeContent(content.filter(isContentPart), extensions), ...name });
  }
  return messages;
}

function isContentPart(part: Part): part is TextPart | MediaPart {
  return part.type === "text" || part.type === "image" || part.type === "audio" || part.type === "file";
}

function writeAssistant(parts: readonly Part[], path: string, extensions: boolean, notes: ReceiptNote[]): JsonObject {
  const content = parts.filter(isContentPart);
  const calls = parts.filter((part) => part.type === "tool-call");
  const thoughts = parts.filter((part) => part.type === "reasoning");
  if (thoughts.length > 0 && !extensions)
    notes.push({ field: `${path}.reasoning`, action: "dropped", why: "this provider takes no earlier reasoning" });
  return {
    role: "assistant",
    content: content.length === 0 ? null : writeContent(content, extensions),
    ...(extensions && thoughts.length > 0 && { reasoning_details: thoughts.map(writeDetail) }),
    ...(calls.length > 0 && { tool_calls: calls.map(writeCall) }),
  };
}

function writeCall({ id, name, argumentsJson }: ToolCallPart): JsonObject {
  return { id, type: "function", function: { name, arguments: argumentsJson } };
}

function writeResult(part: ToolResultPart, path: string, extensions: boolean, notes: ReceiptNote[]): JsonObject {
  if (part.isError)
    notes.push({
      field: `${path}.is_error`,
      action: "dropped",
      why: "the Chat dialect cannot mark a result as failed",
    });
  return { role: "tool", tool_call_id: part.callId, content: writeContent(part.content, extensions) };
}

/** One plain text is sent as a string: every provider takes that. */
function writeContent(parts: readonly (TextPart | MediaPart)[], extensions: boolean): string | JsonObject[] {
  const [only] = parts;
  if (only === undefined) return "";
  if (parts.length === 1 && only.type === "text" && only.text !== "" && (only.cache === undefined || !extensions))
    return only.text;
  return parts.map((part) => writePart(part, extensions));
}

function writePart(part: TextPart | MediaPart, extensions: boolean): JsonObject {
  const cache = extensions && part.cache !== undefined ? { cache_control: writeCache(part.cache) } : {};
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text, ...cache };
    case "image": {
      const detail = part.detail === undefined ? {} : { detail: part.detail };
      return { type: "image_url", image_url: { url: writeDataUrl(part.source), ...detail }, ...cache };
    }
    case "audio": {
      const { source } = part;
      // Sound has no URLs in this dialect; a provider that takes one takes it here.
      const data = "url" in source ? source.url : source.base64;
      const format = "url" in source ? "wav" : source.mediaType.replace(/^audio\/(?:x-)?/, "").replace("mpeg", "mp3");
      return { type: "input_audio", input_audio: { data, format }, ...cache };
    }
    case "file": {
      const filename = part.name === undefined ? {} : { filename: part.name };
      return { type: "file", file: { ...filename, file_data: writeDataUrl(part.source) }, ...cache };
    }
  }
}

function hasCacheMarks({ instructions, turns, tools }: Request): boolean {
  const isMarked = (part: Part) => "cache" in part && part.cache !== undefined;
  return (
    instructions.some(isMarked) ||
    turns.some(({ parts }) => parts.some(isMarked)) ||
    tools.some(({ cache }) => cache !== undefined)
  );
}
