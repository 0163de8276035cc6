// POST /v1/tokens through a real gateway: counts, their certainty, whether it fits, the tokens one by one; and what people send by mistake.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type QuietGateway, startQuietGateway } from "../../../test/quiet-gateway.js";
import { isArray, isObject, type JsonObject } from "../../canonical/json.js";

let quiet: QuietGateway;

beforeAll(async () => {
  quiet = await startQuietGateway(
    'limits: { bodyBytes: 8000000 }\nproviders:\n  up: { dialect: openai-chat, baseUrl: "http://127.0.0.1:1/v1" }\n' +
      "models:\n  up/claude-small: { windowTokens: 200 }\n",
  );
});
afterAll(() => quiet.close());

const messages = [{ role: "user", content: "hamburger" }];
const gpt4o = { model: "openai/gpt-4o", messages };

async function answers(body: unknown, query = ""): Promise<readonly JsonObject[]> {
  const { status, body: answer } = await quiet.post(`/api/v1/tokens${query}`, body);
  expect(answer.error).toBeUndefined();
  expect(status).toBe(200);
  return isArray(answer.data) ? answer.data.filter(isObject) : [];
}

test("a chat request is counted with what is around its text, and held against the window", async () => {
  const [answer] = await answers(gpt4o);
  expect(answer).toEqual({
    model: "openai/gpt-4o",
    tokens: 9,
    atMost: 9,
    method: "exact",
    errorPercent: 0,
    how: "exact",
    countedBy: "o200k_base",
    parts: { instructions: 0, messages: 2, tools: 0, media: 0, overhead: 7 },
    windowTokens: 128_000,
    maxOutputTokens: 16_384,
    fits: "yes",
    notes: [],
  });
});

test("hamburger is two tokens in o200k_base and cl100k_base", async () => {
  for (const model of ["o200k_base", "cl100k_base", "gpt-4o"])
    expect(await answers({ text: "hamburger", model })).toMatchObject([{ tokens: 2, method: "exact" }]);
});

test("an estimate says so, and by how much it may be off", async () => {
  const [answer] = await answers({ model: "anthropic/claude-sonnet-4.5", messages });
  expect(answer).toMatchObject({ method: "estimated", how: expect.stringMatching(/^estimated ± \d+(\.\d+)? %$/) });
  expect(Number(answer?.errorPercent)).toBeGreaterThan(0);
  expect(Number(answer?.atMost)).toBeGreaterThan(Number(answer?.tokens));
});

test("several requests and several texts are answered in order", async () => {
  const many = await answers({ requests: [gpt4o, { ...gpt4o, model: "gpt-4" }] });
  expect(many.map(({ countedBy }) => countedBy)).toEqual(["o200k_base", "cl100k_base"]);
  const texts = await answers({ texts: ["", "hamburger", "a"], model: "gpt-4o" });
  expect(texts.map(({ tokens }) => tokens)).toEqual([0, 2, 1]);
});

test.each([
  ["anthropic-messages", { model: "claude-sonnet-4.5", max_tokens: 10, messages }],
  ["gemini", { contents: [{ role: "user", parts: [{ text: "hamburger" }] }] }],
])("a body of %s is read as its dialect means it", async (dialect, body) => {
  const query = `?dialect=${dialect}${dialect === "gemini" ? "&model=google/gemini-2.5-flash" : ""}`;
  const [answer] = await answers(body, query);
  expect(Number(answer?.tokens)).toBeGreaterThan(0);
  expect(answer?.method).toBe("estimated");
});

test("the model of the query wins over the body's", async () => {
  expect(await answers(gpt4o, "?model=gpt-4")).toMatchObject([{ countedBy: "cl100k_base" }]);
});

test("what is too long for the window does not fit; the output asked for counts", async () => {
  const text = "hello ".repeat(130_000);
  expect(await answers({ text, model: "gpt-4o" })).toMatchObject([{ fits: "no" }]);
  const near = { model: "gpt-4o", max_tokens: 16_000, messages: [{ role: "user", content: "hello ".repeat(112_000) }] };
  expect(await answers(near)).toMatchObject([{ fits: "no" }]);
  expect(await answers({ ...near, max_tokens: 10 })).toMatchObject([{ fits: "yes" }]);
  expect(await answers({ text: "hi", model: "o200k_base" })).toMatchObject([{ fits: "unknown" }]);
});

test("an estimate near the window is in doubt", async () => {
  const texts = Array.from({ length: 40 }, (_, index) => "hello there ".repeat(index * 8));
  const fits = (await answers({ texts, model: "up/claude-small" })).map((answer) => answer.fits);
  expect([...new Set(fits)]).toEqual(["yes", "in doubt", "no"]);
});

