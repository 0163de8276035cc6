import fc from "fast-check";
import { expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import type { Json, JsonObject } from "../../canonical/json.js";
import { openaiResponses } from "./dialect.js";

const read = (body: JsonObject) =>
  openaiResponses.readRequest(Buffer.from(JSON.stringify({ model: "m", input: "hi", ...body })), "openai");
const extraOf = (body: JsonObject) => read(body).canonical().extra;

function refusal(body: JsonObject | string): TrunklineError {
  try {
    const source = typeof body === "string" ? body : JSON.stringify({ model: "m", input: "hi", ...body });
    openaiResponses.readRequest(Buffer.from(source), "openai");
  } catch (error) {
    if (TrunklineError.is(error)) return error;
    throw error;
  }
  throw new Error("it was read");
}

test("the outline says what admit, plan and hold look at", () => {
  const { outline, bytes } = read({
    models: ["a/b"],
    stream: true,
    max_output_tokens: 50,
    reasoning: { effort: "low" },
    tools: [{ type: "function", name: "f" }],
    input: [{ role: "user", content: [{ type: "input_image", image_url: "https://a" }] }],
    trunkline: { timeoutMs: 5 },
  });
  expect(outline).toEqual({
    model: "m",
    fallbackModels: ["a/b"],
    stream: true,
    includeUsage: true,
    maxOutputTokens: 50,
    choices: 1,
    wantsReasoning: true,
    hasTools: true,
    hasImages: true,
    bodyBytes: bytes.length,
    own: { timeoutMs: 5 },
  });
  expect(read({}).outline).toMatchObject({ stream: false, wantsReasoning: false, hasTools: false, hasImages: false });
  expect(read({ reasoning: { effort: "none" } }).outline.wantsReasoning).toBe(false);
});

test.each<[JsonObject, string, RegExp]>([
  [{ previous_response_id: "resp_1" }, "previous_response_id", /whole conversation in 'input'/],
  [{ conversation: { id: "c" } }, "conversation", /in 'input'/],
  [{ prompt: { id: "p" } }, "prompt", /'instructions'/],
  [{ background: true }, "background", /'stream'/],
  [{ input: 5 }, "input", /expected/],
  [{ input: [{ role: "user", content: [{ type: "input_text" }] }] }, "input[0].content[0].text", /Missing/],
  [{ model: null }, "model", /model/],
])("%j is refused by the field's name, with what to do", (body, param, sentence) => {
  const error = refusal(body);
  expect([error.code, error.status, error.details.param]).toEqual(["invalid_request", 400, param]);
  expect(error.sentence).toMatch(sentence);
});

test("what is no JSON says so", () => {
  expect(refusal("").sentence).toBe("The request body is empty. Send a JSON object with model and input.");
  expect(refusal("{").code).toBe("invalid_json");
  expect(refusal('{"model":"a","model":"b","input":"hi"}').details.param).toBe("model");
});

test.each<[JsonObject]>([
  [{ previous_response_id: null, conversation: null, prompt: null, background: false }],
  [{ store: true }],
  [{ store: false, include: ["reasoning.encrypted_content"], truncation: "disabled", service_tier: "auto" }],
  [{ stream_options: { include_obfuscation: false }, top_logprobs: 0, reasoning: { summary: "auto" } }],
  [{ models: ["a"], trunkline: { strict: true } }],
  [
    {
      input: [
        { type: "reasoning", id: "rs_1", summary: [] },
        {
          type: "message",
          id: "msg_1",
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text: "a", annotations: [], logprobs: [] }],
        },
        { type: "function_call", id: "fc_1", status: "completed", call_id: "a", name: "f", arguments: "{}" },
      ],
    },
  ],
])("%j asks for nothing that another dialect could lose", (body) => {
  expect(extraOf(body)).toEqual({});
});

test("what another dialect would lose is kept by name", () => {
  const search = { type: "web_search" };
  expect(
    extraOf({
      tools: [search],
      truncation: "auto",
      top_logprobs: 3,
      include: ["web_search_call.results"],
      service_tier: "flex",
      max_tool_calls: 2,
      text: { verbosity: "low" },
      input: [{ type: "item_reference", id: "x" }],
    }),
  ).toEqual({
    "tools[0]": search,
    truncation: "auto",
    top_logprobs: 3,
    include: ["web_search_call.results"],
    service_tier: "flex",
    max_tool_calls: 2,
    verbosity: "low",
    "input[0]": { type: "item_reference", id: "x" },
  });
});

test("allowed tools leave out the others, where they are functions", () => {
  const tools = ["f", "g"].map((name) => ({ type: "function", name }));
  const choose = (allowed: Json) =>
    read({ tools, tool_choice: { type: "allowed_tools", mode: "required", tools: allowed } }).canonical();
  const some = choose([{ type: "function", name: "g" }]);
  expect([some.tools.map(({ name }) => name), some.toolChoice, some.extra]).toEqual([["g"], { type: "required" }, {}]);
  const odd = choose([{ type: "web_search" }]);
  expect([odd.tools.length, Object.keys(odd.extra)]).toEqual([2, ["tool_choice.tools"]]);
});

test("no body makes the reader throw anything but the taxonomy's errors", () => {
  const field = fc.constantFrom(
    "input",
    "tools",
    "text",
    "reasoning",
    "tool_choice",
    "stream",
    "instructions",
    "model",
  );
  const item = fc.record({
    type: fc.constantFrom("message", "reasoning", "function_call"),
    role: fc.jsonValue(),
    content: fc.jsonValue(),
  });
  fc.assert(
    fc.property(fc.dictionary(field, fc.oneof(fc.jsonValue(), fc.array(item))), (body) => {
      const bytes = Buffer.from(JSON.stringify({ model: "m", input: "hi", ...body }));
      try {
        openaiResponses.readRequest(bytes, "openai").canonical();
      } catch (error) {
        expect(TrunklineError.is(error)).toBe(true);
      }
    }),
  );
});
