// Content blocks of the Messages dialect as canonical parts.
// Source: https://docs.claude.com/en/api/messages
import { Buffer } from "node:buffer";
import type { CacheMark, MediaPart, Part, TextPart } from "../../canonical/request.js";
import type { Fields } from "../body-fields.js";
import type { Extra } from "../extra.js";
import { readCache } from "../openai-chat/cache-mark.js";

type Content = TextPart | MediaPart;

/** A message's content: a string, or blocks. A block that canonical has no part for is kept whole. */
export function readContent(message: Fields, extra: Extra): Part[] {
  const content = message.take("content");
  if (content === undefined) message.requiredText("content");
  if (typeof content === "string") return textOf(content);
  return message.each("content").flatMap((block) => readBlock(block, extra));
}

/** Instructions: a string, or text blocks. */
export function readSystem(body: Fields, extra: Extra): TextPart[] {
  const system = body.take("system");
  if (typeof system === "string") return textOf(system);
  return body.each("system").flatMap((block): TextPart[] => {
    if (block.requiredText("type") === "text") return [readText(block, extra)];
    block.keepWhole(extra);
    return [];
  });
}

/** `cache_control`, as a member to spread. */
export function readMark(fields: Fields, extra: Extra): { readonly cache?: CacheMark } {
  const mark = fields.fields("cache_control");
  const cache = readCache(fields.object("cache_control"));
  if (mark === undefined) return {};
  if (cache === undefined) {
    mark.keepWhole(extra);
    return {};
  }
  mark.take("type");
  const lifetime = mark.text("ttl");
  if (lifetime !== undefined && lifetime !== cache.lifetime) mark.keep("ttl", extra);
  mark.keepRest(extra);
  return { cache };
}

function textOf(text: string): TextPart[] {
  return text === "" ? [] : [{ type: "text", text }];
}

function readBlock(block: Fields, extra: Extra): Part[] {
  switch (block.requiredText("type")) {
    case "tool_use":
      return [readCall(block, extra)];
    case "tool_result":
      return [readResult(block, extra)];
    case "thinking": {
      const text = block.requiredText("thinking");
      const signature = block.text("signature") ?? "";
      block.keepRest(extra);
      return [{ type: "reasoning", text, ...(signature !== "" && { signature }) }];
    }
    case "redacted_thinking": {
      const encrypted = block.requiredText("data");
      block.keepRest(extra);
      return [{ type: "reasoning", text: "", encrypted }];
    }
    default:
      return readContentBlock(block, extra);
  }
}

function readCall(block: Fields, extra: Extra): Part {
  const part: Part = {
    type: "tool-call",
    id: block.requiredText("id"),
    name: block.requiredText("name"),
    argumentsJson: JSON.stringify(block.required("input")),
  };
  block.keepRest(extra);
  return part;
}

function readResult(block: Fields, extra: Extra): Part {
  const callId = block.requiredText("tool_use_id");
  const content = block.take("content");
  const parts =
    typeof content === "string"
      ? textOf(content)
      : block.each("content").flatMap((inner) => readContentBlock(inner, extra));
  const isError = block.flag("is_error") ?? false;
  const mark = readMark(block, extra);
  block.keepRest(extra);
  return { type: "tool-result", callId, content: parts, isError, ...mark };
}

/** What may stand in a message and in a tool's result. */
function readContentBlock(block: Fields, extra: Extra): Content[] {
  switch (block.requiredText("type")) {
    case "text":
      return [readText(block, extra)];
    case "image":
      return readImage(block, extra);
    case "document":
      return readDocument(block, extra);
    case "search_result":
      return readContainer(block, block, extra);
    default:
      block.keepWhole(extra);
      return [];
  }
}

function readText(block: Fields, extra: Extra): TextPart {
  const part: TextPart = { type: "text", text: block.requiredText("text"), ...readMark(block, extra) };
  block.keepRest(extra);
  return part;
}

function readImage(block: Fields, extra: Extra): Content[] {
  const source = readSource(block.requiredFields("source"), extra);
  if (source === undefined) {
    block.keepWhole(extra);
    return [];
  }
  const part: MediaPart = { type: "image", source, ...readMark(block, extra) };
  block.keepRest(extra);
  return [part];
}

function readDocument(block: Fields, extra: Extra): Content[] {
  const from = block.requiredFields("source");
  if (from.requiredText("type") === "content") return readContainer(block, from, extra);
  const source = readSource(from, extra);
  if (source === undefined) {
    block.keepWhole(extra);
    return [];
  }
  const name = block.text("title");
  const part: MediaPart = { type: "file", source, ...(name !== undefined && { name }), ...readMark(block, extra) };
  block.keepRest(extra);
  return [part];
}

/** Undefined where the file lives at the provider: it means nothing to another. */
function readSource(source: Fields, extra: Extra): MediaPart["source"] | undefined {
  const read = readKnownSource(source);
  if (read !== undefined) source.keepRest(extra);
  return read;
}

function readKnownSource(source: Fields): MediaPart["source"] | undefined {
  switch (source.requiredText("type")) {
    case "base64":
      return { base64: source.requiredText("data"), mediaType: source.requiredText("media_type") };
    case "text": {
      const mediaType = source.text("media_type") ?? "text/plain";
      return { base64: Buffer.from(source.requiredText("data"), "utf8").toString("base64"), mediaType };
    }
    case "url":
      return { url: source.requiredText("url") };
    default:
      return undefined;
  }
}

/** A block around blocks: its text and images are carried, what stands around them is kept. */
function readContainer(block: Fields, holder: Fields, extra: Extra): Content[] {
  const content = holder.take("content");
  const parts =
    typeof content === "string"
      ? textOf(content)
      : holder.each("content").flatMap((inner) => {
          switch (inner.requiredText("type")) {
            case "text":
              return [readText(inner, extra)];
            case "image":
              return readImage(inner, extra);
            default:
              inner.keepWhole(extra);
              return [];
          }
        });
  const last = parts.at(-1);
  if (last !== undefined) parts.splice(-1, 1, { ...last, ...readMark(block, extra) });
  block.keep("type", extra);
  if (holder !== block) holder.keepRest(extra);
  block.keepRest(extra);
  return parts;
}
