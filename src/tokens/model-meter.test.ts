import { expect, test } from "vitest";
import type { Request } from "../canonical/request.js";
import { modelMeter } from "./model-meter.js";
import { countRequest } from "./request/count-request.js";

const request = (turns: Request["turns"], more: Partial<Request> = {}): Request => ({
  instructions: [],
  turns,
  tools: [],
  stream: false,
  extra: {},
  ...more,
});
const user = (text: string): Request["turns"][number] => ({ role: "user", parts: [{ type: "text", text }] });

function count(model: string, given: Request) {
  const { meter, rules } = modelMeter(model);
  return countRequest(given, meter, rules);
}

/** https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken: what the API counted. */
const weatherExample = request([user("What's the weather like in San Francisco?")], {
  instructions: [{ type: "text", text: "You are a helpful assistant that can answer to questions about the weather." }],
  tools: [
    {
      name: "get_current_weather",
      description: "Get the current weather in a given location",
      parameters: {
        type: "object",
        properties: {
          location: { type: "string", description: "The city and state, e.g. San Francisco, CA" },
          unit: {
            type: "string",
            description: "The unit of temperature to return",
            enum: ["celsius", "fahrenheit"],
          },
        },
        required: ["location"],
      },
    },
  ],
});

test("OpenAI's example with a tool has the tokens that its API counted", () => {
  expect(count("gpt-4o", weatherExample)).toMatchObject({ tokens: 101, method: "estimated" });
  expect(count("gpt-4o-mini", weatherExample).tokens).toBe(101);
  expect(count("gpt-4", weatherExample).tokens).toBe(105);
  expect(count("gpt-3.5-turbo", weatherExample).tokens).toBe(105);
});

test("plain text of OpenAI's models is exact, with the model's own encoding", () => {
  expect(modelMeter("openai/gpt-4o").meter).toMatchObject({ method: "exact", name: "o200k_base", errorPercent: 0 });
  expect(modelMeter("gpt-4").meter.name).toBe("cl100k_base");
  expect(modelMeter("openai/gpt-oss-120b").meter.name).toBe("o200k_harmony");
  expect(modelMeter("davinci").meter.name).toBe("r50k_base");
  expect(modelMeter("gpt-4o").meter.count("hamburger")).toBe(2);
  expect(modelMeter("gpt-4o").meter.count("")).toBe(0);
  expect(count("gpt-4o", request([user("hamburger")]))).toMatchObject({ tokens: 2 + 4 + 3, method: "exact" });
});

test("everything else is estimated, and says so", () => {
  for (const model of ["claude-haiku-4-5", "models/gemini-2.5-flash", "mistral-large-latest", "nobody/knows"]) {
    const { method, errorPercent, tokens, atMost } = count(model, request([user("How much is it? ".repeat(100))]));
    expect(method).toBe("estimated");
    expect(errorPercent).toBeGreaterThan(0);
    expect(tokens).toBeGreaterThan(200);
    expect(atMost).toBeGreaterThan(tokens);
  }
});
