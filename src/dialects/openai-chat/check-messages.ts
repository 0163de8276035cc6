// Checks the messages of a chat request, so that a mistake is named before it costs a call.
import { isArray, isObject, type Json, type JsonObject } from "../../canonical/json.js";
import { kindOf, quote, refuse } from "./refuse.js";

const maxMessages = 10_000;
const roles = ["system", "developer", "user", "assistant", "tool", "function"];
const imageParts = new Set(["image_url", "video_url", "input_video"]);

/** What each known part must carry: its field and that field's own. Other part types pass: a provider may know them. */
const partFields: ReadonlyMap<string, readonly [field: string, inner?: string]> = new Map([
  ["text", ["text"]],
  ["refusal", ["refusal"]],
  ["image_url", ["image_url", "url"]],
  ["input_audio", ["input_audio", "data"]],
  ["file", ["file"]],
]);

export interface CheckedMessages {
  readonly hasImages: boolean;
}

export function checkMessages(messages: unknown, hasPrompt: boolean): CheckedMessages {
  if (messages === undefined || messages === null)
    throw refuse(
      "messages",
      "Missing required parameter: 'messages'.",
      hasPrompt ? 'Send the prompt as "messages": [{"role": "user", "content": "…"}].' : undefined,
    );
  if (!isArray(messages))
    throw refuse(
      "messages",
      `Invalid type for 'messages': expected an array of objects, but got ${kindOf(messages)} instead.`,
    );
  if (messages.length === 0)
    throw refuse("messages", "Invalid 'messages': empty array. Expected an array with minimum length 1.");
  if (messages.length > maxMessages)
    throw refuse("messages", `Invalid 'messages': ${messages.length} messages, at most ${maxMessages} are taken.`);
  let hasImages = false;
  for (const [index, message] of messages.entries()) if (checkMessage(message, `messages[${index}]`)) hasImages = true;
  return { hasImages };
}

/** Returns true where the message holds a picture. */
function checkMessage(message: Json, path: string): boolean {
  if (!isObject(message))
    throw refuse(path, `Invalid type for '${path}': expected an object, but got ${kindOf(message)} instead.`);
  const { role } = message;
  if (role === undefined) throw refuse(`${path}.role`, `Missing required parameter: '${path}.role'.`);
  if (typeof role !== "string" || !roles.includes(role))
    throw refuse(
      `${path}.role`,
      `Invalid value: ${typeof role === "string" ? quote(role) : kindOf(role)}. Supported values are: ${roles.map((known) => `'${known}'`).join(", ")}.`,
    );
  if (role === "assistant") checkToolCalls(message.tool_calls, `${path}.tool_calls`);
  if (role === "tool" && (typeof message.tool_call_id !== "string" || message.tool_call_id === ""))
    throw refuse(
      `${path}.tool_call_id`,
      `Missing required parameter: '${path}.tool_call_id'.`,
      "Give the id of the tool call that this message answers.",
    );
  return checkContent(message.content, role, `${path}.content`);
}

function checkContent(content: unknown, role: string, path: string): boolean {
  if (typeof content === "string") return false;
  const mayBeEmpty = role === "assistant" || role === "function" || role === "tool";
  if (content === undefined || content === null) {
    if (mayBeEmpty) return false;
    throw refuse(
      path,
      content === null
        ? `Invalid type for '${path}': expected one of a string or array of objects, but got null instead.`
        : `Missing required parameter: '${path}'.`,
    );
  }
  if (!isArray(content))
    throw refuse(
      path,
      `Invalid type for '${path}': expected one of a string or array of objects, but got ${kindOf(content)} instead.`,
    );
  let hasImages = false;
  for (const [index, part] of content.entries()) if (checkPart(part, `${path}[${index}]`)) hasImages = true;
  return hasImages;
}

function checkPart(part: Json, path: string): boolean {
  if (!isObject(part))
    throw refuse(path, `Invalid type for '${path}': expected an object, but got ${kindOf(part)} instead.`);
  if (typeof part.type !== "string") throw refuse(`${path}.type`, `Missing required parameter: '${path}.type'.`);
  const [field, inner] = partFields.get(part.type) ?? [];
  if (field !== undefined) {
    const value = part[field];
    // Some clients send the URL itself, and many providers take it.
    const isShort = part.type === "image_url" && typeof value === "string";
    if (part.type === "text" || part.type === "refusal") requireString(value, `${path}.${field}`);
    else if (!isObject(value) && !isShort)
      throw refuse(
        `${path}.${field}`,
        `Invalid type for '${path}.${field}': expected an object, but got ${kindOf(value)} instead.`,
      );
    else if (inner !== undefined && isObject(value)) requireString(value[inner], `${path}.${field}.${inner}`);
  }
  return imageParts.has(part.type);
}

function checkToolCalls(calls: unknown, path: string): void {
  if (calls === undefined || calls === null) return;
  if (!isArray(calls))
    throw refuse(path, `Invalid type for '${path}': expected an array of objects, but got ${kindOf(calls)} instead.`);
  for (const [index, call] of calls.entries()) {
    const at = `${path}[${index}]`;
    if (!isObject(call))
      throw refuse(at, `Invalid type for '${at}': expected an object, but got ${kindOf(call)} instead.`);
    requireString(call.id, `${at}.id`);
    checkCall(call, at);
  }
}

function checkCall(call: JsonObject, at: string): void {
  if (isObject(call.custom)) {
    requireString(call.custom.name, `${at}.custom.name`);
    return;
  }
  if (!isObject(call.function)) throw refuse(`${at}.function`, `Missing required parameter: '${at}.function'.`);
  requireString(call.function.name, `${at}.function.name`);
  if (typeof call.function.arguments !== "string")
    throw refuse(
      `${at}.function.arguments`,
      `Invalid type for '${at}.function.arguments': expected a string, but got ${kindOf(call.function.arguments)} instead.`,
      "Send the arguments as JSON text.",
    );
}

function requireString(value: unknown, path: string): void {
  if (value === undefined) throw refuse(path, `Missing required parameter: '${path}'.`);
  if (typeof value !== "string")
    throw refuse(path, `Invalid type for '${path}': expected a string, but got ${kindOf(value)} instead.`);
}
