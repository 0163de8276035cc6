// The two profiles of the Chat dialect, as they differ in an answer: OpenAI's on /v1, OpenRouter's on /api/v1.
import { Buffer } from "node:buffer";
import { isArray, isObject, type Json, type JsonObject, parseJson, text } from "../../canonical/json.js";
import { type NanoUsd, usdText } from "../../canonical/money.js";
import type { Usage } from "../../canonical/usage.js";
import { type Changes, changeMembers } from "../../framing/json-members.js";
import type { Served } from "../dialect.js";
import { readFinish, writeFinish } from "./finish.js";
import { writeOpenRouterUsage } from "./usage.js";

/**
 * OpenAI's profile: the provider's own usage object, with our cost in it where the price is known, and the cached tokens
 * where OpenAI's clients look for them.
 */
export function usageWithCost(usageJson: string, usage: Usage | undefined, cost: NanoUsd | undefined): string {
  const changes = new Map<string, string>();
  if (usage !== undefined && usage.cacheReadTokens > 0 && !isObject(parseObject(usageJson)?.prompt_tokens_details))
    changes.set("prompt_tokens_details", JSON.stringify({ cached_tokens: usage.cacheReadTokens }));
  if (cost !== undefined) changes.set("cost", usdText(cost));
  return changes.size === 0 ? usageJson : changeMembers(Buffer.from(usageJson), changes).toString("utf8");
}

/** OpenRouter's profile: who served is on every frame and on every plain answer. */
export function openRouterIdentity(served: Served): Map<string, string | undefined> {
  return new Map([
    ["id", JSON.stringify(served.generationId)],
    ["model", JSON.stringify(served.model)],
    ["provider", JSON.stringify(served.providerName)],
  ]);
}

/** The members of a plain answer or a frame that OpenRouter's profile changes. `part` is where the content stands. */
export function openRouterChanges(
  frame: JsonObject,
  part: "delta" | "message",
  served: Served,
  usage: Usage | undefined,
): Changes {
  const changes = openRouterIdentity(served);
  if (frame.object === undefined)
    changes.set("object", part === "delta" ? '"chat.completion.chunk"' : '"chat.completion"');
  if (!Number.isInteger(frame.created)) changes.set("created", String(served.createdSeconds));
  const hasFingerprint = typeof frame.system_fingerprint === "string";
  // Its clients demand the member, null or not, in a plain answer, and refuse null in a frame.
  if (!hasFingerprint) changes.set("system_fingerprint", part === "message" ? "null" : undefined);
  const choices = isArray(frame.choices) ? frame.choices : [];
  changes.set("choices", JSON.stringify(choices.map((choice, index) => openRouterChoice(choice, index, part))));
  changes.set(
    "usage",
    usage === undefined ? undefined : writeOpenRouterUsage(usage, served.costOf(usage), frame.usage),
  );
  return changes;
}

function openRouterChoice(choice: Json, position: number, part: "delta" | "message"): JsonObject {
  const from = isObject(choice) ? choice : {};
  const finish = readFinish(from.finish_reason);
  return {
    ...from,
    index: Number.isInteger(from.index) ? from.index : position,
    [part]: openRouterPart(isObject(from[part]) ? from[part] : {}, part === "message"),
    finish_reason:
      finish === undefined ? (part === "message" ? wholeFinish(from.message) : null) : writeFinish(finish.reason),
    native_finish_reason: text(from.native_finish_reason) ?? finish?.native ?? null,
  };
}

/** Reasoning under OpenRouter's names, content as text, and no null where its clients want absence. */
function openRouterPart(part: JsonObject, isWhole: boolean): JsonObject {
  const { content, reasoning, reasoning_content, reasoning_details, tool_calls, refusal, ...rest } = part;
  const spoken = isArray(content) ? textOfParts(content) : content;
  const thought =
    text(reasoning) ?? text(reasoning_content) ?? (isArray(content) ? thoughtOfParts(content) : undefined);
  const details = isArray(reasoning_details)
    ? reasoning_details
    : thought !== undefined && thought !== ""
      ? [{ type: "reasoning.text", text: thought, format: "unknown", index: 0 }]
      : undefined;
  return {
    ...withoutNulls(rest),
    role: "assistant",
    content: spoken ?? (isWhole ? null : ""),
    ...(thought !== undefined && { reasoning: thought }),
    ...(details !== undefined && { reasoning_details: details }),
    ...(isArray(tool_calls) && tool_calls.length > 0 && { tool_calls: tool_calls.map(openRouterCall) }),
    ...(refusal !== undefined && { refusal }),
  };
}

function openRouterCall(call: Json, position: number): Json {
  if (!isObject(call)) return call;
  return {
    ...withoutNulls(call),
    ...(isObject(call.function) && { function: withoutNulls(call.function) }),
    index: Number.isInteger(call.index) ? call.index : position,
  };
}

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

/** A plain answer is complete; some providers still give it an empty finish reason, which no client takes for an end. */
function wholeFinish(message: Json | undefined): "stop" | "tool_calls" {
  return isObject(message) && isArray(message.tool_calls) && message.tool_calls.length > 0 ? "tool_calls" : "stop";
}

/**
 * OpenAI's profile: the choices in OpenAI's form where the provider's differs, else undefined. Content as parts (Mistral's
 * thinking) becomes text, as OpenAI's clients join strings; an empty finish reason of a plain answer becomes one.
 */
export function plainChoices(frame: JsonObject, part: "delta" | "message"): string | undefined {
  const choices = isArray(frame.choices) ? frame.choices : [];
  const lacksFinish = (choice: Json) => part === "message" && isObject(choice) && choice.finish_reason === "";
  if (!choices.some((choice) => isArray(contentOf(choice, part)) || lacksFinish(choice))) return undefined;
  return JSON.stringify(
    choices.map((sent) => {
      const content = contentOf(sent, part);
      const choice = isObject(sent) && lacksFinish(sent) ? { ...sent, finish_reason: wholeFinish(sent.message) } : sent;
      if (!isObject(choice) || !isObject(choice[part]) || !isArray(content)) return choice;
      const thought = thoughtOfParts(content);
      return {
        ...choice,
        [part]: {
          ...choice[part],
          content: textOfParts(content),
          ...(thought !== undefined && { reasoning_content: thought }),
        },
      };
    }),
  );
}

function contentOf(choice: Json, part: "delta" | "message"): Json | undefined {
  const inner = isObject(choice) ? choice[part] : undefined;
  return isObject(inner) ? inner.content : undefined;
}

/** Mistral sends content as parts, thinking among them. */
export function textOfParts(parts: readonly Json[]): string {
  return parts.map((part) => (isObject(part) && part.type === "text" ? (text(part.text) ?? "") : "")).join("");
}

export function thoughtOfParts(parts: readonly Json[]): string | undefined {
  const thoughts = parts.filter((part) => isObject(part) && part.type === "thinking");
  if (thoughts.length === 0) return undefined;
  return thoughts
    .map((part) => {
      const thinking = isObject(part) ? part.thinking : undefined;
      return isArray(thinking) ? textOfParts(thinking) : (text(thinking) ?? "");
    })
    .join("");
}

/** Parses what must be an object; undefined where it is none. */
export function parseObject(source: string): JsonObject | undefined {
  const value = parseJson(source);
  return isObject(value) ? value : undefined;
}
