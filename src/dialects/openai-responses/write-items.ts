// Canonical turns as input items of the Responses dialect.
import type { JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type { MediaPart, Part, Request, TextPart, ToolResultPart, Turn } from "../../canonical/request.js";
import { writeDataUrl } from "../data-url.js";

export function writeItems(request: Request, notes: ReceiptNote[]): JsonObject[] {
  if (hasCacheMarks(request))
    notes.push({ field: "cache_control", action: "dropped", why: "this provider caches on its own" });
  return request.turns.flatMap((turn, index) => writeTurn(turn, `messages[${index}]`, notes));
}

function writeTurn(turn: Turn, path: string, notes: ReceiptNote[]): JsonObject[] {
  if (turn.name !== undefined)
    notes.push({ field: `${path}.name`, action: "dropped", why: "this API has no names of speakers" });
  const items: JsonObject[] = [];
  /** Content that is to be one message; anything else ends it. */
  let content: (TextPart | MediaPart)[] = [];
  /** Readable reasoning goes along with the encrypted form that follows it. */
  let thoughts: string[] = [];
  const endMessage = () => {
    if (content.length > 0) items.push(...writeMessage(turn.role, content, path, notes));
    content = [];
  };
  for (const part of turn.parts) {
    if (part.type === "text" || part.type === "image" || part.type === "audio" || part.type === "file") {
      content.push(part);
      continue;
    }
    endMessage();
    switch (part.type) {
      case "tool-call":
        items.push({ type: "function_call", call_id: part.id, name: part.name, arguments: part.argumentsJson });
        break;
      case "tool-result":
        items.push(writeResult(part, path, notes));
        break;
      case "reasoning":
        if (part.text !== "") thoughts.push(part.text);
        if (part.encrypted === undefined) break;
        items.push({
          type: "reasoning",
          summary: thoughts.map((text) => ({ type: "summary_text", text })),
          encrypted_content: part.encrypted,
        });
        thoughts = [];
    }
  }
  endMessage();
  if (thoughts.length > 0)
    notes.push({
      field: `${path}.reasoning`,
      action: "dropped",
      why: "reasoning is taken back in encrypted form only",
    });
  return items;
}

function writeMessage(
  role: Turn["role"],
  parts: readonly (TextPart | MediaPart)[],
  path: string,
  notes: ReceiptNote[],
): JsonObject[] {
  if (role !== "assistant") return [{ role: role === "tool" ? "user" : role, content: plainOr(parts, writePart) }];
  const texts = parts.filter((part) => part.type === "text");
  if (texts.length < parts.length)
    notes.push({ field: path, action: "dropped", why: "this API takes nothing but text from the assistant" });
  return texts.length === 0 ? [] : [{ role, content: plainOr(texts, writeSaid) }];
}

function writeSaid({ text }: TextPart): JsonObject {
  return { type: "output_text", text };
}

/** One plain text is sent as a string: every provider takes that. */
function plainOr<P extends TextPart | MediaPart>(parts: readonly P[], write: (part: P) => JsonObject) {
  const [only] = parts;
  return parts.length === 1 && only?.type === "text" ? only.text : parts.map(write);
}

function writeResult(part: ToolResultPart, path: string, notes: ReceiptNote[]): JsonObject {
  if (part.isError)
    notes.push({ field: `${path}.is_error`, action: "dropped", why: "this API cannot mark a result as failed" });
  const output = part.content.length === 0 ? "" : plainOr(part.content, writePart);
  return { type: "function_call_output", call_id: part.callId, output };
}

function writePart(part: TextPart | MediaPart): JsonObject {
  switch (part.type) {
    case "text":
      return { type: "input_text", text: part.text };
    case "image": {
      const detail = part.detail === undefined ? {} : { detail: part.detail };
      return { type: "input_image", image_url: writeDataUrl(part.source), ...detail };
    }
    case "audio": {
      const { source } = part;
      const data = "url" in source ? source.url : source.base64;
      const format = "url" in source ? "wav" : source.mediaType.replace(/^audio\/(?:x-)?/, "").replace("mpeg", "mp3");
      return { type: "input_audio", input_audio: { data, format } };
    }
    case "file": {
      const named = part.name === undefined ? {} : { filename: part.name };
      return "url" in part.source
        ? { type: "input_file", file_url: part.source.url, ...named }
        : { type: "input_file", file_data: writeDataUrl(part.source), ...named };
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
