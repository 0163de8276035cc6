// How much Gemini thinks: a level or a budget, as the model's generation takes it.
// Source: https://ai.google.dev/gemini-api/docs/thinking
import type { JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type { Request } from "../../canonical/request.js";
import { budgetOfEffort, effortOfBudget } from "../effort.js";
import type { Generation } from "./generation.js";

type Budget = NonNullable<Generation["budget"]>;

/** Undefined where the model is to do as it likes, without showing what it thinks. */
export function writeThinking(request: Request, generation: Generation, notes: ReceiptNote[]): JsonObject | undefined {
  const { reasoning } = request;
  if (reasoning === undefined) return undefined;
  const isOff = reasoning.enabled === false || reasoning.effort === "none";
  if (generation.levels !== undefined)
    return isOff ? least(generation.levels, notes) : level(request, generation.levels, notes);
  if (generation.budget !== undefined)
    return isOff ? off(generation.budget, notes) : budget(request, generation.budget, notes);
  if (!isOff) notes.push({ field: "reasoning", action: "dropped", why: "this model does not think" });
  return undefined;
}

/** From weak to strong; what this model lacks is raised to the next it has. */
const efforts = ["minimal", "low", "medium", "high", "xhigh", "max"];

function level({ reasoning }: Request, levels: readonly string[], notes: ReceiptNote[]): JsonObject {
  const shown = { includeThoughts: true };
  const asked = reasoning?.effort;
  if (asked === undefined && reasoning?.budgetTokens === undefined) return shown;
  const effort = asked ?? effortOfBudget(reasoning?.budgetTokens ?? 0);
  if (asked === undefined)
    notes.push({ field: "reasoning.max_tokens", action: "emulated", why: "this model takes a level, not a budget" });
  const wanted = efforts.indexOf(effort);
  const taken = levels.find((word) => efforts.indexOf(word) >= wanted) ?? levels.at(-1) ?? "high";
  const chosen = wanted === -1 ? "high" : taken;
  if (asked !== undefined && chosen !== asked)
    notes.push({
      field: "reasoning.effort",
      action: "clamped",
      why: `sent as ${chosen}, the nearest this model knows`,
    });
  return { thinkingLevel: chosen.toUpperCase(), ...shown };
}

function least(levels: readonly string[], notes: ReceiptNote[]): JsonObject {
  const lowest = levels[0] ?? "low";
  notes.push({ field: "reasoning", action: "clamped", why: `this model always thinks: ${lowest} is the least` });
  return { thinkingLevel: lowest.toUpperCase() };
}

function off({ canBeOff, least: fewest }: Budget, notes: ReceiptNote[]): JsonObject {
  if (canBeOff) return { thinkingBudget: 0 };
  notes.push({ field: "reasoning", action: "clamped", why: `this model always thinks: ${fewest} tokens is the least` });
  return { thinkingBudget: fewest };
}

function budget(request: Request, { least: fewest, most }: Budget, notes: ReceiptNote[]): JsonObject {
  const { reasoning, maxOutputTokens } = request;
  const asked = reasoning?.budgetTokens;
  const effort = reasoning?.effort;
  // As much as the model likes.
  if (asked === undefined && effort === undefined) return { thinkingBudget: -1, includeThoughts: true };
  const wanted = asked ?? budgetOfEffort(effort ?? "medium");
  // Thinking counts against the output limit; a fifth is left for the answer.
  const room = maxOutputTokens === undefined ? most : Math.min(most, Math.floor(maxOutputTokens * 0.8));
  const sent = Math.max(fewest, Math.min(wanted, room));
  if (asked === undefined)
    notes.push({ field: "reasoning.effort", action: "emulated", why: `this model takes a budget: ${sent} tokens` });
  else if (sent !== asked)
    notes.push({
      field: "reasoning.max_tokens",
      action: "clamped",
      why: `sent as ${sent}: what this model takes here`,
    });
  return { thinkingBudget: sent, includeThoughts: true };
}
