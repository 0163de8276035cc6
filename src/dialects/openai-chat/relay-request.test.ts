import { expect, test } from "vitest";
import { relayRequest } from "./relay-request.js";
import { readRequest } from "./request.js";

const target = { model: "gpt-4o-2024", stream: false, maxOutputTokens: undefined };
const relay = (source: string, to: Partial<typeof target> = {}, keeps = false) => {
  const { body, notes } = relayRequest(readRequest(Buffer.from(source), "openai"), { ...target, ...to }, keeps);
  return { body: body.toString(), notes: notes.map(({ field, action }) => `${action} ${field}`) };
};

test("only the model's value changes: order, spaces, numbers and escapes stay", () => {
  const source =
    '{ "messages":[{"role":"user","content":"\\u00e9 \\"model\\": 1"}],"temperature":1.0,"x":1E+2,\n"model" : "a/b" }';
  expect(relay(source)).toEqual({ body: source.replace('"a/b"', '"gpt-4o-2024"'), notes: [] });
});

test("usage is always asked for in streams, and the rest of stream_options stays", () => {
  const chat = (more: string) => `{"model":"m","messages":[{"role":"user","content":"a"}],"stream":true${more}}`;
  expect(relay(chat(""), { stream: true }).body).toContain('"stream_options":{"include_usage":true}');
  expect(relay(chat(',"stream_options":null'), { stream: true }).body).toContain(
    '"stream_options":{"include_usage":true}',
  );
  expect(relay(chat(',"stream_options":{"x":1,"include_usage":false}'), { stream: true }).body).toContain(
    '"stream_options":{"x":1,"include_usage":true}',
  );
  const asked = chat(',"stream_options":{ "include_usage": true }');
  expect(relay(asked, { stream: true, model: "m" }).body).toBe(asked);
});

test("OpenRouter's fields go to those who know them, else they are left out with a note", () => {
  const source =
    '{"trunkline":{},"model":"m","models":["x"],"provider":{"sort":"price"},"transforms":[],"usage":{"include":true},' +
    '"reasoning":{"max_tokens":2000},"messages":[{"role":"user","content":"a"}],"session_id":"s"}';
  expect(relay(source, { model: "m" })).toEqual({
    body: '{"model":"m","messages":[{"role":"user","content":"a"}],"reasoning_effort":"low"}',
    notes: ["dropped provider", "emulated reasoning.max_tokens"],
  });
  expect(relay(source, { model: "m" }, true)).toEqual({ body: source.replace('"trunkline":{},', ""), notes: [] });
});

test("an effort is renamed, and never overrides the one that the client gave in OpenAI's field", () => {
  const chat = (more: string) => `{"model":"m","messages":[{"role":"user","content":"a"}],${more}}`;
  expect(relay(chat('"reasoning":{"effort":"high"}')).body).toContain('"reasoning_effort":"high"');
  expect(relay(chat('"reasoning":{"effort":"high"},"reasoning_effort":"low"')).body).toContain(
    '"reasoning_effort":"low"',
  );
});

test("models without model become the model", () => {
  expect(relay('{"models":["a/b"],"messages":[{"role":"user","content":"a"}]}').body).toBe(
    '{"messages":[{"role":"user","content":"a"}],"model":"gpt-4o-2024"}',
  );
});
