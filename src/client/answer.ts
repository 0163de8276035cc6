// An answer as a whole: what was said, why it ended, what it used and cost, who served it and how long it took.
import type { Event } from "../canonical/event.js";
import type { Finish } from "../canonical/finish.js";
import type { ReasoningPart, TextPart, ToolCallPart } from "../canonical/request.js";
import type { Usage } from "../canonical/usage.js";
import { type Citation, collect } from "../dialects/collect.js";

/** What the head of an answer says, and its last frame. */
export interface ServedFacts {
  /** `gen-…`: what `trunkline logs` finds the call by. */
  readonly generationId: string | undefined;
  /** Id of the provider that really answered. */
  readonly provider: string | undefined;
  /** The model that really answered. */
  readonly model: string | undefined;
  /** US dollars; undefined where the price is not known. */
  readonly costUsd: number | undefined;
}

export interface Answer extends ServedFacts {
  readonly text: string;
  readonly reasoning: string;
  /** What a model said instead of an answer; empty where it did not refuse. */
  readonly refusal: string;
  readonly toolCalls: readonly ToolCallPart[];
  readonly citations: readonly Citation[];
  /** All parts in order, for the next turn: `{ role: "assistant", parts }`. */
  readonly parts: readonly (TextPart | ReasoningPart | ToolCallPart)[];
  /** Undefined where the caller left before the end. */
  readonly finish: Finish | undefined;
  readonly usage: Usage | undefined;
  /** Milliseconds to the first text, reasoning or tool call. */
  readonly firstTokenMs: number | undefined;
  readonly totalMs: number;
}

export interface Timing {
  readonly firstTokenMs: number | undefined;
  readonly totalMs: number;
}

export function answerOf(events: readonly Event[], served: ServedFacts, timing: Timing): Answer {
  const { parts, refusal, citations, usage, finish } = collect(events);
  const joined = (type: "text" | "reasoning") => parts.map((part) => (part.type === type ? part.text : "")).join("");
  return {
    text: joined("text"),
    reasoning: joined("reasoning"),
    refusal,
    toolCalls: parts.filter((part) => part.type === "tool-call"),
    citations,
    parts,
    finish,
    usage,
    ...served,
    ...timing,
  };
}
