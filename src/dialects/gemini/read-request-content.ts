// Contents of Gemini's dialect as canonical turns. Source: https://ai.google.dev/api/caching#Content
import type { MediaPart, Part, TextPart, ToolResultPart, Turn } from "../../canonical/request.js";
import type { Fields } from "../body-fields.js";
import type { CallIds } from "../call-ids.js";
import type { Extra } from "../extra.js";
import { turnsOf } from "../user-turns.js";
import { resultFields } from "./write-result.js";

/** A part that canonical has no word for (code that ran, video, the provider's own tools) is kept whole. */
export function readContent(content: Fields, ids: CallIds, extra: Extra): Turn[] {
  const role = content.has("role") ? content.word("role", ["user", "model", "function"]) : "user";
  const parts = joinThoughts(content.each("parts").flatMap((part) => readPart(part, ids, extra)));
  content.keepRest(extra);
  return turnsOf(role === "model" ? "assistant" : "user", parts);
}

/** A thought that was streamed comes back in its pieces: the last of them, empty, has the signature of all of it. */
function joinThoughts(parts: readonly Part[]): readonly Part[] {
  const joined: Part[] = [];
  let words: string[] = [];
  for (const part of parts) {
    const isOpen = part.type === "reasoning" && part.encrypted === undefined && part.signature === undefined;
    const closes = part.type === "reasoning" && part.signature !== undefined && part.text === "";
    if (closes && words.length > 0) {
      joined.length -= words.length;
      joined.push({ ...part, text: words.join("") });
    } else joined.push(part);
    if (isOpen) words.push(part.text);
    else words = [];
  }
  return joined;
}

/** Instructions are text; what else stands there is kept. */
export function readInstructions(body: Fields, extra: Extra): TextPart[] {
  const content = body.fields("systemInstruction");
  if (content === undefined) return [];
  // Any role means the same here.
  content.take("role");
  const parts = content.each("parts").flatMap((part): TextPart[] => {
    if (!part.has("text")) {
      part.keepWhole(extra);
      return [];
    }
    const text = part.requiredText("text");
    part.keepRest(extra);
    return [{ type: "text", text }];
  });
  content.keepRest(extra);
  return parts;
}

function readPart(part: Fields, ids: CallIds, extra: Extra): Part[] {
  const read = readKnownPart(part, ids, extra);
  if (read === undefined) {
    part.keepWhole(extra);
    return [];
  }
  const signature = part.text("thoughtSignature") ?? "";
  const isThought = part.flag("thought") === true;
  // Only thinking in words has a part of its own.
  if (isThought && read.type !== "text") part.keep("thought", extra);
  part.keepRest(extra);
  if (isThought && read.type === "text")
    return [{ type: "reasoning", text: read.text, ...(signature !== "" && { signature }) }];
  if (signature === "") return [read];
  // Signed is not only thinking: what thinking led to carries the thinking, closed, in front of itself.
  const thinking: Part = { type: "reasoning", text: "", encrypted: signature };
  return read.type === "text" && read.text === "" ? [thinking] : [thinking, read];
}

function readKnownPart(part: Fields, ids: CallIds, extra: Extra): Part | undefined {
  if (part.has("text")) return { type: "text", text: part.requiredText("text") };
  if (part.has("functionCall")) return readCall(part.requiredFields("functionCall"), ids, extra);
  if (part.has("functionResponse")) return readResult(part.requiredFields("functionResponse"), ids, extra);
  // The signature of thinking that ended without a word.
  const isSignature = part.has("thoughtSignature") && part.hasOnly(["thoughtSignature", "thought"]);
  return isSignature ? { type: "text", text: "" } : readMedia(part, extra);
}

function readCall(call: Fields, ids: CallIds, extra: Extra): Part {
  const name = call.requiredName("name");
  const id = ids.ofCall(name, givenId(call));
  const argumentsJson = JSON.stringify(call.object("args") ?? {});
  call.keepRest(extra);
  return { type: "tool-call", id, name, argumentsJson };
}

function readResult(result: Fields, ids: CallIds, extra: Extra): Part {
  const name = result.requiredName("name");
  const callId = ids.ofResult(name, givenId(result));
  // A result is known by its call's id; the name is of use only where that call is not there.
  if (ids.nameOf(callId) !== name) result.keep("name", extra);
  const { content, isError } = readResponse(result);
  const media = result.each("parts").flatMap((part): MediaPart[] => {
    const read = readMedia(part, extra);
    if (read === undefined) part.keepWhole(extra);
    else part.keepRest(extra);
    return read === undefined ? [] : [read];
  });
  result.keepRest(extra);
  return { type: "tool-result", callId, content: [...content, ...media], isError };
}

function givenId(fields: Fields): string | undefined {
  const id = fields.text("id");
  return id === "" ? undefined : id;
}

/** `output`, `result` or `error` alone say what the result is; else all of it is. */
function readResponse(result: Fields): Pick<ToolResultPart, "content" | "isError"> {
  const response = result.object("response");
  if (response === undefined) return { content: [], isError: false };
  const [field, ...others] = Object.keys(response);
  const isNamed = others.length === 0 && field !== undefined && resultFields.includes(field);
  const said = isNamed ? (response[field] ?? null) : response;
  const text = typeof said === "string" ? said : JSON.stringify(said);
  return { content: [{ type: "text", text }], isError: isNamed && field === "error" };
}

/** `inlineData` and `fileData`; undefined where there is none, or of a kind that canonical does not know. */
function readMedia(part: Fields, extra: Extra): MediaPart | undefined {
  const inline = part.fields("inlineData");
  if (inline !== undefined) {
    const mediaType = inline.requiredText("mimeType");
    const type = kindOf(mediaType);
    if (type === undefined) return undefined;
    const source = { base64: inline.requiredText("data"), mediaType };
    return { type, source, ...readName(inline, extra) };
  }
  const file = part.fields("fileData");
  const type = kindOf(file?.text("mimeType"));
  if (file === undefined || type === undefined) return undefined;
  const source = { url: file.requiredText("fileUri") };
  // A source by URL has no media type in canonical.
  file.keep("mimeType", extra);
  return { type, source, ...readName(file, extra) };
}

function readName(data: Fields, extra: Extra): { readonly name?: string } {
  const name = data.text("displayName");
  data.keepRest(extra);
  return name === undefined ? {} : { name };
}

function kindOf(mediaType: string | undefined): MediaPart["type"] | undefined {
  const kind = mediaType?.split("/", 1)[0]?.toLowerCase();
  if (kind === undefined || kind === "video") return undefined;
  return kind === "image" || kind === "audio" ? kind : "file";
}
