// Relays a plain Responses answer: read once for its facts; its bytes stay, with cost and who served spliced in.
import { Buffer } from "node:buffer";
import { TrunklineError } from "../../canonical/error.js";
import { text } from "../../canonical/json.js";
import { usdText } from "../../canonical/money.js";
import type { Usage } from "../../canonical/usage.js";
import { changeMembers, readMembers } from "../../framing/json-members.js";
import { newFacts, type Profile, type Served, type WholeAnswer } from "../dialect.js";
import { noteEvent } from "../facts.js";
import { parseObject } from "../openai-chat/profile.js";
import { requiredFields, resourceFields, settingsOf } from "./resource.js";
import { readResponse } from "./stream.js";
import { writeUsage } from "./usage.js";

export function relayResponse(body: Buffer, served: Served, profile: Profile): WholeAnswer {
  const facts = newFacts();
  try {
    for (const event of readResponse(body)) noteEvent(event, facts);
  } catch (cause) {
    facts.fault = TrunklineError.is(cause)
      ? cause
      : new TrunklineError("upstream_invalid", "The provider's answer cannot be read.");
  }
  if (facts.fault !== undefined) return { facts, body: Buffer.alloc(0) };
  facts.terminal = true;
  return { facts, body: spliced(body, facts.usage, served, profile) };
}

const statuses = new Set(
  ["completed", "incomplete", "failed", "in_progress", "queued", "cancelled"].map((word) => `"${word}"`),
);

/**
 * A resource as the client gets it: OpenAI's profile has who served and the cost added, OpenRouter's has its own id and
 * model too. What the specification requires and the provider left out is put in. Everything else keeps its bytes.
 */
export function spliced(resource: Buffer, usage: Usage | undefined, served: Served, profile: Profile): Buffer {
  const changes = new Map<string, string | undefined>([["provider", JSON.stringify(served.providerName)]]);
  if (profile === "openrouter") {
    changes.set("id", JSON.stringify(served.generationId));
    changes.set("model", JSON.stringify(served.model));
  }
  // A word of the provider's own for an answer that is complete.
  const status = memberBytes(resource, "status")?.toString("utf8");
  if (status !== undefined && !statuses.has(status)) changes.set("status", '"completed"');
  fillIn(resource, served, profile, changes);
  const used = usage === undefined ? undefined : usageOf(resource, usage, served, profile);
  if (used !== undefined) changes.set("usage", used);
  return changeMembers(resource, changes);
}

function fillIn(resource: Buffer, served: Served, profile: Profile, changes: Map<string, string | undefined>): void {
  const members = readMembers(resource)?.members ?? [];
  const present = new Set(members.map(({ key }) => key));
  if (requiredFields.every((field) => present.has(field))) return;
  const said = text(parseObject(resource.toString("utf8"))?.status);
  const status = said === "incomplete" || said === "in_progress" ? said : "completed";
  const fields = resourceFields({ status, output: [] }, settingsOf(served.asked), served, profile);
  for (const field of requiredFields)
    if (!present.has(field)) changes.set(field, JSON.stringify(fields[field] ?? null));
}

/** The provider's own usage with its cost; undefined where it sent none, or nothing is to be changed. */
function usageOf(resource: Buffer, usage: Usage, served: Served, profile: Profile): string | undefined {
  const sent = memberBytes(resource, "usage");
  const said = sent === undefined ? undefined : parseObject(sent.toString("utf8"));
  if (sent === undefined || said === undefined) return undefined;
  const changes = new Map<string, string | undefined>();
  for (const [field, value] of Object.entries(writeUsage(usage)))
    if (said[field] === undefined || said[field] === null) changes.set(field, JSON.stringify(value));
  const cost = served.costOf(usage);
  if (profile === "openrouter") changes.set("is_byok", "false");
  if (cost !== undefined) changes.set("cost", usdText(cost));
  return changes.size === 0 ? undefined : changeMembers(sent, changes).toString("utf8");
}

/** The bytes of a member's value, of the last one where it stands twice. */
export function memberBytes(json: Buffer, key: string): Buffer | undefined {
  const member = readMembers(json)?.members.findLast((one) => one.key === key);
  return member === undefined ? undefined : json.subarray(member.valueStart, member.valueEnd);
}
