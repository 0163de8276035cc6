// Relays a plain chat answer: read once for its facts; its bytes stay, with cost and who served beside the usage.
import { Buffer } from "node:buffer";
import { TrunklineError } from "../../canonical/error.js";
import { isArray, isObject } from "../../canonical/json.js";
import { changeMembers, readMembers } from "../../framing/json-members.js";
import { type AnswerFacts, newFacts, type Profile, type Served, type WholeAnswer } from "../dialect.js";
import { readInnerError } from "./errors.js";
import { openRouterChanges, parseObject, plainChoices, usageWithCost } from "./profile.js";
import { writeUsage } from "./usage.js";
import { watch } from "./watch.js";

export function relayResponse(body: Buffer, served: Served, profile: Profile): WholeAnswer {
  const facts = newFacts();
  const answer = parseObject(body.toString("utf8"));
  if (answer === undefined) return broken(facts, "The provider's answer is not a JSON object.");
  if (answer.error !== undefined && answer.error !== null) {
    facts.fault = readInnerError(answer.error);
    return { facts, body: Buffer.alloc(0) };
  }
  if (!isArray(answer.choices) || !answer.choices.some(isObject))
    return broken(facts, "The provider's answer holds no choices.");
  watch(answer, "message", facts, new Map());
  facts.terminal = true;
  if (profile === "openrouter")
    return { facts, body: changeMembers(body, openRouterChanges(answer, "message", served, facts.usage)) };
  const changes = new Map([["provider", JSON.stringify(served.providerName)]]);
  const choices = plainChoices(answer, "message");
  if (choices !== undefined) changes.set("choices", choices);
  if (facts.usage !== undefined) {
    const sent = isObject(answer.usage) ? usageBytes(body) : JSON.stringify(writeUsage(facts.usage));
    changes.set("usage", usageWithCost(sent, facts.usage, served.costOf(facts.usage)));
  }
  return { facts, body: changeMembers(body, changes) };
}

function usageBytes(body: Buffer): string {
  const member = readMembers(body)?.members.findLast(({ key }) => key === "usage");
  return member === undefined ? "{}" : body.toString("utf8", member.valueStart, member.valueEnd);
}

function broken(facts: AnswerFacts, message: string): WholeAnswer {
  facts.fault = new TrunklineError("upstream_invalid", message);
  return { facts, body: Buffer.alloc(0) };
}
