// How much Claude thinks: an effort or a budget, as the model's generation takes it.
import type { JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type { Request } from "../../canonical/request.js";
import { budgetOfEffort, effortOfBudget } from "../effort.js";
import type { Generation } from "./generation.js";

export interface Thinking {
  readonly thinking?: JsonObject;
  readonly effort?: string;
  /** True where the model will think: then it takes no sampling parameters. */
  readonly isOn: boolean;
}

const off: Thinking = { isOn: false };
/** The API refuses less. */
const leastBudgetTokens = 1024;

export function writeThinking(
  request: Request,
  generation: Generation,
  maxTokens: number,
  notes: ReceiptNote[],
): Thinking {
  const { reasoning, toolChoice } = request;
  if (reasoning === undefined) return off;
  const drop = (why: string): Thinking => {
    notes.push({ field: "reasoning", action: "dropped", why });
    return off;
  };
  if (reasoning.enabled === false || reasoning.effort === "none")
    return generation.adaptive ? { thinking: { type: "disabled" }, isOn: false } : off;
  if (toolChoice?.type === "required" || toolChoice?.type === "named")
    return drop("Claude cannot think where a tool call is forced");
  if (generation.adaptive && (reasoning.budgetTokens === undefined || !generation.budget))
    return adaptive(request, generation, notes);
  if (!thinkingMayGoOn(request)) return drop("the tool calls in the conversation came without signed reasoning");
  const wanted = Math.max(leastBudgetTokens, reasoning.budgetTokens ?? budgetOfEffort(reasoning.effort ?? "medium"));
  if (maxTokens <= leastBudgetTokens) return drop(`thinking takes more than ${maxTokens} output tokens`);
  // The limit was promised to whoever pays, so thinking gives way; a fifth is left for the answer.
  const room =
    reasoning.budgetTokens === undefined ? Math.max(leastBudgetTokens, Math.floor(maxTokens * 0.8)) : maxTokens - 1;
  if (wanted > room)
    notes.push({ field: "reasoning", action: "clamped", why: `${room} tokens of ${wanted}: below the output limit` });
  return { thinking: { type: "enabled", budget_tokens: Math.min(wanted, room) }, isOn: true };
}

function adaptive({ reasoning }: Request, generation: Generation, notes: ReceiptNote[]): Thinking {
  // Newer models hide their thinking unless they are asked to summarize it.
  const thinking = { type: "adaptive", display: "summarized" };
  if (reasoning?.budgetTokens !== undefined && reasoning.effort === undefined) {
    notes.push({ field: "reasoning.max_tokens", action: "emulated", why: "this model takes an effort, not a budget" });
    return { thinking, effort: effortOfBudget(reasoning.budgetTokens).replace("minimal", "low"), isOn: true };
  }
  if (reasoning?.effort === undefined) return { thinking, isOn: true };
  const effort = effortWord(reasoning.effort, generation);
  if (effort !== reasoning.effort)
    notes.push({
      field: "reasoning.effort",
      action: "clamped",
      why: `sent as ${effort}, the nearest this model knows`,
    });
  return { thinking, effort, isOn: true };
}

function effortWord(effort: string, generation: Generation): string {
  if (effort === "low" || effort === "medium" || effort === "high") return effort;
  if (effort === "minimal") return "low";
  return generation.highestEffort && (effort === "xhigh" || effort === "max") ? effort : "high";
}

/** Within a tool loop, thinking goes on only where the loop's first answer has its thinking signed. */
function thinkingMayGoOn({ turns }: Request): boolean {
  const last = turns.findLastIndex(({ role }) => role === "assistant");
  const inLoop = turns.slice(last + 1).some(({ parts }) => parts.some(({ type }) => type === "tool-result"));
  if (last === -1 || !inLoop) return true;
  return (turns[last]?.parts ?? []).some(
    (part) => part.type === "reasoning" && (part.signature !== undefined || part.encrypted !== undefined),
  );
}
