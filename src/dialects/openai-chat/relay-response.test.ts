import { expect, test } from "vitest";
import { relayResponse } from "./relay-response.js";

const served = {
  generationId: "gen-1-abc",
  createdSeconds: 1,
  providerId: "acme",
  providerName: "Acme",
  model: "acme/tiny-1",
  costOf: () => 3_250_000,
};
const answer =
  '{"id":"c-1", "object":"chat.completion","created":5,"model":"tiny","x":1.0,"choices":[{"index":0,"message":' +
  '{"role":"assistant","content":"\\u0048i","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":' +
  '{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}';
const relay = (body: string, profile: "openai" | "openrouter" = "openai") =>
  relayResponse(Buffer.from(body), served, profile);

test("the bytes stay, with cost and who served beside the usage", () => {
  const { body, facts } = relay(answer);
  expect(body.toString()).toBe(`${answer.slice(0, -2)},"cost":0.00325},"provider":"Acme"}`);
  expect(facts).toMatchObject({ content: true, terminal: true, upstreamId: "c-1", finish: { reason: "stop" } });
});

test("an unknown price adds no cost", () => {
  const { body } = relayResponse(Buffer.from(answer), { ...served, costOf: () => undefined }, "openrouter");
  expect(JSON.parse(body.toString()).usage).not.toHaveProperty("cost");
});

test("OpenRouter's profile names the generation, the model and the host, and its usage is whole numbers", () => {
  const { body } = relay(
    answer.replace('"total_tokens":15', '"prompt_tokens_details":{"cached_tokens":null}'),
    "openrouter",
  );
  expect(JSON.parse(body.toString())).toMatchObject({
    id: "gen-1-abc",
    model: "acme/tiny-1",
    provider: "Acme",
    system_fingerprint: null,
    choices: [{ finish_reason: "stop", native_finish_reason: "stop", message: { content: "Hi" } }],
    usage: {
      total_tokens: 15,
      cost: 0.00325,
      is_byok: false,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
  });
});

test("cached tokens that a provider counts elsewhere are shown where OpenAI's clients look", () => {
  const { body } = relay(answer.replace('"total_tokens":15', '"total_tokens":15,"prompt_cache_hit_tokens":8'));
  expect(JSON.parse(body.toString()).usage.prompt_tokens_details).toEqual({ cached_tokens: 8 });
});

test.each(["", "<html>", "[]", "{}", '{"choices":null}', '{"choices":[]}', '{"choices":[null]}'])(
  "what is no answer is never an empty success: %j",
  (body) => {
    const whole = relay(body);
    expect(whole.facts.fault?.code).toBe("upstream_invalid");
    expect(whole.body).toHaveLength(0);
  },
);

test("an error inside a 200 is the error that it is", () => {
  expect(relay('{"error":{"code":429,"message":"slow down"}}').facts.fault).toMatchObject({
    code: "upstream_rate_limit",
    message: "slow down",
  });
});

test("an empty finish reason of a whole answer becomes one that clients know", () => {
  const body = answer.replace('"finish_reason":"stop"', '"finish_reason":""');
  for (const profile of ["openai", "openrouter"] as const)
    expect(JSON.parse(relay(body, profile).body.toString()).choices[0].finish_reason).toBe("stop");
});
