// One wire message as canonical turns, for dialects that put tool results into the user's messages.
import type { Part, ToolResultPart, Turn } from "../canonical/request.js";

/** The tool results are a turn of their own, first: they answer the turn before. */
export function turnsOf(role: "user" | "assistant" | "system", parts: readonly Part[]): Turn[] {
  if (role !== "user") return [{ role, parts }];
  const results = parts.filter((part): part is ToolResultPart => part.type === "tool-result");
  if (results.length === 0) return [{ role, parts }];
  const rest = parts.filter(({ type }) => type !== "tool-result");
  const tool: Turn = { role: "tool", parts: results };
  return rest.length === 0 ? [tool] : [tool, { role, parts: rest }];
}
