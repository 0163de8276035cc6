// Relays a Responses request: the body's bytes as they came, but for the model and the gateway's own fields. What only
// another provider could read is left out: OpenRouter's fields, and reasoning that another model has signed.
import { isArray, isObject, type JsonObject, number, text } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import { applyEdits, type MemberList, memberEdits, readElements, readMembers } from "../../framing/json-members.js";
import type { ClientRequest, UpstreamRequest, UpstreamTarget } from "../dialect.js";
import { effortOfBudget } from "../effort.js";
import { extensions } from "../openai-chat/relay-request.js";
import { leaveOutFields, targetEdits } from "../relay-edits.js";
import { isSigned } from "./seal.js";

export function relayRequest(client: ClientRequest, target: UpstreamTarget, keepsExtensions: boolean): UpstreamRequest {
  const { body, bytes } = client;
  const notes: ReceiptNote[] = [];
  const changes = targetEdits(body, target);
  if (!keepsExtensions) {
    leaveOutFields(extensions, body, changes, notes);
    leaveOutReasoning(body, changes, notes);
  }
  const list = readMembers(bytes);
  if (list !== undefined) leaveOutSigned(body, bytes, list, changes, notes);
  return {
    path: "/responses",
    headers: {},
    body: list === undefined ? bytes : applyEdits(bytes, memberEdits(list, changes)),
    notes,
  };
}

/** OpenRouter's budget and switch become an effort, as far as it can say the same. */
function leaveOutReasoning({ reasoning }: JsonObject, changes: Map<string, string | undefined>, notes: ReceiptNote[]) {
  if (!isObject(reasoning)) return;
  const { max_tokens: budget, enabled, exclude, ...rest } = reasoning;
  if (budget === undefined && enabled === undefined && exclude === undefined) return;
  const tokens = number(budget);
  const hasEffort = text(rest.effort) !== undefined;
  const note = (field: string, action: ReceiptNote["action"], why: string) =>
    notes.push({ field: `reasoning.${field}`, action, why });
  let effort: string | undefined;
  if (!hasEffort && tokens !== undefined) {
    effort = effortOfBudget(tokens);
    note("max_tokens", "emulated", `sent as the effort ${effort}`);
  } else if (!hasEffort && enabled === true) {
    effort = "medium";
    note("enabled", "emulated", "sent as the effort medium");
  } else if (!hasEffort && enabled === false) note("enabled", "dropped", "this provider has no switch for it");
  if (exclude === true) note("exclude", "dropped", "this provider decides what it shows");
  changes.set("reasoning", JSON.stringify({ ...rest, ...(effort !== undefined && { effort }) }));
}

/** The other items keep their bytes. */
function leaveOutSigned(
  { input }: JsonObject,
  bytes: Buffer,
  list: MemberList,
  changes: Map<string, string | undefined>,
  notes: ReceiptNote[],
): void {
  if (!isArray(input) || !input.some(isSigned)) return;
  const member = list.members.findLast(({ key }) => key === "input");
  const elements = member === undefined ? undefined : readElements(bytes, member.valueStart);
  if (elements === undefined) return;
  const kept: string[] = [];
  for (const [index, { start, end }] of elements.entries()) {
    if (!isSigned(input[index])) kept.push(bytes.toString("utf8", start, end));
    else notes.push({ field: `input[${index}]`, action: "dropped", why: "this reasoning was signed by another model" });
  }
  changes.set("input", `[${kept.join(",")}]`);
}
