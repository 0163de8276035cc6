// Gemini's Schema, a subset of OpenAPI 3.0 with names in capitals, as JSON schema.
// Source: https://ai.google.dev/api/caching#Schema
import { isArray, isObject, type Json, type JsonObject } from "../../canonical/json.js";

const types: ReadonlyMap<Json | undefined, string> = new Map(
  ["string", "number", "integer", "boolean", "array", "object", "null"].map((type) => [type.toUpperCase(), type]),
);
/** Whole numbers that Protobuf's JSON writes as strings. */
const counts = new Set(["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"]);
/** `any_of` and the like: Protobuf's other spelling. */
const camel = (name: string) => name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
const spelled = new Set([...counts, "anyOf", "propertyOrdering"]);

/** What JSON schema has in the same words stays as it is, and so does what is unknown. */
export function readSchema(schema: JsonObject): JsonObject {
  const read: { [name: string]: Json } = {};
  for (const [given, value] of Object.entries(schema)) {
    if (value === undefined || given === "nullable") continue;
    const name = spelled.has(camel(given)) ? camel(given) : given;
    set(read, name, readKeyword(name, value));
  }
  if (schema.nullable !== true) return read;
  const { type } = read;
  if (typeof type === "string") return { ...read, type: [type, "null"] };
  return isArray(read.anyOf) ? { ...read, anyOf: [...read.anyOf, { type: "null" }] } : read;
}

function readKeyword(name: string, value: Json): Json {
  switch (name) {
    case "type":
      return types.get(value) ?? value;
    case "items":
      return isObject(value) ? readSchema(value) : value;
    case "anyOf":
      return isArray(value) ? value.map((inner) => (isObject(inner) ? readSchema(inner) : inner)) : value;
    case "properties":
      return isObject(value) ? readProperties(value) : value;
    default:
      return counts.has(name) && typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  }
}

function readProperties(properties: JsonObject): JsonObject {
  const read: { [name: string]: Json } = {};
  for (const [name, value] of Object.entries(properties))
    if (value !== undefined) set(read, name, isObject(value) ? readSchema(value) : value);
  return read;
}

/** Defined, not assigned: a property named `__proto__` is plain data. */
function set(read: { [name: string]: Json }, name: string, value: Json): void {
  Object.defineProperty(read, name, { value, enumerable: true, configurable: true, writable: true });
}
