// Content blocks of Bedrock's Converse as canonical parts.
// Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
import { Buffer } from "node:buffer";
import type { CacheMark, MediaPart, Part, TextPart, ToolResultPart } from "../../canonical/request.js";
import type { Fields } from "../body-fields.js";
import type { Extra } from "../extra.js";

type Content = TextPart | MediaPart;

/** A block that canonical has no word for is kept whole. */
export function readContent(message: Fields, extra: Extra): Part[] {
  return readBlocks(message.each("content"), extra, (block) => readBlock(block, extra));
}

/** Instructions are text, with cache points between. */
export function readSystem(body: Fields, extra: Extra): TextPart[] {
  return readBlocks(body.each("system"), extra, (block): TextPart[] | undefined => {
    if (block.has("text")) return [{ type: "text", text: block.requiredText("text") }];
    const guard = block.fields("guardContent");
    return guard === undefined ? undefined : readGuard(guard, extra).filter((part) => part.type === "text");
  });
}

/** `cachePoint`: it marks what stands before it. */
export function readCachePoint(point: Fields, extra: Extra): CacheMark {
  point.take("type");
  const lifetime = point.text("ttl") === "1h" ? "1h" : "5m";
  if (lifetime === "5m" && point.take("ttl") !== "5m") point.keep("ttl", extra);
  point.keepRest(extra);
  return { lifetime };
}

function readBlocks<P extends Part>(
  blocks: readonly Fields[],
  extra: Extra,
  read: (block: Fields) => P[] | undefined,
): P[] {
  const parts: P[] = [];
  for (const block of blocks) {
    const last = parts.at(-1);
    if (block.has("cachePoint") && last !== undefined && last.type !== "tool-call" && last.type !== "reasoning") {
      const cache = readCachePoint(block.requiredFields("cachePoint"), extra);
      parts.splice(-1, 1, { ...last, cache });
      block.keepRest(extra);
      continue;
    }
    const found = read(block);
    if (found === undefined) block.keepWhole(extra);
    else {
      for (const part of found) parts.push(part);
      block.keepRest(extra);
    }
  }
  return parts;
}

function readBlock(block: Fields, extra: Extra): Part[] | undefined {
  if (block.has("toolUse")) return [readCall(block.requiredFields("toolUse"), extra)];
  if (block.has("toolResult")) return [readResult(block.requiredFields("toolResult"), extra)];
  const reasoning = block.fields("reasoningContent");
  if (reasoning !== undefined) return readReasoning(reasoning, extra);
  const cited = block.fields("citationsContent");
  if (cited !== undefined) return readTexts(cited, extra);
  const guard = block.fields("guardContent");
  return guard === undefined ? readContentBlock(block, extra) : readGuard(guard, extra);
}

function readCall(call: Fields, extra: Extra): Part {
  const part: Part = {
    type: "tool-call",
    id: call.requiredText("toolUseId"),
    name: call.requiredName("name"),
    argumentsJson: JSON.stringify(call.required("input")),
  };
  call.keepRest(extra);
  return part;
}

function readResult(result: Fields, extra: Extra): ToolResultPart {
  const callId = result.requiredText("toolUseId");
  const content = readBlocks(result.each("content"), extra, (block): Content[] | undefined => {
    if (!block.has("json")) return readContentBlock(block, extra);
    return [{ type: "text", text: JSON.stringify(block.required("json")) }];
  });
  const status = result.text("status");
  if (status !== undefined && status !== "success" && status !== "error") result.keep("status", extra);
  result.keepRest(extra);
  return { type: "tool-result", callId, content, isError: status === "error" };
}

function readReasoning(reasoning: Fields, extra: Extra): Part[] | undefined {
  const encrypted = reasoning.text("redactedContent");
  const thought = reasoning.fields("reasoningText");
  if (thought === undefined && encrypted === undefined) return undefined;
  const text = thought?.requiredText("text") ?? "";
  const signature = thought?.text("signature");
  thought?.keepRest(extra);
  reasoning.keepRest(extra);
  const part: Part = {
    type: "reasoning",
    text,
    ...(signature !== undefined && { signature }),
    ...(encrypted !== undefined && { encrypted }),
  };
  return [part];
}

/** Blocks around texts: the texts are carried, what stands around them is kept. */
function readTexts(holder: Fields, extra: Extra): TextPart[] {
  const parts = holder.each("content").flatMap((inner): TextPart[] => {
    if (!inner.has("text")) {
      inner.keepWhole(extra);
      return [];
    }
    const text = inner.requiredText("text");
    inner.keepRest(extra);
    return [{ type: "text", text }];
  });
  holder.keepRest(extra);
  return parts;
}

/** What a guardrail is to look at is content as any other. */
function readGuard(guard: Fields, extra: Extra): Content[] {
  const words = guard.fields("text");
  const text = words?.requiredText("text");
  words?.keepRest(extra);
  const image = guard.fields("image");
  const picture = image === undefined ? undefined : readMedia(image, "image", extra);
  if (picture === undefined) image?.keepWhole(extra);
  guard.keepRest(extra);
  return [
    ...(text === undefined ? [] : [{ type: "text", text } as const]),
    ...(picture === undefined ? [] : [picture]),
  ];
}

/** What may stand in a message and in a tool's result. */
function readContentBlock(block: Fields, extra: Extra): Content[] | undefined {
  if (block.has("text")) return [{ type: "text", text: block.requiredText("text") }];
  const found = block.fields("searchResult");
  if (found !== undefined) return readTexts(found, extra);
  for (const [field, type] of media) {
    const fields = block.fields(field);
    if (fields === undefined) continue;
    const inner = field === "document" ? fields.fields("source") : undefined;
    if (inner?.has("content") === true) {
      const parts = readTexts(inner, extra);
      fields.keepRest(extra);
      return parts;
    }
    const part = readMedia(fields, type, extra);
    return part === undefined ? undefined : [part];
  }
  return undefined;
}

const media = [
  ["image", "image"],
  ["document", "file"],
  ["audio", "audio"],
] as const;

const documentTypes: ReadonlyMap<string | undefined, string> = new Map([
  ["pdf", "application/pdf"],
  ["csv", "text/csv"],
  ["html", "text/html"],
  ["md", "text/markdown"],
  ["doc", "application/msword"],
  ["docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["xls", "application/vnd.ms-excel"],
  ["xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
]);

/** Undefined where the source is of a kind that canonical does not know. */
function readMedia(fields: Fields, type: MediaPart["type"], extra: Extra): MediaPart | undefined {
  const from = fields.requiredFields("source");
  const format = fields.text("format");
  const source = readSource(from, type, format, extra);
  if (source === undefined) return undefined;
  // A source by URL has no media type in canonical.
  if ("url" in source) fields.keep("format", extra);
  const name = type === "file" ? fields.text("name") : undefined;
  from.keepRest(extra);
  fields.keepRest(extra);
  return { type, source, ...(name !== undefined && { name }) };
}

function readSource(
  from: Fields,
  type: MediaPart["type"],
  format: string | undefined,
  extra: Extra,
): MediaPart["source"] | undefined {
  const mediaType = type === "file" ? (documentTypes.get(format) ?? "text/plain") : `${type}/${format ?? "*"}`;
  const bytes = from.text("bytes");
  if (bytes !== undefined) return { base64: bytes, mediaType };
  const text = from.text("text");
  if (text !== undefined) return { base64: Buffer.from(text, "utf8").toString("base64"), mediaType };
  const stored = from.fields("s3Location");
  if (stored === undefined) return undefined;
  const url = stored.requiredText("uri");
  stored.keepRest(extra);
  return { url };
}
