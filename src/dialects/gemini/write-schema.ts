// A JSON schema in the part of JSON schema that Gemini takes. What else stands in it would be refused, so it is left out and
// named. Source: https://ai.google.dev/api/generate-content#FIELDS.response_json_schema
import { isArray, isObject, type Json, type JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";

const taken = new Set([
  "$id",
  "$defs",
  "$ref",
  "$anchor",
  "type",
  "format",
  "title",
  "description",
  "enum",
  "items",
  "prefixItems",
  "minItems",
  "maxItems",
  "minimum",
  "maximum",
  "anyOf",
  "oneOf",
  "properties",
  "additionalProperties",
  "required",
  "propertyOrdering",
]);
/** They say nothing to a model: nobody misses them. */
const remarks = new Set(["$schema", "$comment"]);
/** Members whose values are schemas by name. */
const maps = new Set(["properties", "$defs"]);
const mostNamed = 5;

/** Linear in the schema. Its depth is bounded by that of the body. */
export function writeSchema(schema: JsonObject, field: string, notes: ReceiptNote[]): JsonObject {
  const dropped = new Set<string>();
  const written = writeObject(schema, dropped);
  if (dropped.size === 0) return written;
  const named = [...dropped].slice(0, mostNamed).map((word) => word.slice(0, 40));
  const more = dropped.size > mostNamed ? ` and ${dropped.size - mostNamed} more` : "";
  notes.push({ field, action: "clamped", why: `Gemini's schemas do not know ${named.join(", ")}${more}` });
  return written;
}

function writeObject(schema: JsonObject, dropped: Set<string>): JsonObject {
  const written: { [keyword: string]: Json } = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (value === undefined) continue;
    // Older drafts' names, and what one value says as well as a list of one.
    if (keyword === "definitions") set(written, "$defs", writeValue("$defs", value, dropped));
    else if (keyword === "const") set(written, "enum", [value]);
    else if (keyword === "$ref" && typeof value === "string")
      written.$ref = value.replace("#/definitions/", "#/$defs/");
    else if (taken.has(keyword)) set(written, keyword, writeValue(keyword, value, dropped));
    else if (!remarks.has(keyword)) dropped.add(keyword);
  }
  return written;
}

function writeValue(keyword: string, value: Json, dropped: Set<string>): Json {
  if (keyword === "enum" || keyword === "required" || keyword === "propertyOrdering") return value;
  if (isArray(value)) return value.map((item) => (isObject(item) ? writeObject(item, dropped) : item));
  if (!isObject(value)) return value;
  if (!maps.has(keyword)) return writeObject(value, dropped);
  const written: { [name: string]: Json } = {};
  for (const [name, inner] of Object.entries(value))
    if (inner !== undefined) set(written, name, isObject(inner) ? writeObject(inner, dropped) : inner);
  return written;
}

/** Defined, not assigned: a property named `__proto__` is plain data. */
function set(written: { [name: string]: Json }, name: string, value: Json): void {
  Object.defineProperty(written, name, { value, enumerable: true, configurable: true, writable: true });
}
