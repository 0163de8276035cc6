// What a local model accepts of an OpenAI chat request, and how it refuses the rest.
import { expect, test } from "vitest";
import { readChatRequest } from "./chat-request.js";

const messages = [{ role: "user", content: "Hi" }];
const read = (request: object) => readChatRequest(JSON.stringify({ messages, ...request }));

test("roles are mapped, text parts are joined, options are read", () => {
  const parts = [
    { type: "text", text: "a" },
    { type: "text", text: "b" },
  ];
  const result = read({
    model: "m",
    messages: [
      { role: "developer", content: "Be brief." },
      { role: "user", content: parts },
      { role: "assistant", content: "ok" },
    ],
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: 5,
    max_completion_tokens: 6,
    stop: "END",
    temperature: 0,
    top_p: 0.5,
    seed: -1,
  });
  expect(result).toEqual({
    ok: true,
    job: {
      model: "m",
      turns: [
        { role: "system", text: "Be brief." },
        { role: "user", text: "ab" },
        { role: "assistant", text: "ok" },
      ],
      stream: true,
      includeUsage: true,
      maxTokens: 6,
      stop: ["END"],
      temperature: 0,
      topP: 0.5,
      seed: -1,
    },
  });
});

test("what is null or harmless passes", () => {
  expect(read({ tools: [], n: 1, response_format: { type: "text" }, max_tokens: null, stop: null }).ok).toBe(true);
});

test.each([
  ["tools", { tools: [{ type: "function" }] }, /no tools/],
  ["response_format", { response_format: { type: "json_object" } }, /plain text/],
  ["n", { n: 2 }, /one choice/],
  ["logprobs", { logprobs: true }, /logprobs/],
  ["temperature", { temperature: 3 }, /at least 0 and at most 2/],
  ["max_tokens", { max_tokens: 0 }, /whole number of at least 1/],
  ["seed", { seed: 0.5 }, /whole number/],
  ["stop", { stop: [1] }, /'stop' must be/],
  ["messages", { messages: [] }, /not empty/],
  ["messages", { messages: [{ role: "tool", content: "x" }] }, /no tools/],
  ["messages", { messages: [{ role: "user", content: [{ type: "image_url" }] }] }, /must be text/],
])("%s is refused with a 400 that names it", (param, request, message) => {
  const result = read(request);
  expect(result).toMatchObject({ ok: false, refusal: { status: 400, param, type: "invalid_request_error" } });
  expect(result.ok ? "" : result.refusal.message).toMatch(message);
});

test("a body that is no JSON object is refused", () => {
  expect(readChatRequest("nonsense").ok).toBe(false);
  expect(readChatRequest("[]").ok).toBe(false);
});
