// Messages of Cohere's v2 chat as canonical turns. Source: https://docs.cohere.com/reference/chat
import type { MediaPart, Part, TextPart, Turn } from "../../canonical/request.js";
import type { Fields } from "../body-fields.js";
import { readDataUrl } from "../data-url.js";
import type { Extra } from "../extra.js";

/** Which kinds of parts canonical has a place for, by whose message it is. */
const taken = {
  system: ["text"],
  user: ["text", "image_url", "document"],
  assistant: ["text", "thinking"],
  tool: ["text", "image_url", "document"],
};
const roles = ["user", "assistant", "system", "tool"] as const;
type Role = (typeof roles)[number];

export function readMessage(message: Fields, extra: Extra): Turn {
  const role = message.word("role", roles);
  const turn = role === "assistant" ? readAssistant(message, extra) : readOther(message, role, extra);
  message.keepRest(extra);
  return turn;
}

function readOther(message: Fields, role: Exclude<Role, "assistant">, extra: Extra): Turn {
  if (role !== "tool") return { role, parts: readContent(message, role, extra) };
  const callId = message.requiredText("tool_call_id");
  const content = readContent(message, role, extra).filter(isContent);
  return { role, parts: [{ type: "tool-result", callId, content, isError: false }] };
}

function isContent(part: Part): part is TextPart | MediaPart {
  return part.type === "text" || part.type === "image";
}

function readAssistant(message: Fields, extra: Extra): Turn {
  // The plan is what the model thought before it called.
  const plan = message.text("tool_plan") ?? "";
  const thought: Part[] = plan === "" ? [] : [{ type: "reasoning", text: plan }];
  const content = message.has("content") ? readContent(message, "assistant", extra) : [];
  const calls = message.each("tool_calls").map((call): Part => readCall(call, extra));
  return { role: "assistant", parts: [...thought, ...content, ...calls] };
}

function readCall(call: Fields, extra: Extra): Part {
  const id = call.requiredText("id");
  call.text("type");
  const called = call.requiredFields("function");
  const name = called.requiredName("name");
  const argumentsJson = called.text("arguments") ?? "";
  called.keepRest(extra);
  call.keepRest(extra);
  return { type: "tool-call", id, name, argumentsJson };
}

/** A string, or parts; a part that canonical has no word for is kept whole. */
function readContent(message: Fields, role: Role, extra: Extra): Part[] {
  const content = message.take("content");
  if (content === undefined) message.requiredText("content");
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return message.each("content").flatMap((part): Part[] => {
    const type = part.requiredText("type");
    const read = taken[role].includes(type) ? readPart(part, type, extra) : undefined;
    if (read === undefined) part.keepWhole(extra);
    else part.keepRest(extra);
    return read === undefined ? [] : [read];
  });
}

function readPart(part: Fields, type: string, extra: Extra): Part | undefined {
  switch (type) {
    case "text":
      return { type: "text", text: part.requiredText("text") };
    case "thinking":
      return { type: "reasoning", text: part.requiredText("thinking") };
    case "image_url":
      return readImage(part.requiredFields("image_url"), extra);
    case "document":
      return readDocument(part.requiredFields("document"), extra);
    default:
      return undefined;
  }
}

function readImage(image: Fields, extra: Extra): MediaPart {
  const source = readDataUrl(image.requiredText("url"));
  const detail = image.text("detail");
  image.keepRest(extra);
  return { type: "image", source, ...(detail !== undefined && { detail }) };
}

/** A document in a tool's result is the result: its fields are the text that the model reads. */
function readDocument(document: Fields, extra: Extra): TextPart {
  const data = document.required("data");
  document.keepRest(extra);
  return { type: "text", text: typeof data === "string" ? data : JSON.stringify(data) };
}
