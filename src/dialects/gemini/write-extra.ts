// What a client sent in Gemini's own words and canonical has no name for, back in its place. Kept by path: see read-request.ts.
import { isArray, isObject, type Json, type JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";

export interface WrittenExtra {
  /** Members of the body. */
  readonly body: JsonObject;
  readonly generationConfig: JsonObject;
  readonly thinkingConfig: JsonObject;
  readonly toolConfig: JsonObject;
  readonly functionCallingConfig: JsonObject;
  /** The provider's own tools, each a tool of its own. */
  readonly tools: readonly JsonObject[];
}

const ownFields = new Set(["safetySettings", "safety_settings", "cachedContent", "cached_content"]);
const config = /^(?:generationConfig|generation_config)\.(\w+)$/;
const thinking = /^(?:generationConfig|generation_config)\.(?:thinkingConfig|thinking_config)\.(\w+)$/;
const calling = /^(?:toolConfig|tool_config)\.(?:functionCallingConfig|function_calling_config)\.(\w+)$/;
const toolSetting = /^(?:toolConfig|tool_config)\.(\w+)$/;
const ownTool = /^tools(?:\[\d+\])?\.(\w+)$/;

/** Everything else is named as dropped. */
export function writeExtra(extra: { readonly [field: string]: Json }, notes: ReceiptNote[]): WrittenExtra {
  const body: Growing = {};
  const generationConfig: Growing = {};
  const thinkingConfig: Growing = {};
  const toolConfig: Growing = {};
  const functionCallingConfig: Growing = {};
  const tools: JsonObject[] = [];
  const places: readonly (readonly [RegExp, Growing])[] = [
    [thinking, thinkingConfig],
    [config, generationConfig],
    [calling, functionCallingConfig],
    [toolSetting, toolConfig],
  ];
  for (const [field, value] of Object.entries(extra)) {
    const place = places.find(([path]) => path.test(field));
    const tool = ownTool.exec(field)?.[1];
    if (ownFields.has(field)) set(body, field, value);
    else if (place !== undefined) set(place[1], place[0].exec(field)?.[1] ?? field, value);
    else if (tool !== undefined && (isObject(value) || isArray(value))) tools.push({ [tool]: value });
    else notes.push({ field, action: "dropped", why: "this API has no such parameter" });
  }
  return { body, generationConfig, thinkingConfig, toolConfig, functionCallingConfig, tools };
}

type Growing = { [field: string]: Json };

/** Defined, not assigned: a field named `__proto__` is plain data. */
function set(object: Growing, field: string, value: Json): void {
  Object.defineProperty(object, field, { value, enumerable: true, configurable: true, writable: true });
}
