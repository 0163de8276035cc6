import { expect, test } from "vitest";
import type { Request } from "../../canonical/request.js";
import { openaiChat } from "../openai-chat/dialect.js";
import { openaiResponses } from "./dialect.js";

const target = { model: "m-1", stream: true, maxOutputTokens: undefined };
const user = { role: "user" as const, parts: [{ type: "text" as const, text: "hi" }] };
const base: Request = { instructions: [], turns: [user], tools: [], stream: true, extra: {} };

function write(request: Partial<Request>) {
  const { body, notes, path } = openaiResponses.writeRequest({ ...base, ...request }, target);
  expect(path).toBe("/responses");
  return { body: JSON.parse(body.toString()), notes: notes.map(({ action, field }) => `${action} ${field}`) };
}

test("a plain request asks for nothing to be kept", () => {
  expect(write({ instructions: [{ type: "text", text: "be brief" }] })).toEqual({
    body: {
      model: "m-1",
      instructions: "be brief",
      input: [{ role: "user", content: "hi" }],
      stream: true,
      store: false,
    },
    notes: [],
  });
});

test("instructions alone are what is to be answered", () => {
  expect(write({ turns: [], instructions: [{ type: "text", text: "a" }] }).body).toMatchObject({
    input: [{ role: "system", content: "a" }],
  });
});

test("a chat request with all that this API cannot say names it on the receipt", () => {
  const chat = openaiChat.readRequest(
    Buffer.from(
      JSON.stringify({
        model: "m",
        ...{ stop: ["X"], seed: 1, n: 2, top_k: 3, frequency_penalty: 1, presence_penalty: 1, logit_bias: { 1: 1 } },
        ...{ logprobs: true, verbosity: "low", service_tier: "flex", store: false, max_tokens: 9 },
        messages: [
          { role: "system", content: "s" },
          { role: "user", name: "u", content: [{ type: "text", text: "a", cache_control: { type: "ephemeral" } }] },
          { role: "assistant", content: "b", reasoning_content: "hm" },
          { role: "user", content: "c" },
        ],
      }),
    ),
    "openai",
  );
  const { body, notes } = write(chat.canonical());
  expect(body).toEqual({
    model: "m-1",
    instructions: "s",
    input: [
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
      { role: "user", content: "c" },
    ],
    stream: true,
    store: false,
    text: { verbosity: "low" },
    max_output_tokens: 9,
    service_tier: "flex",
  });
  expect(notes.map((note) => note.replace("dropped ", "")).sort()).toEqual([
    "cache_control",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "messages[0].name",
    "messages[1].reasoning",
    "n",
    "presence_penalty",
    "seed",
    "stop",
    "top_k",
  ]);
});

test("readable reasoning goes along with the encrypted form that follows it", () => {
  const { body, notes } = write({
    turns: [
      user,
      {
        role: "assistant",
        parts: [
          { type: "reasoning", text: "one" },
          { type: "reasoning", text: "", encrypted: "x" },
          { type: "tool-call", id: "c", name: "f", argumentsJson: "{}" },
        ],
      },
      { role: "tool", parts: [{ type: "tool-result", callId: "c", content: [], isError: true }] },
    ],
  });
  expect(body.input.slice(1)).toEqual([
    { type: "reasoning", summary: [{ type: "summary_text", text: "one" }], encrypted_content: "x" },
    { type: "function_call", call_id: "c", name: "f", arguments: "{}" },
    { type: "function_call_output", call_id: "c", output: "" },
  ]);
  expect(notes).toEqual(["dropped messages[2].is_error"]);
});

test.each<[Request["reasoning"], object | undefined, readonly string[]]>([
  [{ effort: "low" }, { effort: "low" }, []],
  [{ effort: "none" }, { effort: "none" }, []],
  [{ budgetTokens: 500 }, { effort: "minimal" }, ["emulated reasoning.max_tokens"]],
  [{ enabled: true }, { effort: "medium" }, ["emulated reasoning.enabled"]],
  [{ enabled: false }, undefined, ["dropped reasoning.enabled"]],
])("reasoning %j is sent as %j", (reasoning, sent, expected) => {
  const { body, notes } = write({ ...(reasoning !== undefined && { reasoning }) });
  expect([body.reasoning, notes]).toEqual([sent, expected]);
  // Its encrypted form is wanted wherever the model will reason: nothing is kept for it.
  expect(body.include !== undefined).toBe(sent !== undefined && reasoning?.effort !== "none");
});

test("pictures of the assistant are not taken", () => {
  const picture = { type: "image" as const, source: { url: "https://a" } };
  const { body, notes } = write({ turns: [user, { role: "assistant", parts: [picture] }] });
  expect([body.input.length, notes]).toEqual([1, ["dropped messages[1]"]]);
});
