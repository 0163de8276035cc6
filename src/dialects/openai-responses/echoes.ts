// What clients of the Responses dialect send along without asking for anything: ids and states of items that an earlier
// answer gave, defaults, wishes that are always fulfilled. None of it is a loss where another dialect has no word for it.
import { isArray, isObject, type Json, text } from "../../canonical/json.js";
import type { Request } from "../../canonical/request.js";
import { type Extra, setExtra } from "../extra.js";

const itemEcho = /^input\[\d+\]\.(?:id|status|phase|namespace|format|content\[\d+\]\.(?:annotations|logprobs))$/;

type IsIdle = ((value: Json) => boolean) | undefined;

/** With a value: where the field has it. Without: whatever it says. */
const idle: ReadonlyMap<string, IsIdle> = new Map<string, IsIdle>([
  // The gateway itself acts on these.
  ["models", undefined],
  ["route", undefined],
  ["trunkline", undefined],
  ["session_id", undefined],
  ["usage", undefined],
  // Nothing is stored, whatever is asked.
  ["store", undefined],
  // Padding that hides the length of tokens carries nothing.
  ["stream_options", undefined],
  // Reasoning is shown where the provider shows any.
  ["reasoning.summary", undefined],
  ["reasoning.generate_summary", undefined],
  // It is refused where it is true.
  ["background", undefined],
  ["truncation", (value) => value === "disabled"],
  ["top_logprobs", (value) => value === 0],
  ["service_tier", (value) => value === "auto" || value === "default"],
  ["include", (value) => isArray(value) && value.every((name) => name === "reasoning.encrypted_content")],
]);

/** The request as other dialects are to see it. */
export function withoutEchoes(request: Request): Request {
  const extra: Extra = {};
  const allowed = allowedTools(request.extra["tool_choice.tools"]);
  for (const [field, value] of Object.entries(request.extra)) {
    if (itemEcho.test(field) || (allowed !== undefined && field === "tool_choice.tools")) continue;
    if (idle.has(field) && (idle.get(field)?.(value) ?? true)) continue;
    // Chat's name for it.
    setExtra(extra, field === "text.verbosity" ? "verbosity" : field, value);
  }
  const tools = allowed === undefined ? request.tools : request.tools.filter(({ name }) => allowed.has(name));
  return { ...request, tools, extra };
}

/** Names of the tools that `allowed_tools` leaves; undefined where it names others than functions, or none. */
function allowedTools(tools: Json | undefined): ReadonlySet<string> | undefined {
  if (!isArray(tools) || tools.length === 0) return undefined;
  const names = tools.map((tool) => (isObject(tool) && tool.type === "function" ? text(tool.name) : undefined));
  const known = names.filter((name) => name !== undefined);
  return known.length === names.length ? new Set(known) : undefined;
}
