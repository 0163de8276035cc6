// Writes a canonical request for a provider's Responses API, with a receipt of what it cannot say.
// Source: https://platform.openai.com/docs/api-reference/responses/create
import { Buffer } from "node:buffer";
import type { Json, JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type { OutputFormat, Request, Tool } from "../../canonical/request.js";
import type { UpstreamRequest, UpstreamTarget } from "../dialect.js";
import { effortOfBudget } from "../effort.js";
import { writeItems } from "./write-items.js";

/** What canonical does not name and this dialect does, by the name that clients of other dialects have for it. */
const known = new Set(["prompt_cache_key", "prompt_cache_retention", "safety_identifier", "service_tier"]);

export function writeRequest(request: Request, target: UpstreamTarget): UpstreamRequest {
  const notes: ReceiptNote[] = [];
  const { toolChoice } = request;
  const instructions = request.instructions.map(({ text }) => text).join("\n\n");
  const items = writeItems(request, notes);
  const body: JsonObject = {
    model: target.model,
    ...(instructions !== "" && items.length > 0 && { instructions }),
    // There must be something to answer.
    input: items.length > 0 ? items : [{ role: "system", content: instructions }],
    ...(target.stream && { stream: true }),
    // Nothing that goes through a gateway is to be kept on the other side without being asked for.
    store: false,
    ...(request.tools.length > 0 && { tools: request.tools.map(writeTool) }),
    ...(toolChoice !== undefined && {
      tool_choice: toolChoice.type === "named" ? { type: "function", name: toolChoice.name } : toolChoice.type,
    }),
    ...(request.parallelToolCalls !== undefined && { parallel_tool_calls: request.parallelToolCalls }),
    ...writeText(request),
    ...(request.maxOutputTokens !== undefined && { max_output_tokens: request.maxOutputTokens }),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(request.topP !== undefined && { top_p: request.topP }),
    ...(request.user !== undefined && { user: request.user }),
    ...(request.metadata !== undefined && { metadata: request.metadata }),
    ...writeReasoning(request, notes),
    ...writeExtra(request, notes),
  };
  noteLosses(request, notes);
  return { path: "/responses", headers: {}, body: Buffer.from(JSON.stringify(body)), notes };
}

/** Strictness is said in any case: this dialect's default is other than Chat's. */
function writeTool({ name, description, parameters, strict }: Tool): JsonObject {
  return {
    type: "function",
    name,
    ...(description !== undefined && { description }),
    parameters: parameters ?? { type: "object", properties: {} },
    strict: strict ?? false,
  };
}

function writeText({ format, extra }: Request): JsonObject {
  const verbosity = extra.verbosity;
  if (format === undefined && verbosity === undefined) return {};
  return {
    text: {
      ...(format !== undefined && { format: writeFormat(format) }),
      ...(verbosity !== undefined && { verbosity }),
    },
  };
}

function writeFormat(format: OutputFormat): JsonObject {
  if (format.type !== "json-schema") return { type: format.type === "json" ? "json_object" : "text" };
  const { name, schema, strict } = format;
  return { type: "json_schema", name, schema, strict };
}

function writeReasoning({ reasoning }: Request, notes: ReceiptNote[]): JsonObject {
  if (reasoning === undefined) return {};
  const { effort, budgetTokens, enabled } = reasoning;
  const written = effort ?? (budgetTokens === undefined ? undefined : effortOfBudget(budgetTokens));
  if (effort === undefined && budgetTokens !== undefined)
    notes.push({ field: "reasoning.max_tokens", action: "emulated", why: `sent as the effort ${written}` });
  if (written === undefined && enabled === false) {
    notes.push({ field: "reasoning.enabled", action: "dropped", why: "this API has no switch for it" });
    return {};
  }
  if (written === undefined)
    notes.push({ field: "reasoning.enabled", action: "emulated", why: "sent as the effort medium" });
  if (written === "none") return { reasoning: { effort: written } };
  // Without a store the model's reasoning comes back to it only in encrypted form.
  return { reasoning: { effort: written ?? "medium" }, include: ["reasoning.encrypted_content"] };
}

function writeExtra({ extra }: Request, notes: ReceiptNote[]): JsonObject {
  const body: { [field: string]: Json } = {};
  for (const [field, value] of Object.entries(extra)) {
    if (known.has(field)) body[field] = value;
    // Nothing is stored unless the client asks for it; verbosity stands with the format.
    else if (field !== "verbosity" && !(field === "store" && value === false)) notes.push(loss(field));
  }
  return body;
}

function loss(field: string): ReceiptNote {
  return { field, action: "dropped", why: "this API has no such parameter" };
}

function noteLosses(request: Request, notes: ReceiptNote[]): void {
  if (request.stop !== undefined && request.stop.length > 0) notes.push(loss("stop"));
  if (request.seed !== undefined) notes.push(loss("seed"));
  if (request.topK !== undefined) notes.push(loss("top_k"));
  if (request.frequencyPenalty !== undefined && request.frequencyPenalty !== 0) notes.push(loss("frequency_penalty"));
  if (request.presencePenalty !== undefined && request.presencePenalty !== 0) notes.push(loss("presence_penalty"));
  if (request.choices !== undefined && request.choices > 1) notes.push(loss("n"));
}
