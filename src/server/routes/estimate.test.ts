// POST /v1/estimate through a real gateway: the least, the likely and the most, for one model and for many; and what people send by mistake.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type QuietGateway, startQuietGateway } from "../../../test/quiet-gateway.js";
import { isArray, isObject, type JsonObject, number } from "../../canonical/json.js";

let quiet: QuietGateway;
let keyed: QuietGateway;

const own = `models:
  own/priced: { try: [up/one, up/two] }
  up/one: { windowTokens: 1000, maxOutputTokens: 100, price: { inputUsdPerMTok: "2.50", outputUsdPerMTok: "10" } }
  up/two: { windowTokens: 9000, price: { inputUsdPerMTok: "1", outputUsdPerMTok: "1" } }
providers:
  up: { dialect: openai-chat, baseUrl: "http://127.0.0.1:1/v1", authentication: none }
`;

beforeAll(async () => {
  quiet = await startQuietGateway();
  keyed = await startQuietGateway(own, { OPENAI_API_KEY: "sk-test", OPENROUTER_API_KEY: "sk-or-test" });
});
afterAll(async () => {
  await quiet.close();
  await keyed.close();
});

const messages = [{ role: "user", content: "hamburger" }];

async function quotes(at: QuietGateway, body: unknown, query = ""): Promise<readonly JsonObject[]> {
  const { status, body: answer } = await at.post(`/api/v1/estimate${query}`, body);
  expect(answer.error).toBeUndefined();
  expect(status).toBe(200);
  return isArray(answer.data) ? answer.data.filter(isObject) : [];
}

const endpointsOf = (quote: JsonObject | undefined) =>
  isArray(quote?.endpoints) ? quote.endpoints.filter(isObject) : [];

test("the three costs of a request, with the tokens and prices behind them", async () => {
  const [quote] = await quotes(keyed, { model: "openai/gpt-4o", messages, max_tokens: 200 });
  expect(quote).toMatchObject({
    model: "openai/gpt-4o",
    input: { tokens: 9, atMost: 9, method: "exact", how: "exact", countedBy: "o200k_base" },
    output: { likely: 200, most: 200, because: "the limit" },
    notes: [],
  });
  const [first, second] = endpointsOf(quote);
  expect(first).toMatchObject({
    provider: "openai",
    isSetUp: true,
    fits: "yes",
    state: "known",
    least: { usd: "0.0000325", nanoUsd: 32_500, inputTokens: 9, cacheReadTokens: 0, outputTokens: 1 },
    likely: { usd: "0.0020225", nanoUsd: 2_022_500, outputTokens: 200 },
    most: { usd: "0.0020225", nanoUsd: 2_022_500 },
    batch: false,
    prices: { inputUsdPerMTok: "2.5", outputUsdPerMTok: "10", cacheReadUsdPerMTok: "1.25" },
  });
  expect(second).toMatchObject({ provider: "openrouter", isSetUp: true });
});

test("without a key the first endpoint that could serve it is priced, and the answer says so", async () => {
  const [quote] = await quotes(quiet, { model: "openai/gpt-4o", messages });
  expect(endpointsOf(quote)).toMatchObject([{ provider: "openai", isSetUp: false, state: "known" }]);
  expect(quote?.notes).toMatchObject([expect.stringMatching(/No provider that serves openai\/gpt-4o is set up/)]);
});

describe("the output that is reckoned with", () => {
  const output = async (change: object, query = "") =>
    (await quotes(quiet, { model: "openai/gpt-4o", messages, ...change }, query))[0]?.output;

  test("is 500 tokens, or the limit where that is smaller; at most the limit", async () => {
    expect(await output({})).toMatchObject({ likely: 500, most: 16_384, because: "the usual guess" });
    expect(await output({ max_tokens: 50 })).toMatchObject({ likely: 50, most: 50 });
    expect(await output({ max_tokens: 1_000 })).toMatchObject({ likely: 500, most: 1_000 });
  });

  test("is 2,000 where the model thinks first, unless thinking is turned off", async () => {
    expect(await output({ model: "openai/gpt-5" })).toMatchObject({ likely: 2_000 });
    expect(await output({ model: "openai/gpt-5.1", reasoning_effort: "none" })).toMatchObject({ likely: 500 });
    expect(await output({ reasoning_effort: "high" })).toMatchObject({ likely: 2_000 });
  });

  test("counts every choice", async () => {
    expect(await output({ n: 3, max_tokens: 10 })).toMatchObject({ likely: 30, most: 30 });
  });

  test("is what the caller says", async () => {
    expect(await output({}, "?outputTokens=200")).toMatchObject({ likely: 200, most: 16_384, because: "as given" });
  });
});

