// Gemini's paths: both framings, models, counts, keys where Google's clients put them, and errors in Google's shape.
import { afterAll, beforeAll, expect, test } from "vitest";
import { geminiEvents, geminiFault } from "../../../test/gemini-grammar.js";
import { type QuietGateway, startQuietGateway } from "../../../test/quiet-gateway.js";

const key = "sk-tl-0123456789";
let quiet: QuietGateway;
beforeAll(async () => {
  quiet = await startQuietGateway("limits: { bodyBytes: 2000 }\n", { TRUNKLINE_KEYS: key });
});
afterAll(() => quiet.close());

const asking = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "Hello" }] }] });
const echo = "/v1beta/models/simulator/echo";

function send(path: string, body: string | undefined, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(quiet.url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": key, ...headers },
    ...(body !== undefined && { body }),
  });
}

const jsonOf = async (response: Promise<Response>) => JSON.parse(await (await response).text());

test("a model answers plain, and streams in two framings", async () => {
  const plain = await send(`${echo}:generateContent`, asking);
  expect(await plain.json()).toMatchObject({
    candidates: [{ content: { role: "model" }, finishReason: "STOP" }],
    modelVersion: "simulator/echo",
    responseId: plain.headers.get("x-generation-id"),
  });
  const sse = await send(`${echo}:streamGenerateContent?alt=sse`, asking);
  expect(sse.headers.get("content-type")).toContain("text/event-stream");
  const array = await send(`${echo}:streamGenerateContent`, asking);
  expect(array.headers.get("content-type")).toBe("application/json");
  for (const stream of [await sse.text(), await array.text()]) {
    expect(geminiFault(stream)).toBeUndefined();
    expect(geminiEvents(stream).length).toBeGreaterThan(1);
  }
});

test("tokens are counted here", async () => {
  const body = await jsonOf(send(`${echo}:countTokens`, asking));
  expect(body.totalTokens).toBeGreaterThan(0);
  const wrapped = JSON.stringify({ generateContentRequest: { model: "models/x", ...JSON.parse(asking) } });
  expect((await jsonOf(send(`${echo}:countTokens`, wrapped))).totalTokens).toBe(body.totalTokens);
});

test("models are listed by the page, and one by its name", async () => {
  const all = await jsonOf(send("/v1beta/models?pageSize=1000", undefined));
  const names = all.models.map((model: { name: string }) => model.name);
  expect(names).toContain("models/simulator/echo");
  expect(all.nextPageToken).toBeUndefined();
  const paged: string[] = [];
  for (let token = ""; ; ) {
    const page = await jsonOf(send(`/v1beta/models?pageSize=1&pageToken=${token}`, undefined));
    paged.push(...page.models.map((model: { name: string }) => model.name));
    token = page.nextPageToken ?? "";
    if (token === "") break;
  }
  expect(paged).toEqual(names);
  const one = await jsonOf(send("/v1beta/models/google/gemini-2.5-flash", undefined));
  expect(one).toMatchObject({ name: "models/google/gemini-2.5-flash", inputTokenLimit: 1_048_576, thinking: true });
});

const none = { "x-goog-api-key": "" };
test.each<[string, string, Record<string, string>, number]>([
  ["in the URL", `?key=${key}`, none, 200],
  ["in the URL, among others", `?x=1&key=${key}&y=2`, none, 200],
  ["in the URL, written otherwise", `?%6Bey=${key.replace("-", "%2D")}`, none, 200],
  ["as a bearer", "", { ...none, authorization: `Bearer ${key}` }, 200],
  ["in the header, which wins", "?key=wrong", {}, 200],
  ["that is wrong", "?key=wrong", none, 401],
  ["that is not there", "?key=", none, 401],
])("a key %s", async (_name, query, headers, status) => {
  expect((await send(`${echo}:generateContent${query}`, asking, headers)).status).toBe(status);
});

test("on other paths a key in the URL opens nothing", async () => {
  expect((await send(`/v1/models?key=${key}`, undefined, none)).status).toBe(401);
});

test.each<[string, string, string | undefined, number, string]>([
  ["a body that is no JSON", `${echo}:generateContent`, "{", 400, "INVALID_ARGUMENT"],
  ["a field that is missing", `${echo}:generateContent`, "{}", 400, "INVALID_ARGUMENT"],
  ["a model that nobody knows", "/v1beta/models/a/b:generateContent", asking, 404, "NOT_FOUND"],
  ["no model", "/v1beta/models/:generateContent", asking, 400, "INVALID_ARGUMENT"],
  ["a method that is not here", `${echo}:embedContent`, asking, 404, "NOT_FOUND"],
  ["a path that is not here", "/v1beta/files", undefined, 404, "NOT_FOUND"],
  ["another method of HTTP", "/v1beta/models", asking, 405, "UNIMPLEMENTED"],
  ["a body that is too large", `${echo}:generateContent`, `"${"a".repeat(3_000)}"`, 413, "INVALID_ARGUMENT"],
  ["a page that is none", "/v1beta/models?pageSize=x", undefined, 400, "INVALID_ARGUMENT"],
  ["a model of no name", "/v1beta/models/nobody", undefined, 404, "NOT_FOUND"],
])("%s is told in Google's shape", async (_name, path, body, status, word) => {
  const response = await send(path, body);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ error: { code: status, status: word } });
});
