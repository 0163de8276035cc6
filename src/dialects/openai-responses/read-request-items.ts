// Input items of the Responses dialect as canonical turns: what the model made in a row is one turn.
import type { Part, ReasoningPart, Turn } from "../../canonical/request.js";
import type { Fields } from "../body-fields.js";
import type { Extra } from "../extra.js";
import { readContent } from "./read-request-content.js";
import { readSeal } from "./seal.js";

const turnRoles = { user: "user", assistant: "assistant", system: "system", developer: "system" } as const;

/** An item that canonical has no word for (searches, references, approvals) is kept whole. */
export function readItems(items: readonly Fields[], extra: Extra): Turn[] {
  const turns: { role: Turn["role"]; parts: Part[] }[] = [];
  for (const item of items) {
    const turn = readItem(item, extra);
    if (turn === undefined) continue;
    const last = turns.at(-1);
    if (turn.role === "assistant" && last?.role === "assistant") for (const part of turn.parts) last.parts.push(part);
    else turns.push({ role: turn.role, parts: [...turn.parts] });
  }
  return turns;
}

function readItem(item: Fields, extra: Extra): Turn | undefined {
  const turn = readKnownItem(item, item.text("type") ?? "message", extra);
  if (turn === undefined) item.keepWhole(extra);
  else item.keepRest(extra);
  return turn;
}

function readKnownItem(item: Fields, type: string, extra: Extra): Turn | undefined {
  switch (type) {
    case "message": {
      const role = item.word("role", ["user", "assistant", "system", "developer"]);
      return { role: turnRoles[role], parts: readContent(item, "content", extra) };
    }
    case "function_call":
      return assistant(readCall(item, item.requiredText("arguments")));
    case "custom_tool_call":
      // A custom tool takes free text; other dialects know only JSON arguments.
      return assistant(readCall(item, JSON.stringify({ input: item.requiredText("input") })));
    case "function_call_output":
    case "custom_tool_call_output": {
      const callId = item.requiredText("call_id");
      const content = readContent(item, "output", extra);
      return { role: "tool", parts: [{ type: "tool-result", callId, content, isError: false }] };
    }
    case "reasoning":
      return assistant(readReasoning(item, extra));
    default:
      return undefined;
  }
}

function assistant(part: Part): Turn {
  return { role: "assistant", parts: [part] };
}

function readCall(item: Fields, argumentsJson: string): Part {
  return { type: "tool-call", id: item.requiredText("call_id"), name: item.requiredName("name"), argumentsJson };
}

/** What was thought, where it is given; else its summary. */
function readReasoning(item: Fields, extra: Extra): ReasoningPart {
  const thought = readTexts(item, "content", "reasoning_text", extra);
  const summary = readTexts(item, "summary", "summary_text", extra);
  if (thought !== "" && summary !== "") item.keep("summary", extra);
  const seal = readSeal(item.text("encrypted_content"));
  const signature = item.text("signature");
  return {
    type: "reasoning",
    text: thought === "" ? summary : thought,
    ...(signature !== undefined && { signature }),
    ...seal,
  };
}

function readTexts(item: Fields, field: string, type: string, extra: Extra): string {
  const texts = item.each(field).flatMap((part) => {
    if (part.requiredText("type") !== type) {
      part.keepWhole(extra);
      return [];
    }
    const text = part.requiredText("text");
    part.keepRest(extra);
    return [text];
  });
  return texts.join("\n\n");
}
