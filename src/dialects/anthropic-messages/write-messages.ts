// Canonical turns as messages of the Messages dialect: roles alternate, tool results come first, nothing is empty.
import { Buffer } from "node:buffer";
import { isObject, type JsonObject, parseJson } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type { CacheMark, MediaPart, Part, Request, TextPart, Turn } from "../../canonical/request.js";

interface Message {
  readonly role: "user" | "assistant";
  readonly content: JsonObject[];
}

export interface WrittenMessages {
  readonly system: readonly JsonObject[];
  readonly messages: readonly Message[];
}

export function writeMessages(request: Request, notes: ReceiptNote[]): WrittenMessages {
  const system = request.instructions.filter(hasWords).map(writeText);
  const messages: Message[] = [];
  for (const [index, turn] of request.turns.entries()) {
    const path = `messages[${request.instructions.length > 0 ? index + 1 : index}]`;
    if (turn.role === "system") {
      system.push(
        ...turn.parts
          .filter((part) => part.type === "text")
          .filter(hasWords)
          .map(writeText),
      );
      notes.push({ field: path, action: "emulated", why: "instructions stand at the front in this API" });
      continue;
    }
    add(messages, turn.role === "assistant" ? "assistant" : "user", writeTurn(turn, path, notes));
  }
  if (messages.length === 0 && system.length > 0) {
    notes.push({
      field: "messages",
      action: "emulated",
      why: "this API needs a user message: the instructions are it",
    });
    return { system: [], messages: [{ role: "user", content: system }] };
  }
  if (messages[0]?.role === "assistant") {
    notes.push({
      field: "messages",
      action: "emulated",
      why: "this API needs a user message first: one was put there",
    });
    messages.unshift({ role: "user", content: [{ type: "text", text: "Continue." }] });
  }
  return { system, messages: messages.map(finished) };
}

/** Joins neighbours of one role. */
function add(messages: Message[], role: Message["role"], content: readonly JsonObject[]): void {
  if (content.length === 0) return;
  const last = messages.at(-1);
  if (last?.role === role) for (const block of content) last.content.push(block);
  else messages.push({ role, content: [...content] });
}

/** Results must stand first; the last answer, if it is to be continued, must not end in space. */
function finished(message: Message, index: number, all: readonly Message[]): Message {
  if (message.role === "user") {
    const results = message.content.filter(({ type }) => type === "tool_result");
    if (results.length === 0) return message;
    return { role: "user", content: [...results, ...message.content.filter(({ type }) => type !== "tool_result")] };
  }
  const last = message.content.at(-1);
  if (index < all.length - 1 || typeof last?.text !== "string") return message;
  return { role: "assistant", content: [...message.content.slice(0, -1), { ...last, text: last.text.trimEnd() }] };
}

function writeTurn(turn: Turn, path: string, notes: ReceiptNote[]): JsonObject[] {
  if (turn.name !== undefined)
    notes.push({ field: `${path}.name`, action: "dropped", why: "this API has no names of speakers" });
  return turn.parts.flatMap((part): JsonObject[] => {
    const block = writePart(part, path, notes);
    return block === undefined ? [] : [block];
  });
}

function writePart(part: Part, path: string, notes: ReceiptNote[]): JsonObject | undefined {
  switch (part.type) {
    case "text":
      return hasWords(part) ? writeText(part) : undefined;
    case "image":
    case "audio":
    case "file":
      return writeMedia(part, path, notes);
    case "tool-call":
      return {
        type: "tool_use",
        id: safeId(part.id),
        name: part.name,
        input: writeInput(part.argumentsJson, path, notes),
      };
    case "tool-result": {
      const content = part.content.flatMap((inner): JsonObject[] => {
        const block =
          inner.type === "text" ? (hasWords(inner) ? writeText(inner) : undefined) : writeMedia(inner, path, notes);
        return block === undefined ? [] : [block];
      });
      return {
        type: "tool_result",
        tool_use_id: safeId(part.callId),
        ...(content.length > 0 && { content }),
        ...(part.isError && { is_error: true }),
        ...writeCache(part.cache),
      };
    }
    case "reasoning":
      if (part.encrypted !== undefined) return { type: "redacted_thinking", data: part.encrypted };
      if (part.signature !== undefined) return { type: "thinking", thinking: part.text, signature: part.signature };
      notes.push({
        field: `${path}.reasoning`,
        action: "dropped",
        why: "reasoning without a signature is not taken back",
      });
      return undefined;
  }
}

/** Empty text is refused. */
function hasWords(part: TextPart): boolean {
  return part.text.trim() !== "";
}

function writeText({ text, cache }: TextPart): JsonObject {
  return { type: "text", text, ...writeCache(cache) };
}

export function writeCache(cache: CacheMark | undefined): JsonObject {
  if (cache === undefined) return {};
  return { cache_control: cache.lifetime === "1h" ? { type: "ephemeral", ttl: "1h" } : { type: "ephemeral" } };
}

/** Ids of other providers may hold signs that this API refuses. */
function safeId(id: string): string {
  return id === "" ? "call" : id.replace(/[^A-Za-z0-9_-]/g, "_");
}

function writeInput(argumentsJson: string, path: string, notes: ReceiptNote[]): JsonObject {
  if (argumentsJson.trim() === "") return {};
  const input = parseJson(argumentsJson);
  if (isObject(input)) return input;
  notes.push({
    field: `${path}.tool_calls`,
    action: "emulated",
    why: "arguments that are no JSON object are sent as text",
  });
  return { arguments: argumentsJson };
}

function writeMedia(part: MediaPart, path: string, notes: ReceiptNote[]): JsonObject | undefined {
  const drop = (what: string) => {
    notes.push({ field: path, action: "dropped", why: `this API takes no ${what}` });
    return undefined;
  };
  if (part.type === "audio") return drop("sound");
  if (part.detail !== undefined && part.detail !== "auto")
    notes.push({ field: `${path}.detail`, action: "dropped", why: "this API has no such choice" });
  const { source } = part;
  const title = part.name === undefined ? {} : { title: part.name };
  if ("url" in source) {
    const kind = part.type === "image" ? "image" : "document";
    return {
      type: kind,
      source: { type: "url", url: source.url },
      ...(kind === "document" && title),
      ...writeCache(part.cache),
    };
  }
  const { base64, mediaType } = source;
  if (part.type === "image" || mediaType.startsWith("image/"))
    return {
      type: "image",
      source: { type: "base64", media_type: mediaType, data: base64 },
      ...writeCache(part.cache),
    };
  if (mediaType === "application/pdf")
    return {
      type: "document",
      source: { type: "base64", media_type: mediaType, data: base64 },
      ...title,
      ...writeCache(part.cache),
    };
  if (mediaType.startsWith("text/")) {
    const data = Buffer.from(base64, "base64").toString("utf8");
    return {
      type: "document",
      source: { type: "text", media_type: "text/plain", data },
      ...title,
      ...writeCache(part.cache),
    };
  }
  return drop(`files of type ${mediaType.slice(0, 60)}`);
}
