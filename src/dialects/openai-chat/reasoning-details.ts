// `reasoning_details`: OpenRouter's list that carries reasoning with its signature or in encrypted form.
import { isArray, isObject, type Json, type JsonObject, number, text } from "../../canonical/json.js";
import type { ReasoningPart } from "../../canonical/request.js";

export function writeDetail(part: ReasoningPart, index: number): JsonObject {
  if (part.encrypted !== undefined)
    return { type: "reasoning.encrypted", data: part.encrypted, format: "unknown", index };
  return {
    type: "reasoning.text",
    text: part.text,
    ...(part.signature !== undefined && { signature: part.signature }),
    // Signed reasoning is Anthropic's; clients drop items whose format they do not know.
    format: part.signature === undefined ? "unknown" : "anthropic-claude-v1",
    index,
  };
}

/** Clients send the fragments of a stream back as they came: those of one index are one part. */
export function readDetails(details: Json | undefined): ReasoningPart[] {
  const parts: (ReasoningPart & { readonly at: number | undefined })[] = [];
  for (const detail of isArray(details) ? details : []) {
    const part = isObject(detail) ? readDetail(detail) : undefined;
    if (part === undefined || !isObject(detail)) continue;
    const at = number(detail.index);
    const last = parts.at(-1);
    const continues =
      last !== undefined &&
      at !== undefined &&
      last.at === at &&
      part.encrypted === undefined &&
      last.encrypted === undefined;
    if (continues) parts.splice(-1, 1, { ...last, ...part, text: last.text + part.text, at });
    else parts.push({ ...part, at });
  }
  return parts.map(({ at: _at, ...part }) => part);
}

function readDetail(detail: JsonObject): ReasoningPart | undefined {
  const signature = text(detail.signature);
  switch (detail.type) {
    case "reasoning.text":
      return {
        type: "reasoning",
        text: text(detail.text) ?? "",
        ...(signature !== undefined && signature !== "" && { signature }),
      };
    case "reasoning.summary":
      return { type: "reasoning", text: text(detail.summary) ?? "" };
    case "reasoning.encrypted":
      return { type: "reasoning", text: "", encrypted: text(detail.data) ?? "" };
    default:
      return undefined;
  }
}
