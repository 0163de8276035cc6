// What a Messages request becomes over a provider that speaks Chat, and what of it is on the receipt: docs/dialects.md.
import { expect, test } from "vitest";
import { isObject, type JsonObject, parseJson } from "../../canonical/json.js";
import { openaiChat } from "../openai-chat/dialect.js";
import { anthropicMessages } from "./dialect.js";

function overChat(
  fields: JsonObject,
  target: object = {},
): { readonly body: JsonObject; readonly notes: readonly string[] } {
  const asked = { model: "m", max_tokens: 99, messages: [{ role: "user", content: "hi" }], ...fields };
  const request = anthropicMessages.readRequest(Buffer.from(JSON.stringify(asked)), "openai").canonical();
  const written = openaiChat.writeRequest(request, {
    model: "gpt",
    stream: false,
    maxOutputTokens: undefined,
    ...target,
  });
  const body = parseJson(written.body.toString());
  return { body: isObject(body) ? body : {}, notes: written.notes.map(({ action, field }) => `${action} ${field}`) };
}

test("the output limit has the name that the row says", () => {
  expect(overChat({}).body).toEqual({ model: "gpt", max_tokens: 99, messages: [{ role: "user", content: "hi" }] });
  expect(overChat({}, { outputLimitField: "max_completion_tokens" }).body).toMatchObject({ max_completion_tokens: 99 });
});

test.each<[string, JsonObject, JsonObject, readonly string[]]>([
  [
    "a budget",
    { thinking: { type: "enabled", budget_tokens: 2000 } },
    { reasoning_effort: "low" },
    ["emulated reasoning.max_tokens"],
  ],
  [
    "adaptive thinking",
    { thinking: { type: "adaptive" } },
    { reasoning_effort: "medium" },
    ["emulated reasoning.enabled"],
  ],
  [
    "adaptive thinking with an effort",
    { thinking: { type: "adaptive" }, output_config: { effort: "high" } },
    { reasoning_effort: "high" },
    [],
  ],
  ["no thinking", { thinking: { type: "disabled" } }, {}, ["dropped reasoning.enabled"]],
  ["top_k", { top_k: 5 }, {}, ["dropped top_k"]],
  [
    "five stop sequences",
    { stop_sequences: ["a", "b", "c", "d", "e"] },
    { stop: ["a", "b", "c", "d"] },
    ["clamped stop"],
  ],
  ["the usual tier", { service_tier: "auto" }, {}, []],
  ["the standard tier", { service_tier: "standard_only" }, { service_tier: "default" }, []],
  ["Anthropic's own tools", { tools: [{ type: "web_search_20250305", name: "web_search" }] }, {}, ["dropped tools[0]"]],
  ["a container", { container: "c" }, {}, ["dropped container"]],
  ["who asks", { metadata: { user_id: "u" } }, { user: "u" }, []],
  ["OpenRouter's word for who asks", { user: "u" }, { user: "u" }, []],
  ["what the gateway acts on", { models: ["b"], fallbacks: [{ model: "c" }], trunkline: { strict: true } }, {}, []],
])("%s", (_, fields, expected, noted) => {
  const { body, notes } = overChat(fields);
  const { model, max_tokens, messages, ...rest } = body;
  expect(rest).toEqual(expected);
  expect(notes).toEqual(noted);
});

test("a conversation keeps its calls, results and pictures; thinking, marks and errors are on the receipt", () => {
  const { body, notes } = overChat({
    system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
    messages: [
      { role: "user", content: "hi" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Hm.", signature: "s" },
          { type: "tool_use", id: "t", name: "f", input: { x: 1 } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t", content: "failed", is_error: true },
          { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
        ],
      },
    ],
  });
  expect(body.messages).toEqual([
    { role: "system", content: "Be brief." },
    { role: "user", content: "hi" },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "t", type: "function", function: { name: "f", arguments: '{"x":1}' } }],
    },
    { role: "tool", tool_call_id: "t", content: "failed" },
    { role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] },
  ]);
  expect(notes).toEqual(["dropped messages[1].reasoning", "dropped messages[2][0].is_error", "dropped cache_control"]);
});
