// Writes canonical events as a plain chat answer, in both profiles.
import { Buffer } from "node:buffer";
import type { Event } from "../../canonical/event.js";
import type { JsonObject } from "../../canonical/json.js";
import type { Usage } from "../../canonical/usage.js";
import { type Citation, type Collected, collect } from "../collect.js";
import type { Profile, Served } from "../dialect.js";
import { writeFinish } from "./finish.js";
import { usageWithCost } from "./profile.js";
import { writeDetail } from "./reasoning-details.js";
import { writeOpenRouterUsage, writeUsage } from "./usage.js";

export function writeResponse(events: readonly Event[], served: Served, profile: Profile): Buffer {
  const answer = collect(events);
  const finish = answer.finish ?? { reason: "other", native: undefined };
  const json = JSON.stringify({
    id: served.generationId,
    object: "chat.completion",
    created: served.createdSeconds,
    model: served.model,
    provider: served.providerName,
    system_fingerprint: null,
    choices: [
      {
        index: 0,
        message: writeMessage(answer, profile),
        logprobs: null,
        finish_reason: writeFinish(finish.reason),
        native_finish_reason: finish.native ?? null,
      },
    ],
  });
  if (answer.usage === undefined) return Buffer.from(json);
  return Buffer.from(`${json.slice(0, -1)},"usage":${usageJson(answer.usage, served, profile)}}`);
}

/** The usage with its cost, as JSON text: the cost is a decimal that a float might not hold. */
export function usageJson(usage: Usage, served: Served, profile: Profile): string {
  const cost = served.costOf(usage);
  return profile === "openrouter"
    ? writeOpenRouterUsage(usage, cost, undefined)
    : usageWithCost(JSON.stringify(writeUsage(usage)), usage, cost);
}

function writeMessage(answer: Collected, profile: Profile): JsonObject {
  const spoken = answer.parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
  const thoughts = answer.parts.filter((part) => part.type === "reasoning");
  const calls = answer.parts.filter((part) => part.type === "tool-call");
  const thought = thoughts.map((part) => part.text).join("");
  return {
    role: "assistant",
    content: spoken.length > 0 ? spoken.join("") : calls.length > 0 || answer.refusal !== "" ? null : "",
    refusal: answer.refusal === "" ? null : answer.refusal,
    ...(thought !== "" && { [reasoningField(profile)]: thought }),
    ...(thoughts.length > 0 && { reasoning_details: thoughts.map(writeDetail) }),
    ...(calls.length > 0 && {
      tool_calls: calls.map((call, index) => ({
        index,
        id: call.id,
        type: "function",
        function: { name: call.name, arguments: call.argumentsJson },
      })),
    }),
    ...(answer.citations.length > 0 && { annotations: answer.citations.map(writeCitation) }),
    ...chatExtra(answer.extra),
  };
}

export function chatExtra({ images, audio }: JsonObject): JsonObject {
  return { ...(images !== undefined && { images }), ...(audio !== undefined && { audio }) };
}

/** Where clients of a profile look for reasoning as plain text. */
export function reasoningField(profile: Profile): "reasoning" | "reasoning_content" {
  return profile === "openrouter" ? "reasoning" : "reasoning_content";
}

export function writeCitation({ url, title, text }: Citation): JsonObject {
  return {
    type: "url_citation",
    url_citation: { url, ...(title !== undefined && { title }), ...(text !== undefined && { content: text }) },
  };
}
