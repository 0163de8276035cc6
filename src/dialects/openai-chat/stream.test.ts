import { expect, test } from "vitest";
import type { Event } from "../../canonical/event.js";
import { readResponse, readStream } from "./stream.js";

type Piece = { index?: number; id?: string; name?: string; args?: string };

function read(frames: readonly object[], end = true): readonly Event[] {
  const reader = readStream();
  const events = frames.flatMap((frame) => reader.read(JSON.stringify(frame), undefined));
  return end ? [...events, ...reader.read("[DONE]", undefined)] : events;
}
const delta = (part: object, finish: string | null = null) => ({
  id: "c-1",
  choices: [{ index: 0, delta: part, finish_reason: finish }],
});
const piece = ({ index, id, name, args }: Piece) =>
  delta({
    tool_calls: [
      { ...(index !== undefined && { index }), ...(id !== undefined && { id }), function: { name, arguments: args } },
    ],
  });

function calls(pieces: readonly Piece[]): string[] {
  const found: { id: string; name: string; args: string }[] = [];
  for (const event of read([...pieces.map(piece), delta({}, "tool_calls")])) {
    if (event.type === "tool-call-start") {
      expect(event.call).toBe(found.length);
      found.push({ id: event.id, name: event.name, args: "" });
    }
    const open = event.type === "tool-call-delta" ? found[event.call] : undefined;
    if (open !== undefined && event.type === "tool-call-delta") open.args += event.argumentsJson;
  }
  return found.map(({ id, name, args }) => `${id} ${name} ${args}`);
}

test.each<[string, Piece[], string[]]>([
  [
    "an index that starts at 1 and skips",
    [
      { index: 1, id: "a", name: "f", args: "{}" },
      { index: 4, id: "b", name: "g", args: "{}" },
    ],
    ["a f {}", "b g {}"],
  ],
  [
    "no index",
    [{ id: "a", name: "f", args: '{"x"' }, { args: ":1}" }, { id: "b", name: "f", args: "{}" }],
    ['a f {"x":1}', "b f {}"],
  ],
  [
    "every call as 0",
    [
      { index: 0, id: "a", name: "f", args: "{}" },
      { index: 0, id: "b", name: "f", args: "{}" },
    ],
    ["a f {}", "b f {}"],
  ],
  [
    "no id",
    [
      { index: 0, name: "f", args: "{}" },
      { index: 1, name: "f", args: "{}" },
    ],
    ["call_c-1_0 f {}", "call_c-1_1 f {}"],
  ],
  ["an empty id", [{ index: 0, id: "", name: "f", args: "{}" }], ["call_c-1_0 f {}"]],
  [
    "neither index nor id",
    [
      { name: "f", args: "{}" },
      { name: "g", args: "{}" },
    ],
    ["call_c-1_0 f {}", "call_c-1_1 g {}"],
  ],
  [
    "the id in each piece",
    [
      { index: 0, id: "a", name: "f", args: "{" },
      { index: 0, id: "a", args: "}" },
    ],
    ["a f {}"],
  ],
  [
    "a name that comes late",
    [
      { index: 0, id: "a", args: "{" },
      { index: 0, name: "f", args: "}" },
    ],
    ["a f {}"],
  ],
  [
    "mixed pieces",
    [
      { index: 0, id: "a", name: "f", args: "{" },
      { index: 1, id: "b", name: "g", args: "{" },
      { index: 0, args: "}" },
      { index: 1, args: "}" },
    ],
    ["a f {}", "b g {}"],
  ],
  ["no arguments", [{ index: 0, id: "a", name: "f" }], ["a f {}"]],
])("tool calls are counted by us: %s", (_, pieces, expected) => {
  expect(calls(pieces)).toEqual(expected);
});

test("a tool call that is cut is never closed", () => {
  const events = read([piece({ index: 0, id: "a", name: "f", args: '{"x"' })], false);
  expect(events.map(({ type }) => type)).toEqual(["start", "tool-call-start", "tool-call-delta"]);
});

test.each([
  [{ reasoning_content: "hm" }],
  [{ reasoning: "hm" }],
  [{ reasoning: "hm", reasoning_details: [{ type: "reasoning.text", text: "hm" }] }],
  [{ reasoning_details: [{ type: "reasoning.summary", summary: "hm" }] }],
  [{ content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }] }],
])("reasoning is read once from %j", (part) => {
  const events = read([delta(part), delta({ content: "ok" }, "stop")]);
  expect(events.filter(({ type }) => type === "reasoning-delta")).toEqual([
    { type: "reasoning-delta", index: 0, text: "hm" },
  ]);
  expect(events.find(({ type }) => type === "text-delta")).toEqual({ type: "text-delta", index: 1, text: "ok" });
});

test("a signature comes with the end of its reasoning", () => {
  const details = (detail: object) => delta({ reasoning_details: [{ type: "reasoning.text", ...detail }] });
  const events = read([details({ text: "hm" }), details({ signature: "sig" }), delta({ content: "ok" }, "stop")]);
  expect(events.find(({ type }) => type === "reasoning-end")).toEqual({
    type: "reasoning-end",
    index: 0,
    signature: "sig",
    encrypted: undefined,
  });
});

test("an empty finish reason is none, an unknown one is kept, and after the first nothing is content", () => {
  const events = read([delta({ content: "a" }, ""), delta({}, "eos_weird"), delta({ content: "b" }, "stop")]);
  expect(events.filter(({ type }) => type === "finish")).toEqual([
    { type: "finish", finish: { reason: "other", native: "eos_weird" } },
  ]);
  expect(events.filter(({ type }) => type === "text-delta")).toHaveLength(1);
});

test("choices that are empty, null or missing do no harm", () => {
  const frames = [
    { choices: [] },
    { choices: null },
    { choices: [{ index: 0, delta: null }] },
    {},
    { choices: [null] },
  ];
  expect(read(frames, false)).toEqual([{ type: "start", id: undefined, model: undefined }]);
});

test("an error in a frame is an event, and broken JSON a fault", () => {
  expect(read([{ error: { message: "busy", code: 529 } }], false)).toMatchObject([
    { type: "error", error: { code: "upstream_overloaded" } },
  ]);
  expect(() => readStream().read('{"a"', undefined)).toThrow("not JSON");
  expect(readStream().read("ping", undefined)).toEqual([]);
});

test("a plain answer may come with an empty delta beside its message", () => {
  const choice = { index: 0, message: { content: "Hi" }, delta: { content: "" }, finish_reason: "stop" };
  const events = readResponse(Buffer.from(JSON.stringify({ choices: [choice] })));
  expect(events).toContainEqual({ type: "text-delta", index: 0, text: "Hi" });
});
