// What makes reasoning fit to be handed back: OpenAI's dialect has one field for it, `encrypted_content`, and its clients
// keep no other. A signature (Claude's, Gemini's) travels in that field, marked as such.
import { isObject, type Json, type JsonObject, text } from "../../canonical/json.js";
import type { ReasoningPart } from "../../canonical/request.js";

const mark = "trunkline-signature.";

export function writeSeal(signature: string | undefined, encrypted: string | undefined): JsonObject {
  if (encrypted !== undefined) return { encrypted_content: encrypted };
  return signature === undefined ? {} : { encrypted_content: mark + signature };
}

export function readSeal(content: string | undefined): Pick<ReasoningPart, "signature" | "encrypted"> {
  if (content === undefined) return {};
  return content.startsWith(mark) ? { signature: content.slice(mark.length) } : { encrypted: content };
}

/** Whether an input item is reasoning with a signature that was given in this field. */
export function isSigned(item: Json | undefined): boolean {
  return isObject(item) && item.type === "reasoning" && text(item.encrypted_content)?.startsWith(mark) === true;
}
