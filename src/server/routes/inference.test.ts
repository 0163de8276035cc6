// What clients of the Messages dialect are told by the door: every error on their paths, and on others to whoever is one of them.
import { afterAll, beforeAll, expect, test } from "vitest";
import { messagesFault } from "../../../test/messages-grammar.js";
import { type QuietGateway, startQuietGateway } from "../../../test/quiet-gateway.js";
import { dialectSpoken } from "./inference.js";

const key = "sk-tl-0123456789";
let quiet: QuietGateway;
beforeAll(async () => {
  quiet = await startQuietGateway("limits: { bodyBytes: 2000 }\n", { TRUNKLINE_KEYS: key });
});
afterAll(() => quiet.close());

const asking = { model: "simulator/echo", max_tokens: 99, messages: [{ role: "user", content: "Hello" }] };

function send(path: string, body: string | undefined, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(quiet.url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json", "x-api-key": key, ...headers },
    ...(body !== undefined && { body }),
  });
}

test.each(["/v1/messages", "/api/v1/messages"])("%s answers, plain and streamed", async (path) => {
  const plain = await send(path, JSON.stringify(asking));
  expect(await plain.json()).toMatchObject({ type: "message", role: "assistant", stop_reason: "end_turn" });
  expect(plain.headers.get("request-id")).toBe(plain.headers.get("x-generation-id"));
  const stream = await send(path, JSON.stringify({ ...asking, stream: true }));
  expect(messagesFault(await stream.text())).toBeUndefined();
});

test.each<[string, string, number, string, string | undefined, Record<string, string>]>([
  ["no key that is known", "/v1/messages", 401, "authentication_error", "{}", { "x-api-key": "sk-tl-another" }],
  ["a body that is no JSON", "/v1/messages", 400, "invalid_request_error", "{", {}],
  ["a field that is missing", "/v1/messages", 400, "invalid_request_error", '{"model":"a"}', {}],
  [
    "a model that nobody knows",
    "/v1/messages",
    404,
    "not_found_error",
    JSON.stringify({ ...asking, model: "a/b" }),
    {},
  ],
  ["a body that is too large", "/api/v1/messages", 413, "request_too_large", `"${"a".repeat(3_000)}"`, {}],
  ["a body of another type", "/v1/messages", 415, "invalid_request_error", "{}", { "content-type": "text/plain" }],
  ["another method", "/v1/messages", 405, "invalid_request_error", undefined, {}],
  ["batches, which are not here", "/v1/messages/batches", 404, "not_found_error", "{}", {}],
  ["a count without a model", "/v1/messages/count_tokens", 400, "invalid_request_error", '{"messages":[]}', {}],
  ["a count of no messages", "/v1/messages/count_tokens", 400, "invalid_request_error", '{"model":"gpt-4o"}', {}],
  ["a path of no dialect", "/v1/files", 404, "not_found_error", "{}", { "anthropic-version": "2023-06-01" }],
])("%s is told in Anthropic's shape", async (_, path, status, type, body, headers) => {
  const response = await send(path, body, headers);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ type: "error", error: { type } });
});

test("everyone else is told in OpenAI's", async () => {
  const body = await (await send("/v1/files", "{}")).json();
  expect(body).toMatchObject({ error: { code: "not_found", type: "invalid_request_error" } });
  expect(dialectSpoken("/v1/chat/completions", { "anthropic-version": "2023-06-01" })).toBe("openai-chat");
  expect(dialectSpoken("/v1/messages2", {})).toBeUndefined();
});
