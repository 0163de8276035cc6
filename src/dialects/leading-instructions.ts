// System messages that lead a conversation are its instructions.
import type { Request, Turn } from "../canonical/request.js";

/** For dialects whose system messages stand among the others. One that holds more than text stays where it is. */
export function leadingInstructions(turns: readonly Turn[]): Pick<Request, "instructions" | "turns"> {
  const leading = turns.findIndex(({ role, parts }) => role !== "system" || parts.some(({ type }) => type !== "text"));
  const lead = leading === -1 ? turns.length : leading;
  const instructions = turns.slice(0, lead).flatMap(({ parts }) => parts.filter((part) => part.type === "text"));
  return { instructions, turns: turns.slice(lead) };
}