describe("detail", () => {
  test("gives each token of each text with its id and its bytes", async () => {
    const [answer] = await answers({ text: "Grüße 🙂", model: "gpt-4o" }, "?detail=true");
    const [text] = isArray(answer?.texts) ? answer.texts.filter(isObject) : [];
    expect(text).toMatchObject({ part: "text", bytes: 12 });
    const pieces = isArray(text?.pieces) ? text.pieces.filter(isObject) : [];
    expect(pieces).toHaveLength(Number(answer?.tokens));
    expect(pieces[0]).toMatchObject({ start: 0, id: expect.any(Number), text: expect.any(String) });
    expect(pieces.at(-1)).toMatchObject({ end: 12 });
  });

  test("names the part of a request that a text belongs to", async () => {
    const body = { ...gpt4o, messages: [{ role: "system", content: "Be brief." }, ...messages] };
    const [answer] = await answers(body, "?detail=true");
    expect(answer?.texts).toMatchObject([{ part: "instructions" }, { part: "messages", bytes: 9 }]);
  });

  test("of an estimate there is none, and the answer says so", async () => {
    const [answer] = await answers({ text: "Hi", model: "claude-sonnet-4.5" }, "?detail=true");
    expect(answer?.texts).toBeUndefined();
    expect(answer?.notes).toMatchObject([expect.stringContaining("cannot be shown")]);
  });

  test("is bounded: more than 200,000 tokens are counted and not shown", async () => {
    const [answer] = await answers({ text: "a b ".repeat(101_000), model: "gpt-4o" }, "?detail=true");
    expect(Number(answer?.tokens)).toBeGreaterThan(200_000);
    expect(answer?.texts).toBeUndefined();
    expect(answer?.notes).toMatchObject([expect.stringContaining("at most 200000 tokens")]);
  });
});

describe("a name that no catalogue has", () => {
  test("is refused with the nearest names", async () => {
    const { status, body } = await quiet.post("/v1/tokens", { ...gpt4o, model: "opnai/gpt4o" });
    expect(status).toBe(404);
    expect(body.error).toMatchObject({
      code: "model_not_found",
      param: "model",
      message: expect.stringMatching(/opnai\/gpt4o is not a valid model ID.*openai\/gpt-4o/),
    });
  });

  test("is counted all the same where its family is known, with a note", async () => {
    const [answer] = await answers({ text: "hamburger", model: "claude-omega-99" });
    expect(answer).toMatchObject({ model: "claude-omega-99", method: "estimated", fits: "unknown" });
    expect(answer?.notes).toMatchObject([expect.stringContaining("The catalogue does not know claude-omega-99")]);
    expect(await answers({ text: "hamburger", model: "openai/gpt-4o-2099-01-01" })).toMatchObject([
      { tokens: 2, method: "exact", notes: [expect.stringContaining("does not know")] },
    ]);
  });
});

const mistakes: readonly (readonly [
  name: string,
  path: string,
  body: unknown,
  status: number,
  param: string | null,
  word: RegExp,
])[] = [
  ["an unknown dialect", "?dialect=klingon", gpt4o, 400, "dialect", /klingon.*openai-chat.*anthropic-messages/],
  ["detail in words", "?detail=please", gpt4o, 400, "detail", /true or false/],
  ["no model", "", { messages }, 400, "model", /model/],
  ["no model for a text", "", { text: "Hi" }, 400, "model", /model/],
  ["a model of the wrong type", "", { text: "Hi", model: 5 }, 400, "model", /name of a model/],
  ["a text that is none", "", { texts: ["a", 5], model: "gpt-4o" }, 400, "texts[1]", /string/],
  ["more requests than 100", "", { requests: Array(101).fill(gpt4o) }, 400, "requests", /100/],
  ["a request that is none", "", { requests: [gpt4o, "Hi"] }, 400, "requests[1]", /object/],
  [
    "a bad request among good ones",
    "",
    { requests: [gpt4o, { model: "gpt-4o", messages: 5 }] },
    400,
    "requests[1].messages",
    /messages/,
  ],
  ["no messages", "", { model: "gpt-4o" }, 400, "messages", /messages/],
  ["nothing", "", "", 400, null, /empty/],
  ["text that is no JSON", "", "{ model: 1 }", 400, null, /JSON/],
  ["bytes that are no UTF-8", "", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400, null, /UTF-8/],
  ["a thousand levels of nesting", "", `{"text":${"[".repeat(1_000)}${"]".repeat(1_000)}}`, 400, null, /nested deeper/],
  ["a body over the bound", "", { text: "x".repeat(8_000_000), model: "gpt-4o" }, 413, null, /bytes/],
];

test.each(mistakes)("%s gets a clear error", async (_name, query, sent, status, param, word) => {
  const answer = await quiet.post(`/v1/tokens${query}`, sent);
  expect(answer.status).toBe(status);
  const error = isObject(answer.body.error) ? answer.body.error : {};
  expect(error.message).toMatch(word);
  expect(error.param ?? null).toBe(param);
});

test("NUL, lone surrogates and the spelling of special tokens are text", async () => {
  const sent = '{"model":"gpt-4o","texts":["\\u0000","\\ud83d","<|endoftext|>"]}';
  const [nul, lone, special] = await answers(sent);
  expect(nul?.tokens).toBe(1);
  expect(lone?.tokens).toBe((await answers({ text: "\ufffd", model: "gpt-4o" }))[0]?.tokens);
  expect(Number(special?.tokens)).toBeGreaterThan(1);
});

test.each(["gpt-4o", "claude-sonnet-4.5"])("megabytes for %s let others have the thread", async (model) => {
  await answers({ text: "warm", model });
  const text = "All work and no play makes Jack a dull boy. ".repeat(150_000);
  const before = quiet.pauses();
  const [answer] = await answers({ model, messages: [{ role: "user", content: text }] });
  expect(Number(answer?.tokens)).toBeGreaterThan(1_000_000);
  expect(quiet.pauses() - before).toBeGreaterThan(2);
});

test("the tokens of a long text are written with pauses", async () => {
  await answers({ text: "warm", model: "gpt-4o" });
  const before = quiet.pauses();
  await answers({ text: "All work and no play. ".repeat(20_000), model: "gpt-4o" }, "?detail=true");
  expect(quiet.pauses() - before).toBeGreaterThan(20);
});
