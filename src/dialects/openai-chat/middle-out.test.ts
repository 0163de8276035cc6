import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { isArray, isObject, type JsonObject } from "../../canonical/json.js";
import { asksForMiddleOut, chatMessages, withMessages } from "./middle-out.js";
import { readRequest } from "./request.js";

const read = (body: string) => readRequest(Buffer.from(body), "openai");
const messagesOf = (body: JsonObject) => (isArray(body.messages) ? body.messages.filter(isObject) : []);

test.each([
  [{ transforms: ["middle-out"] }, true],
  [{ plugins: [{ id: "web" }, { id: "context-compression" }] }, true],
  [{ plugins: [{ id: "context-compression", engine: "middle-out", enabled: true }] }, true],
  [{ plugins: [{ id: "context-compression", engine: null }] }, true],
  [{}, false],
  [{ transforms: [] }, false],
  [{ transforms: "middle-out" }, false],
  [{ transforms: ["outside-in"] }, false],
  [{ plugins: [{ id: "web" }] }, false],
  [{ plugins: [{ id: "context-compression", engine: "summary" }] }, false],
  [{ plugins: [{ id: "context-compression", enabled: false }], transforms: ["middle-out"] }, false],
  [{ plugins: [null, "context-compression"], transforms: null }, false],
])("%j asks for middle-out: %j", (body, asks) => {
  expect(asksForMiddleOut(body)).toBe(asks);
});

test("messages show whose they are and what ties them together", () => {
  const calls = [{ id: "c1", type: "function", function: { name: "look", arguments: "{}" } }, "broken"];
  const shapes = [
    { role: "developer", content: "be brief" },
    {
      role: "user",
      content: [
        { type: "text", text: "a" },
        { type: "image_url", image_url: { url: "u" } },
        { type: "text", text: "b" },
      ],
    },
    { role: "assistant", content: null, tool_calls: calls },
    { role: "tool", tool_call_id: "c1", content: "found" },
    { role: "assistant", function_call: { name: "old", arguments: "{}" } },
    { role: "function", name: "old", content: "too" },
    { role: "user", content: 7, tool_calls: calls },
  ].map((message) => chatMessages.shapeOf(message));
  expect(shapes).toEqual([
    { role: "system", calls: [], answers: [], texts: ["be brief"] },
    { role: "user", calls: [], answers: [], texts: ["a", "b"] },
    { role: "assistant", calls: ["c1"], answers: [], texts: [] },
    { role: "tool", calls: [], answers: ["c1"], texts: ["found"] },
    { role: "assistant", calls: ["function old"], answers: [], texts: [] },
    { role: "tool", calls: [], answers: ["function old"], texts: ["too"] },
    { role: "user", calls: [], answers: [], texts: [] },
  ]);
});

test("other texts go into their places, and nothing else of the message changes", () => {
  const image = { type: "image_url", image_url: { url: "u" } };
  const message = {
    role: "user",
    name: "n",
    content: [{ type: "text", text: "a", x: 1 }, image, { type: "text", text: "b" }],
  };
  expect(chatMessages.withTexts(message, ["1", "2"])).toEqual({
    role: "user",
    name: "n",
    content: [{ type: "text", text: "1", x: 1 }, image, { type: "text", text: "2" }],
  });
  expect(chatMessages.withTexts({ role: "tool", tool_call_id: "c", content: "a" }, ["1"])).toEqual({
    role: "tool",
    tool_call_id: "c",
    content: "1",
  });
  expect(chatMessages.withTexts({ role: "assistant", content: null }, [])).toEqual({
    role: "assistant",
    content: null,
  });
});

test("a request with other messages keeps its other bytes, and asks for middle-out no more", () => {
  const rest = '"seed": 12345678901234567890, "temperature":1.0';
  const client = read(
    `{"model":"m","transforms":["middle-out"], "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}}]},` +
      `{"role":"user","content":"é"}],"plugins":[{"id":"context-compression"},{"id":"web"}],${rest}}`,
  );
  const shorter = withMessages(client, messagesOf(client.body).slice(1));
  expect(shorter.bytes.toString()).toBe(
    `{"model":"m","messages":[{"role":"user","content":"é"}],"plugins":[{"id":"web"}],${rest}}`,
  );
  expect(asksForMiddleOut(shorter.body)).toBe(false);
  expect(shorter.outline).toEqual({ ...client.outline, bodyBytes: shorter.bytes.length, hasImages: false });
  expect(shorter.canonical().turns).toEqual(client.canonical().turns.slice(1));
  expect(shorter.canonical()).toBe(shorter.canonical());
  // The first one is as it was.
  expect(client.canonical().extra).toHaveProperty("transforms");
  expect(shorter.canonical().extra).not.toHaveProperty("transforms");
});

test("plugins and transforms that are another's stay; emptied lists go", () => {
  const messages = '"messages":[{"role":"user","content":"hi"}]';
  const other = read(
    `{"model":"m",${messages},"transforms":["middle-out","x"],"plugins":[{"id":"context-compression"}]}`,
  );
  expect(withMessages(other, messagesOf(other.body)).bytes.toString()).toBe(
    `{"model":"m",${messages},"transforms":["x"]}`,
  );
  const none = read(`{"model":"m",${messages}}`);
  expect(withMessages(none, messagesOf(none.body)).bytes.equals(none.bytes)).toBe(true);
});
