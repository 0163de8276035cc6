// A plain answer is a stream that was collected: events joined into one message.
import type { Event } from "../canonical/event.js";
import type { Finish } from "../canonical/finish.js";
import type { Json } from "../canonical/json.js";
import type { ReasoningPart, TextPart, ToolCallPart } from "../canonical/request.js";
import type { Usage } from "../canonical/usage.js";

export interface Citation {
  readonly url: string;
  readonly title: string | undefined;
  readonly text: string | undefined;
}

export interface Collected {
  id: string | undefined;
  model: string | undefined;
  /** In the order in which they began. */
  readonly parts: readonly (TextPart | ReasoningPart | ToolCallPart)[];
  readonly citations: readonly Citation[];
  refusal: string;
  usage: Usage | undefined;
  finish: Finish | undefined;
  /** What canonical has no name for; of two fields with one name the later. */
  extra: { readonly [field: string]: Json | undefined };
}

type Growing =
  | { readonly type: "text"; text: string }
  | { readonly type: "reasoning"; text: string; signature?: string; encrypted?: string }
  | { readonly type: "tool-call"; readonly id: string; readonly name: string; argumentsJson: string };

export function collect(events: readonly Event[]): Collected {
  const parts = new Map<number, Growing>();
  const citations: Citation[] = [];
  const answer: Omit<Collected, "parts" | "citations"> = {
    id: undefined,
    model: undefined,
    refusal: "",
    usage: undefined,
    finish: undefined,
    extra: {},
  };
  for (const event of events) {
    switch (event.type) {
      case "start":
        answer.id = event.id;
        answer.model = event.model;
        break;
      case "text-start":
        parts.set(event.index, { type: "text", text: "" });
        break;
      case "reasoning-start":
        parts.set(event.index, { type: "reasoning", text: "" });
        break;
      case "tool-call-start":
        parts.set(event.index, { type: "tool-call", id: event.id, name: event.name, argumentsJson: "" });
        break;
      case "text-delta":
      case "reasoning-delta": {
        const part = parts.get(event.index);
        if (part !== undefined && part.type !== "tool-call") part.text += event.text;
        break;
      }
      case "reasoning-end": {
        const part = parts.get(event.index);
        if (part?.type !== "reasoning") break;
        if (event.signature !== undefined) part.signature = event.signature;
        if (event.encrypted !== undefined) part.encrypted = event.encrypted;
        break;
      }
      case "tool-call-delta": {
        const part = parts.get(event.index);
        if (part?.type === "tool-call") part.argumentsJson += event.argumentsJson;
        break;
      }
      case "refusal":
        answer.refusal += event.text;
        break;
      case "citation":
        citations.push({ url: event.url, title: event.title, text: event.text });
        break;
      case "usage":
        answer.usage = event.usage;
        break;
      case "finish":
        answer.finish = event.finish;
        break;
      case "extra":
        answer.extra = { ...answer.extra, ...event.fields };
        break;
      default:
    }
  }
  return { ...answer, parts: [...parts.values()], citations };
}
