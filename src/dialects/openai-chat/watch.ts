// Follows an answer without rebuilding it: usage, finish, content and errors of a frame or a plain answer.
import { Buffer } from "node:buffer";
import { isArray, isObject, type JsonObject, text } from "../../canonical/json.js";
import type { AnswerFacts } from "../dialect.js";
import { readFinish } from "./finish.js";
import { usageOf } from "./usage.js";

/** Fields of a delta or message that a client shows or acts on. */
const contentFields = [
  "content",
  "reasoning",
  "reasoning_content",
  "reasoning_details",
  "tool_calls",
  "function_call",
  "refusal",
  "audio",
  "images",
  "annotations",
] as const;

/** The choices seen so far, by index: whether each has ended. */
export type Choices = Map<number, boolean>;

/** True where every choice that began has ended too. */
export function allEnded(choices: Choices): boolean {
  for (const ended of choices.values()) if (!ended) return false;
  return choices.size > 0;
}

/** Reads what a frame or a plain answer tells into `facts` and `choices`. Returns true where it holds content. */
export function watch(
  frame: JsonObject,
  contentField: "delta" | "message",
  facts: AnswerFacts,
  choices: Choices,
): boolean {
  facts.upstreamId ??= text(frame.id) || undefined;
  facts.upstreamModel ??= text(frame.model) || undefined;
  facts.usage = usageOf(frame) ?? facts.usage;
  let content = false;
  for (const choice of isArray(frame.choices) ? frame.choices : []) {
    if (!isObject(choice)) continue;
    const part = choice[contentField];
    const bytes = isObject(part) ? contentBytes(part) : 0;
    facts.outputBytes += bytes;
    if (bytes > 0) content = true;
    const finish = readFinish(choice.finish_reason);
    const index = typeof choice.index === "number" ? choice.index : 0;
    choices.set(index, finish !== undefined || choices.get(index) === true);
    facts.finish ??= finish;
  }
  if (content) facts.content = true;
  return content;
}

/** UTF-8 bytes of text, reasoning and tool arguments; 0 where a client would see nothing. */
export function contentBytes(part: JsonObject): number {
  let bytes = 0;
  for (const field of contentFields) {
    const value = part[field];
    if (value === undefined || value === null || value === "") continue;
    // The plain text of the reasoning is counted already.
    if (field === "reasoning_details" && bytes > 0) continue;
    if (field === "reasoning_content" && part.reasoning !== undefined && part.reasoning !== null) continue;
    if (typeof value === "string") bytes += Buffer.byteLength(value);
    else bytes += structuredBytes(value);
  }
  return bytes;
}

/** Strings inside tool calls, audio and parts, without the names of fields. Some providers send all fields, empty. */
function structuredBytes(value: unknown): number {
  let bytes = 0;
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next === "string") bytes += Buffer.byteLength(next);
    else if (typeof next === "object" && next !== null) rest.push(...Object.values(next));
  }
  return bytes;
}
