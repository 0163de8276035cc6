// What every relay changes of a request's body, as edits by field; undefined takes a field out.
import { isArray, isObject, type Json, type JsonObject } from "../canonical/json.js";
import type { ReceiptNote } from "../canonical/receipt.js";
import type { UpstreamTarget } from "./dialect.js";

export type FieldEdits = Map<string, string | undefined>;

/** The provider's model, the gateway's own field, and whether the answer is streamed. */
export function targetEdits(body: JsonObject, target: UpstreamTarget): FieldEdits {
  const edits: FieldEdits = new Map();
  if (body.model !== target.model) edits.set("model", JSON.stringify(target.model));
  if (body.trunkline !== undefined) edits.set("trunkline", undefined);
  if (target.stream !== (body.stream === true)) edits.set("stream", String(target.stream));
  return edits;
}

/** @param fields with a reason: leaving it out changes the answer. Without: the gateway itself acts on it. */
export function leaveOutFields(
  fields: ReadonlyMap<string, string | undefined>,
  body: JsonObject,
  edits: FieldEdits,
  notes: ReceiptNote[],
): void {
  for (const [field, why] of fields) {
    const value = body[field];
    if (value === undefined) continue;
    edits.set(field, undefined);
    if (why !== undefined && !isEmpty(value)) notes.push({ field, action: "dropped", why });
  }
}

function isEmpty(value: Json): boolean {
  if (value === null) return true;
  if (isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}
