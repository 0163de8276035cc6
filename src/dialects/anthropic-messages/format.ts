// Output as JSON: by schema where the model keeps to one, else by asking for it.
import { isArray, isObject, type Json, type JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type { OutputFormat } from "../../canonical/request.js";
import type { Generation } from "./generation.js";

export interface WrittenFormat {
  readonly format?: JsonObject;
  /** To be added to the instructions. */
  readonly instruction?: string;
}

export function writeFormat(
  format: OutputFormat | undefined,
  generation: Generation,
  notes: ReceiptNote[],
): WrittenFormat {
  if (format === undefined || format.type === "text") return {};
  if (format.type === "json-schema" && generation.schemas) {
    const schema = closed(format.schema);
    if (JSON.stringify(schema) !== JSON.stringify(format.schema))
      notes.push({ field: "response_format", action: "clamped", why: "this API demands additionalProperties: false" });
    return { format: { type: "json_schema", schema } };
  }
  notes.push({ field: "response_format", action: "emulated", why: "asked for in the instructions" });
  const wish = "Answer with one JSON object and nothing else: no explanation, no code fence.";
  if (format.type !== "json-schema") return { instruction: wish };
  return { instruction: `${wish} It must match this schema: ${JSON.stringify(format.schema)}` };
}

/** Every object of the schema says that it has no further members. */
export function closed(schema: JsonObject): JsonObject {
  const result = closeValue(schema);
  return isObject(result) ? result : schema;
}

function closeValue(value: Json | undefined): Json | undefined {
  if (isArray(value)) return value.map((item) => closeValue(item) ?? null);
  if (!isObject(value)) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, closeValue(member)]));
  return inner.type === "object" && isObject(inner.properties) && inner.additionalProperties === undefined
    ? { ...inner, additionalProperties: false }
    : inner;
}
