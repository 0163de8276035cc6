// A tool in OpenAI's shape, `{type: "function", function: {…}}`, which other dialects took over.
import type { Tool } from "../canonical/request.js";
import type { Fields } from "./body-fields.js";
import type { Extra } from "./extra.js";

/** A tool of another type is the provider's own: it is kept whole. */
export function readFunctionTool(tool: Fields, extra: Extra): Tool[] {
  if (tool.requiredText("type") !== "function") {
    tool.keepWhole(extra);
    return [];
  }
  const described = tool.requiredFields("function");
  tool.keepRest(extra);
  return [readFunction(described, extra)];
}

/** Name, description, parameters and strictness, wherever they stand. */
export function readFunction(described: Fields, extra: Extra): Tool {
  const name = described.requiredName("name");
  const description = described.text("description");
  const parameters = described.object("parameters");
  const strict = described.flag("strict");
  described.keepRest(extra);
  return {
    name,
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parameters }),
    ...(strict !== undefined && { strict }),
  };
}
