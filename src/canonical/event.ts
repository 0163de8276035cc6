// The neutral answer: a stream of events named noun–action. Indexes are ours: from 0, without gaps, one count for all parts.
import type { TrunklineError } from "./error.js";
import type { Finish } from "./finish.js";
import type { JsonObject } from "./json.js";
import type { Usage } from "./usage.js";

export type Event =
  /** The provider's own id and model name. */
  | { readonly type: "start"; readonly id: string | undefined; readonly model: string | undefined }
  | { readonly type: "text-start"; readonly index: number }
  | { readonly type: "text-delta"; readonly index: number; readonly text: string }
  | { readonly type: "text-end"; readonly index: number }
  | { readonly type: "reasoning-start"; readonly index: number }
  | { readonly type: "reasoning-delta"; readonly index: number; readonly text: string }
  /** `signature` or `encrypted` must come back unchanged on the next turn. */
  | {
      readonly type: "reasoning-end";
      readonly index: number;
      readonly signature: string | undefined;
      readonly encrypted: string | undefined;
    }
  /** `call` counts the tool calls alone, from 0. */
  | {
      readonly type: "tool-call-start";
      readonly index: number;
      readonly call: number;
      readonly id: string;
      readonly name: string;
    }
  | { readonly type: "tool-call-delta"; readonly index: number; readonly call: number; readonly argumentsJson: string }
  | { readonly type: "tool-call-end"; readonly index: number; readonly call: number }
  | { readonly type: "refusal"; readonly text: string }
  | {
      readonly type: "citation";
      readonly url: string;
      readonly title: string | undefined;
      readonly text: string | undefined;
    }
  /** Cumulative: the last one is the truth. */
  | { readonly type: "usage"; readonly usage: Usage }
  | { readonly type: "finish"; readonly finish: Finish }
  /** What the provider sent and this model has no name for. */
  | { readonly type: "extra"; readonly fields: JsonObject }
  | { readonly type: "error"; readonly error: TrunklineError };

/** True for events that a client would see as part of the answer: after one of them no other endpoint may be tried. */
export function isContent(event: Event): boolean {
  switch (event.type) {
    case "text-delta":
    case "reasoning-delta":
      return event.text !== "";
    case "tool-call-start":
    case "refusal":
    case "citation":
      return true;
    case "reasoning-end":
      return event.encrypted !== undefined;
    default:
      return false;
  }
}
