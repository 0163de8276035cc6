// Messages of Ollama's chat as canonical turns. Source: https://docs.ollama.com/api/chat
import type { MediaPart, Part, TextPart, Turn } from "../../canonical/request.js";
import type { Fields } from "../body-fields.js";
import type { CallIds } from "../call-ids.js";
import { readDataUrl } from "../data-url.js";
import type { Extra } from "../extra.js";

export function readMessage(message: Fields, ids: CallIds, extra: Extra): Turn {
  const role = message.word("role", ["user", "assistant", "system", "tool"]);
  const content = readContent(message, "content");
  const turn = ((): Turn => {
    if (role === "tool") return { role, parts: [readResult(message, content, ids, extra)] };
    if (role !== "assistant") return { role, parts: content };
    const thought = message.text("thinking") ?? "";
    const calls = message.each("tool_calls").map((call) => readCall(call, ids, extra));
    return { role, parts: [...(thought === "" ? [] : [reasoning(thought)]), ...content, ...calls] };
  })();
  message.keepRest(extra);
  return turn;
}

/** The text of a field, with the `images` beside it: base64 without a word of what it is. */
export function readContent(fields: Fields, field: string): (TextPart | MediaPart)[] {
  const text = fields.text(field) ?? "";
  const words: TextPart[] = text === "" ? [] : [{ type: "text", text }];
  const images = (fields.texts("images") ?? []).map((data): MediaPart => ({ type: "image", source: sourceOf(data) }));
  return [...words, ...images];
}

function reasoning(text: string): Part {
  return { type: "reasoning", text };
}

function readCall(call: Fields, ids: CallIds, extra: Extra): Part {
  const called = call.requiredFields("function");
  const name = called.requiredName("name");
  const argumentsJson = JSON.stringify(called.object("arguments") ?? {});
  // Counts the calls of one answer, as their order does.
  called.take("index");
  called.keepRest(extra);
  const id = ids.ofCall(name, call.text("id"));
  if (call.take("type") !== "function") call.keep("type", extra);
  call.keepRest(extra);
  return { type: "tool-call", id, name, argumentsJson };
}

function readResult(message: Fields, content: readonly (TextPart | MediaPart)[], ids: CallIds, extra: Extra): Part {
  const name = message.text("tool_name");
  const callId = ids.ofResult(name, message.text("tool_call_id"));
  // A result is known by its call's id; the name is of use only where that call is not there.
  if (ids.nameOf(callId) !== name) message.keep("tool_name", extra);
  return { type: "tool-result", callId, content, isError: false };
}

/** How base64 begins, by what it holds. */
const beginnings: readonly (readonly [start: string, mediaType: string])[] = [
  ["iVBORw", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["UklGR", "image/webp"],
  ["Qk", "image/bmp"],
];

function sourceOf(data: string): MediaPart["source"] {
  if (/^data:/i.test(data)) return readDataUrl(data);
  const mediaType = beginnings.find(([start]) => data.startsWith(start))?.[1] ?? "image/png";
  return { base64: data, mediaType };
}