test("a batch costs its share; where no discount is documented its price is unknown", async () => {
  const body = { model: "openai/gpt-4o", messages, max_tokens: 200 };
  const [quote] = await quotes(keyed, body, "?batch=true");
  const [openai, openrouter] = endpointsOf(quote);
  expect(openai).toMatchObject({ batch: true, likely: { nanoUsd: 1_011_250 } });
  expect(openrouter).toMatchObject({ state: "unknown", why: "no-batch-price" });
  expect(openrouter?.likely).toBeUndefined();
});

test("a cached share is taken off the likely cost; unsaid, only the least reckons with a cache", async () => {
  const long = { model: "openai/gpt-4o", messages: [{ role: "user", content: "hello ".repeat(2_000) }], max_tokens: 1 };
  const [half] = await quotes(quiet, long, "?cached=50");
  const [unsaid] = await quotes(quiet, long);
  const input = isObject(unsaid?.input) ? number(unsaid.input.tokens) : undefined;
  expect(endpointsOf(unsaid)).toMatchObject([{ least: { cacheReadTokens: input }, likely: { cacheReadTokens: 0 } }]);
  expect(endpointsOf(half)).toMatchObject([{ likely: { cacheReadTokens: Math.floor((input ?? 0) / 2) } }]);
});

test("an unknown price is a state, not zero", async () => {
  const [quote] = await quotes(keyed, { model: "openai/gpt-4o-2099", messages });
  expect(endpointsOf(quote)).toMatchObject([{ state: "unknown", why: "no-price" }]);
});

test("a name of the owner's is quoted for each of its models, by its own window", async () => {
  const text = "hello ".repeat(2_000);
  const [quote] = await quotes(keyed, { model: "own/priced", messages: [{ role: "user", content: text }] });
  expect(endpointsOf(quote)).toMatchObject([
    { upstreamModel: "one", fits: "no" },
    { upstreamModel: "two", fits: "yes" },
  ]);
});

describe("several models", () => {
  test("come in the order asked for", async () => {
    const body = { messages };
    const names = "openai/gpt-4o,anthropic/claude-sonnet-4.5,google/gemini-2.5-flash";
    const found = await quotes(quiet, body, `?models=${names}`);
    expect(found.map(({ model }) => model)).toEqual(names.split(","));
  });

  test("cheapest:5 are five, the cheapest first, each with a price above nothing that it fits", async () => {
    const found = await quotes(quiet, { messages }, "?models=cheapest:5");
    const costs = found.map((quote) => {
      const [endpoint] = endpointsOf(quote);
      expect(endpoint?.fits).not.toBe("no");
      return isObject(endpoint?.likely) ? Number(endpoint.likely.nanoUsd) : Number.NaN;
    });
    expect(costs).toHaveLength(5);
    expect(costs[0]).toBeGreaterThan(0);
    expect(costs).toEqual([...costs].sort((a, b) => a - b));
  });

  test("cheapest:5 of a gateway with keys are models that it can serve", async () => {
    const found = await quotes(keyed, { messages }, "?models=cheapest:5");
    for (const quote of found) expect(endpointsOf(quote)[0]?.isSetUp).toBe(true);
  });
});

const body = { model: "openai/gpt-4o", messages };
const mistakes: readonly (readonly [
  name: string,
  query: string,
  body: unknown,
  status: number,
  param: string | null,
  word: RegExp,
])[] = [
  ["an unknown dialect", "?dialect=klingon", body, 400, "dialect", /klingon.*openai-chat/],
  [
    "an unknown model among known ones",
    "?models=openai/gpt-4o,opnai/gpt4o",
    body,
    404,
    "model",
    /opnai\/gpt4o is not a valid model ID.*openai\/gpt-4o/,
  ],
  ["no model", "", { messages }, 400, "model", /model/],
  ["an empty name", "?models=gpt-4o,,", body, 400, "models", /name of a model/],
  ["cheapest of no number", "?models=cheapest", body, 400, "models", /cheapest:10/],
  ["too many", "?models=cheapest:51", body, 400, "models", /at most 50/],
  ["a share above all", "?cached=101", body, 400, "cached", /0 to 100/],
  ["a negative output", "?outputTokens=-1", body, 400, "outputTokens", /whole number/],
  ["batch in words", "?batch=yes", body, 400, "batch", /true or false/],
  ["a list", "", "[]", 400, null, /object/],
];

test.each(mistakes)("%s gets a clear error", async (_name, query, sent, status, param, word) => {
  const answer = await quiet.post(`/v1/estimate${query}`, sent);
  expect(answer.status).toBe(status);
  const error = isObject(answer.body.error) ? answer.body.error : {};
  expect(error.message).toMatch(word);
  expect(error.param ?? null).toBe(param);
});
