// The rules that a stream of the Responses dialect keeps, whoever wrote it: checks every event, gives the last resource.
// Source: https://platform.openai.com/docs/api-reference/responses-streaming
import { expect } from "vitest";
import { isArray, isObject, type Json, type JsonObject, parseJson } from "../src/canonical/json.js";

/** Fields that the Open Responses specification requires in each resource; null counts as present. */
export const requiredFields = [
  ...["id", "object", "created_at", "completed_at", "status", "incomplete_details", "model", "previous_response_id"],
  ...["instructions", "output", "error", "tools", "tool_choice", "truncation", "parallel_tool_calls", "text", "top_p"],
  ...["presence_penalty", "frequency_penalty", "top_logprobs", "temperature", "reasoning", "usage"],
  ...["max_output_tokens", "max_tool_calls", "store", "background", "service_tier", "metadata", "safety_identifier"],
  "prompt_cache_key",
];

export interface CheckedStream {
  readonly events: readonly JsonObject[];
  /** Of the last event; undefined where the stream is a lone error. */
  readonly resource: JsonObject | undefined;
}

/** A part of an item while it grows, by what its deltas and its end are called. */
interface Grown {
  readonly field: string;
  text: string;
}

interface Item {
  readonly id: Json | undefined;
  done: JsonObject | undefined;
  parts: number;
  openPart: boolean;
  readonly grown: Map<string, Grown>;
}

const growing: ReadonlyMap<string, string> = new Map([
  ["response.output_text", "text"],
  ["response.refusal", "refusal"],
  ["response.function_call_arguments", "arguments"],
  ["response.reasoning_summary_text", "text"],
  ["response.reasoning_text", "text"],
]);

/** Fails the test where a rule is broken. @param named whether events carry their names, as OpenAI's do. */
export function checkStream(source: string, named = true): CheckedStream {
  const frames = source.split("\n\n").filter((frame) => frame !== "" && !frame.startsWith(":"));
  expect(source.endsWith("\n\n")).toBe(true);
  if (!named) expect(frames.pop()).toBe("data: [DONE]");
  const events = frames.map((frame, index) => {
    const data = frame.slice(frame.indexOf("data: ") + 6);
    const event = parseJson(data);
    if (!isObject(event)) throw new Error(`no JSON object: ${frame}`);
    expect(event.sequence_number).toBe(index);
    expect(frame.startsWith(named ? `event: ${event.type}\ndata: ` : "data: ")).toBe(true);
    return event;
  });
  const types = events.map(({ type }) => String(type));
  if (types.length === 1 && types[0] === "error") return { events, resource: undefined };
  expect(types.slice(0, 2)).toEqual(["response.created", "response.in_progress"]);
  const isTerminal = (type: string) => /^response\.(completed|incomplete|failed)$/.test(type);
  expect(types.filter(isTerminal)).toHaveLength(1);
  expect(isTerminal(types.at(-1) ?? "")).toBe(true);
  expect(types.filter((type) => type === "error")).toHaveLength(types.at(-2) === "error" ? 1 : 0);
  if (types.includes("error")) expect(types.at(-1)).toBe("response.failed");

  const items: Item[] = [];
  for (const event of events.slice(2)) checkEvent(event, String(event.type), items);
  const last = events.at(-1)?.response;
  if (!isObject(last)) throw new Error("the last event has no response");
  for (const { response } of [events[0], events[1], events.at(-1)].filter((event) => event !== undefined))
    expect(requiredFields.filter((field) => !isObject(response) || !(field in response))).toEqual([]);
  expect(`response.${last.status}`).toBe(types.at(-1));
  const output = isArray(last.output) ? last.output : [];
  expect(output).toHaveLength(items.length);
  for (const [index, item] of items.entries()) {
    if (last.status !== "failed") expect(item.done, `item ${index} is not done`).toBeDefined();
    if (item.done !== undefined) expect(output[index]).toEqual(item.done);
  }
  return { events, resource: last };
}

function checkEvent(event: JsonObject, type: string, items: Item[]): void {
  if (type === "response.output_item.added") {
    expect(event.output_index).toBe(items.length);
    const id = isObject(event.item) ? event.item.id : undefined;
    expect(items.some((item) => item.id === id)).toBe(false);
    items.push({ id, done: undefined, parts: 0, openPart: false, grown: new Map() });
    return;
  }
  if (event.output_index === undefined) return;
  const item = items[Number(event.output_index)];
  if (item === undefined) throw new Error(`${type} is for an item that never began`);
  expect(item.done, `${type} after its item was done`).toBeUndefined();
  if (type === "response.output_item.done") {
    expect(item.openPart).toBe(false);
    if (!isObject(event.item)) throw new Error("no item");
    expect(event.item.id).toBe(item.id);
    item.done = event.item;
    return;
  }
  expect(event.item_id).toBe(item.id);
  checkPart(event, type, item);
}

function checkPart(event: JsonObject, type: string, item: Item): void {
  if (/\.(content_part|reasoning_summary_part)\.added$/.test(type)) {
    expect(item.openPart).toBe(false);
    expect(event.content_index ?? event.summary_index).toBe(item.parts++);
    item.openPart = true;
    return;
  }
  if (event.content_index !== undefined || event.summary_index !== undefined) {
    expect(item.openPart, `${type} outside a part`).toBe(true);
    expect(event.content_index ?? event.summary_index).toBe(item.parts - 1);
  }
  if (/\.(content_part|reasoning_summary_part)\.done$/.test(type)) {
    item.openPart = false;
    return;
  }
  const kind = type.replace(/\.(delta|done)$/, "");
  const field = growing.get(kind);
  if (field === undefined) return;
  const key = `${kind} ${event.content_index ?? event.summary_index ?? 0}`;
  const grown = item.grown.get(key) ?? { field, text: "" };
  item.grown.set(key, grown);
  if (type.endsWith(".delta")) grown.text += event.delta;
  else expect(event[field], `${type} says other than its deltas`).toBe(grown.text);
}
