// Relays a chat request: the body's bytes as they came, but for the model, the wish for usage and the gateway's own fields.
import { isObject, type JsonObject, number, text } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import { applyEdits, memberEdits, readMembers } from "../../framing/json-members.js";
import type { ClientRequest, UpstreamRequest, UpstreamTarget } from "../dialect.js";
import { effortOfBudget } from "../effort.js";
import { leaveOutFields, targetEdits } from "../relay-edits.js";

/** OpenRouter's own fields. With a reason: leaving it out changes the answer. Without: the gateway itself acts on it. */
export const extensions: ReadonlyMap<string, string | undefined> = new Map([
  ["models", undefined],
  ["route", undefined],
  ["usage", undefined],
  ["session_id", undefined],
  ["provider", "routing preferences are not part of this provider's API"],
  ["plugins", "this provider has no plugins"],
  ["transforms", "this provider does not transform prompts"],
  ["preset", "presets are stored at OpenRouter"],
  ["trace", "this provider takes no trace fields"],
  ["debug", "this provider echoes no request"],
]);

export function relayRequest(client: ClientRequest, target: UpstreamTarget, keepsExtensions: boolean): UpstreamRequest {
  const { body, bytes } = client;
  const notes: ReceiptNote[] = [];
  const changes = targetEdits(body, target);
  if (target.stream) {
    const asked = isObject(body.stream_options) ? body.stream_options : {};
    if (asked.include_usage !== true) changes.set("stream_options", JSON.stringify({ ...asked, include_usage: true }));
  }
  if (!keepsExtensions) {
    leaveOutFields(extensions, body, changes, notes);
    leaveOutReasoning(body, changes, notes);
  }
  const list = readMembers(bytes);
  return {
    path: "/chat/completions",
    headers: {},
    body: list === undefined ? bytes : applyEdits(bytes, memberEdits(list, changes)),
    notes,
  };
}

/** `reasoning` and `include_reasoning` become OpenAI's `reasoning_effort`, as far as it can say the same. */
function leaveOutReasoning(body: JsonObject, changes: Map<string, string | undefined>, notes: ReceiptNote[]): void {
  const { reasoning, include_reasoning: include } = body;
  if (include !== undefined) changes.set("include_reasoning", undefined);
  if (include === false)
    notes.push({ field: "include_reasoning", action: "dropped", why: "this provider decides what it shows" });
  if (reasoning === undefined) return;
  changes.set("reasoning", undefined);
  if (!isObject(reasoning)) return;
  if (reasoning.exclude === true)
    notes.push({ field: "reasoning.exclude", action: "dropped", why: "this provider decides what it shows" });
  const hasEffort = body.reasoning_effort !== undefined && body.reasoning_effort !== null;
  if (hasEffort) return;
  const effort = text(reasoning.effort);
  const budget = number(reasoning.max_tokens);
  if (effort !== undefined) {
    changes.set("reasoning_effort", JSON.stringify(effort));
    notes.push({ field: "reasoning.effort", action: "renamed", why: "sent as reasoning_effort" });
  } else if (budget !== undefined) {
    changes.set("reasoning_effort", JSON.stringify(effortOfBudget(budget)));
    notes.push({ field: "reasoning.max_tokens", action: "emulated", why: "sent as the nearest reasoning_effort" });
  } else if (reasoning.enabled === true) {
    changes.set("reasoning_effort", '"medium"');
    notes.push({ field: "reasoning.enabled", action: "emulated", why: "sent as reasoning_effort medium" });
  } else if (reasoning.enabled === false) {
    notes.push({ field: "reasoning.enabled", action: "dropped", why: "this provider has no switch for it" });
  }
}
