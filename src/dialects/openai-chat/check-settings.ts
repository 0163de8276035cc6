// Checks everything of a chat request but model and messages. Null counts as not set; unknown fields pass.
import type { TrunklineError } from "../../canonical/error.js";
import { isArray, isObject, type Json, type JsonObject } from "../../canonical/json.js";
import { kindOf, quote, refuse } from "./refuse.js";

const maxTools = 5000;
const maxStops = 4;
const maxChoices = 128;

type Check = (value: Json, param: string) => void;

const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["stream", isBoolean],
  ["logprobs", isBoolean],
  ["parallel_tool_calls", isBoolean],
  ["include_reasoning", isBoolean],
  ["temperature", isNumber],
  ["top_p", isNumber],
  ["top_k", isNumber],
  ["min_p", isNumber],
  ["top_a", isNumber],
  ["repetition_penalty", isNumber],
  ["frequency_penalty", isNumber],
  ["presence_penalty", isNumber],
  ["seed", isNumber],
  ["max_tokens", isPositive],
  ["max_completion_tokens", isPositive],
  ["n", isChoices],
  ["stop", isStop],
  ["user", isString],
  ["reasoning_effort", isString],
  ["reasoning", isAnObject],
  ["stream_options", isAnObject],
  ["response_format", isTyped],
  ["metadata", isAnObject],
  ["logit_bias", isAnObject],
  ["provider", isAnObject],
  ["tools", isTools],
  ["tool_choice", isToolChoice],
]);

export function checkSettings(body: JsonObject): void {
  // By what was sent, not by what might be: most requests carry few of these.
  for (const param in body) {
    const value = body[param];
    if (value !== undefined && value !== null) checks.get(param)?.(value, param);
  }
}

function wrongType(param: string, expected: string, value: unknown): TrunklineError {
  return refuse(param, `Invalid type for '${param}': expected ${expected}, but got ${kindOf(value)} instead.`);
}

function isBoolean(value: Json, param: string): void {
  if (typeof value !== "boolean") throw wrongType(param, "a boolean", value);
}

function isNumber(value: Json, param: string): void {
  if (typeof value !== "number") throw wrongType(param, "a number", value);
}

function isString(value: Json, param: string): void {
  if (typeof value !== "string") throw wrongType(param, "a string", value);
}

function isAnObject(value: Json, param: string): void {
  if (!isObject(value)) throw wrongType(param, "an object", value);
}

function isPositive(value: Json, param: string): void {
  if (typeof value !== "number") throw wrongType(param, "an integer", value);
  if (!Number.isInteger(value) || value < 1)
    throw refuse(param, `Invalid '${param}': expected a whole number of at least 1.`);
}

function isChoices(value: Json, param: string): void {
  isPositive(value, param);
  if (typeof value === "number" && value > maxChoices)
    throw refuse(param, `Invalid '${param}': expected a whole number from 1 to ${maxChoices}.`);
}

function isStop(value: Json, param: string): void {
  if (typeof value === "string") return;
  if (!isArray(value) || !value.every((stop) => typeof stop === "string"))
    throw wrongType(param, "a string or an array of strings", value);
  if (value.length > maxStops)
    throw refuse(param, `Invalid '${param}': ${value.length} stop sequences, at most ${maxStops} are taken.`);
}

function isTyped(value: Json, param: string): void {
  if (!isObject(value)) throw wrongType(param, "an object", value);
  if (typeof value.type !== "string") throw refuse(`${param}.type`, `Missing required parameter: '${param}.type'.`);
  if (value.type !== "json_schema") return;
  if (!isObject(value.json_schema))
    throw refuse(`${param}.json_schema`, `Missing required parameter: '${param}.json_schema'.`);
}

function isTools(value: Json, param: string): void {
  if (!isArray(value)) throw wrongType(param, "an array of objects", value);
  if (value.length > maxTools)
    throw refuse(param, `Invalid '${param}': ${value.length} tools, at most ${maxTools} are taken.`);
  for (const [index, tool] of value.entries()) {
    const at = `${param}[${index}]`;
    if (!isObject(tool)) throw wrongType(at, "an object", tool);
    // Mistral's clients leave the type out where it can only be a function.
    const type = tool.type ?? (isObject(tool.function) ? "function" : undefined);
    if (typeof type !== "string") throw refuse(`${at}.type`, `Missing required parameter: '${at}.type'.`);
    if (type !== "function") continue;
    if (!isObject(tool.function)) throw refuse(`${at}.function`, `Missing required parameter: '${at}.function'.`);
    const { name, parameters } = tool.function;
    if (typeof name !== "string" || name === "")
      throw refuse(`${at}.function.name`, `Missing required parameter: '${at}.function.name'.`);
    if (parameters !== undefined && parameters !== null) isAnObject(parameters, `${at}.function.parameters`);
  }
}

function isToolChoice(value: Json, param: string): void {
  if (typeof value === "string") {
    if (!["none", "auto", "required", "any"].includes(value))
      throw refuse(param, `Invalid value: ${quote(value)}. Supported values are: 'none', 'auto', and 'required'.`);
    return;
  }
  if (!isObject(value)) throw wrongType(param, "a string or an object", value);
  if (typeof value.type !== "string") throw refuse(`${param}.type`, `Missing required parameter: '${param}.type'.`);
  if (value.type === "function" && !(isObject(value.function) && typeof value.function.name === "string"))
    throw refuse(`${param}.function.name`, `Missing required parameter: '${param}.function.name'.`);
}
