import { expect, test } from "vitest";
import { TrunklineError } from "./error.js";
import { type Event, isContent } from "./event.js";
import { noUsage } from "./usage.js";

test.each<Event>([
  { type: "text-delta", index: 0, text: "a" },
  { type: "reasoning-delta", index: 0, text: "hm" },
  { type: "reasoning-end", index: 0, signature: undefined, encrypted: "AAAA" },
  { type: "tool-call-start", index: 0, call: 0, id: "call_1", name: "weather" },
  { type: "refusal", text: "No." },
  { type: "citation", url: "https://example.com", title: undefined, text: undefined },
])("$type is content: after it no other endpoint may answer", (event) => {
  expect(isContent(event)).toBe(true);
});

test.each<Event>([
  { type: "start", id: "1", model: "m" },
  { type: "text-start", index: 0 },
  { type: "text-delta", index: 0, text: "" },
  { type: "text-end", index: 0 },
  { type: "reasoning-start", index: 0 },
  { type: "reasoning-delta", index: 0, text: "" },
  { type: "reasoning-end", index: 0, signature: "s", encrypted: undefined },
  { type: "usage", usage: noUsage },
  { type: "finish", finish: { reason: "stop", native: "stop" } },
  { type: "error", error: new TrunklineError("upstream_error", "It failed.") },
])("$type shows the client nothing yet", (event) => {
  expect(isContent(event)).toBe(false);
});
