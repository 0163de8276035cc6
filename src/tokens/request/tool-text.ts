// Tool definitions in the words in which a model reads them: TypeScript types, as OpenAI writes them, or JSON.
import { isArray, isObject, type Json, type JsonObject } from "../../canonical/json.js";
import type { Tool } from "../../canonical/request.js";
import type { ToolRules } from "./rules.js";

/** Deeper schemas than any that is written by hand end in `any`. */
const deepest = 32;

/** One text for all tools, or one for each. */
export function* toolTexts(tools: readonly Tool[], style: ToolRules["style"]): Generator<string> {
  if (tools.length === 0) return;
  if (style === "typescript") yield namespace(tools);
  else for (const tool of tools) yield json(tool);
}

function json({ name, description, parameters }: Tool): string {
  return JSON.stringify({ name, description, parameters: parameters ?? { type: "object", properties: {} } });
}

/**
 * The namespace of the harmony format, https://github.com/openai/harmony/blob/main/docs/format.md. Older models of OpenAI
 * read the same: with it the examples of https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken (101 and
 * 105 tokens) come out, and nested schemas, defaults and long descriptions closer than by the sums of that recipe.
 */
function namespace(tools: readonly Tool[]): string {
  const lines = ["namespace functions {", ""];
  for (const { name, description, parameters } of tools) {
    if (description !== undefined && description !== "") lines.push(`// ${description}`);
    const members = parameters === undefined ? "" : memberLines(parameters, 0);
    lines.push(members === "" ? `type ${name} = () => any;` : `type ${name} = (_: {\n${members}\n}) => any;`, "");
  }
  lines.push("} // namespace functions");
  return lines.join("\n");
}

function memberLines(schema: JsonObject, depth: number): string {
  if (!isObject(schema.properties)) return "";
  const required = new Set(isArray(schema.required) ? schema.required : []);
  const lines: string[] = [];
  for (const [name, member] of Object.entries(schema.properties)) {
    const described = isObject(member) ? member : {};
    if (typeof described.description === "string") lines.push(`// ${described.description}`);
    const fallback = described.default === undefined ? "" : ` // default: ${JSON.stringify(described.default)}`;
    lines.push(`${name}${required.has(name) ? "" : "?"}: ${typeOf(described, depth + 1)},${fallback}`);
  }
  return lines.join("\n");
}

function typeOf(schema: Json | undefined, depth: number): string {
  if (!isObject(schema) || depth > deepest) return "any";
  if (isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (isArray(choices)) return choices.map((choice) => typeOf(choice, depth + 1)).join(" | ");
  // Each once: a list of `object` and `object` would double the work at every level.
  if (isArray(schema.type))
    return [...new Set(schema.type)].map((type) => named(String(type), schema, depth)).join(" | ");
  return named(typeof schema.type === "string" ? schema.type : "any", schema, depth);
}

function named(type: string, schema: JsonObject, depth: number): string {
  switch (type) {
    case "integer":
      return "number";
    case "array":
      return `${typeOf(schema.items, depth + 1)}[]`;
    case "object": {
      const members = memberLines(schema, depth);
      return members === "" ? "object" : `{\n${members}\n}`;
    }
    default:
      return type;
  }
}
