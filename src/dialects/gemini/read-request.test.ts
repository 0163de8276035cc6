import { expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import type { JsonObject } from "../../canonical/json.js";
import { readModelName, readRequest } from "./read-request.js";

const hi = { role: "user", parts: [{ text: "hi" }] };
const read = (body: JsonObject) => readRequest({ contents: [hi], ...body });
const parts = (...list: JsonObject[]) => read({ contents: [{ parts: list }] });
function refusal(body: JsonObject): readonly [string | undefined, string] {
  try {
    read(body);
  } catch (error) {
    if (TrunklineError.is(error) && error.code === "invalid_request") return [error.details.param, error.message];
    throw error;
  }
  throw new Error("it was read");
}

test("a plain body is a request without anything extra, in either spelling, with or without brackets", () => {
  const expected = {
    instructions: [{ type: "text", text: "be brief" }],
    turns: [
      {
        role: "user",
        parts: [
          { type: "text", text: "hi" },
          { type: "image", source: { base64: "AAAA", mediaType: "image/png" }, name: "a" },
        ],
      },
      { role: "assistant", parts: [{ type: "text", text: "ho" }] },
    ],
    tools: [],
    maxOutputTokens: 10,
    stop: ["X"],
    stream: false,
    extra: {},
  };
  const inlineData = { mimeType: "image/png", data: "AAAA", displayName: "a" };
  expect(
    read({
      contents: [
        { role: "user", parts: [{ text: "hi" }, { inlineData }] },
        { role: "model", parts: [{ text: "ho" }] },
      ],
      systemInstruction: { role: "system", parts: [{ text: "be brief" }] },
      generationConfig: { maxOutputTokens: 10, stopSequences: ["X"] },
    }),
  ).toEqual(expected);
  expect(
    read({
      contents: [
        { parts: [{ text: "hi" }, { inline_data: { mime_type: "image/png", data: "AAAA", display_name: "a" } }] },
        { role: "model", parts: { text: "ho" } },
      ],
      system_instruction: { parts: { text: "be brief" } },
      generation_config: { max_output_tokens: 10, stop_sequences: ["X"] },
    }),
  ).toEqual(expected);
});

test("calls and results find each other without ids, by name and order", () => {
  const { turns } = read({
    contents: [
      hi,
      {
        role: "model",
        parts: [
          { functionCall: { name: "f", args: { x: 1 } } },
          { functionCall: { name: "g" } },
          { functionCall: { name: "f", args: {} } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { name: "f", response: { output: "one" } } },
          { functionResponse: { name: "f", response: { error: { code: 2 } } } },
          { functionResponse: { name: "g", response: { temperature: 20 } } },
          { text: "so?" },
        ],
      },
    ],
  });
  const result = (callId: string, text: string, isError = false) => ({
    type: "tool-result",
    callId,
    content: [{ type: "text", text }],
    isError,
  });
  expect(turns.slice(1)).toEqual([
    {
      role: "assistant",
      parts: [
        { type: "tool-call", id: "call_1", name: "f", argumentsJson: '{"x":1}' },
        { type: "tool-call", id: "call_2", name: "g", argumentsJson: "{}" },
        { type: "tool-call", id: "call_3", name: "f", argumentsJson: "{}" },
      ],
    },
    {
      role: "tool",
      parts: [result("call_1", "one"), result("call_3", '{"code":2}', true), result("call_2", '{"temperature":20}')],
    },
    { role: "user", parts: [{ type: "text", text: "so?" }] },
  ]);
});

test("a result may hold media, and keeps its name where its call is not there", () => {
  const { turns, extra } = parts({
    functionResponse: {
      id: "x",
      name: "f",
      parts: [
        { inlineData: { mimeType: "image/png", data: "AAAA" } },
        { fileData: { mimeType: "application/pdf", fileUri: "gs://a/b.pdf" } },
      ],
      willContinue: false,
    },
  });
  expect(turns).toEqual([
    {
      role: "tool",
      parts: [
        {
          type: "tool-result",
          callId: "x",
          content: [
            { type: "image", source: { base64: "AAAA", mediaType: "image/png" } },
            { type: "file", source: { url: "gs://a/b.pdf" } },
          ],
          isError: false,
        },
      ],
    },
  ]);
  expect(extra).toEqual({
    "contents[0].parts[0].functionResponse.name": "f",
    "contents[0].parts[0].functionResponse.parts[1].fileData.mimeType": "application/pdf",
    "contents[0].parts[0].functionResponse.willContinue": false,
  });
});

test("thoughts come with their signature; what else is signed has it in front, closed", () => {
  const { turns, extra } = read({
    contents: [
      {
        role: "model",
        parts: [
          { text: "hm", thought: true, thoughtSignature: "s1" },
          { thought_signature: "s2", function_call: { id: "a", name: "f" } },
          { text: "ho", thoughtSignature: "s3" },
          { text: "", thoughtSignature: "s4" },
          { thoughtSignature: "s5" },
        ],
      },
    ],
  });
  expect(turns[0]?.parts).toEqual([
    { type: "reasoning", text: "hm", signature: "s1" },
    { type: "reasoning", text: "", encrypted: "s2" },
    { type: "tool-call", id: "a", name: "f", argumentsJson: "{}" },
    { type: "reasoning", text: "", encrypted: "s3" },
    { type: "text", text: "ho" },
    { type: "reasoning", text: "", encrypted: "s4" },
    { type: "reasoning", text: "", encrypted: "s5" },
  ]);
  expect(extra).toEqual({});
});

test("a thought that was streamed comes back in one piece, with the signature that its empty last piece has", () => {
  const thought = (text: string, more: JsonObject = {}) => ({ text, thought: true, ...more });
  const pieces = [
    thought("a"),
    thought("b"),
    thought("", { thoughtSignature: "s1" }),
    thought("", { thoughtSignature: "s2" }),
  ];
  expect(read({ contents: [{ role: "model", parts: pieces }] }).turns[0]?.parts).toEqual([
    { type: "reasoning", text: "ab", signature: "s1" },
    { type: "reasoning", text: "", signature: "s2" },
  ]);
});

test("what canonical has no word for is kept by its path: video, code, the provider's own tools and settings", () => {
  const video = { fileData: { fileUri: "https://youtu.be/a" } };
  const code = { executableCode: { language: "PYTHON", code: "1" } };
  const { turns, extra } = read({
    contents: [{ parts: [video, code, { text: "hi", videoMetadata: { fps: 1 } }] }],
    tools: [{ googleSearch: {} }, { functionDeclarations: [{ name: "f", behavior: "BLOCKING" }] }],
    toolConfig: { functionCallingConfig: { mode: "VALIDATED" }, retrievalConfig: {} },
    generationConfig: { responseModalities: ["TEXT"], thinkingConfig: { includeThoughts: false } },
    safetySettings: [],
    cachedContent: null,
  });
  expect(turns).toEqual([{ role: "user", parts: [{ type: "text", text: "hi" }] }]);
  expect(extra).toEqual({
    "contents[0].parts[0]": video,
    "contents[0].parts[1]": code,
    "contents[0].parts[2].videoMetadata": { fps: 1 },
    "tools[0].googleSearch": {},
    "tools[1].functionDeclarations[0].behavior": "BLOCKING",
    "toolConfig.functionCallingConfig.mode": "VALIDATED",
    "toolConfig.retrievalConfig": {},
    "generationConfig.responseModalities": ["TEXT"],
    "generationConfig.thinkingConfig.includeThoughts": false,
    safetySettings: [],
  });
});

test("a schema in Google's words becomes a JSON schema", () => {
  const { tools } = read({
    tools: {
      function_declarations: {
        name: "f",
        parameters: {
          type: "OBJECT",
          properties: {
            type: { type: "STRING", nullable: true, enum: ["OBJECT"] },
            list: { type: "ARRAY", min_items: "1", items: { any_of: [{ type: "INTEGER" }], nullable: true } },
          },
          required: ["type"],
        },
      },
    },
  });
  expect(tools[0]?.parameters).toEqual({
    type: "object",
    properties: {
      type: { type: ["string", "null"], enum: ["OBJECT"] },
      list: { type: "array", minItems: 1, items: { anyOf: [{ type: "integer" }, { type: "null" }] } },
    },
    required: ["type"],
  });
});

const calling = (functionCallingConfig: JsonObject) => ({ toolConfig: { functionCallingConfig } });
const thinking = (thinkingConfig: JsonObject) => ({ generationConfig: { thinkingConfig } });
test.each<[JsonObject, object]>([
  [calling({ mode: "ANY" }), { toolChoice: { type: "required" } }],
  [calling({ mode: "ANY", allowedFunctionNames: ["f"] }), { toolChoice: { type: "named", name: "f" } }],
  [
    calling({ mode: "ANY", allowedFunctionNames: ["f", "g"] }),
    {
      toolChoice: { type: "required" },
      extra: { "toolConfig.functionCallingConfig.allowedFunctionNames": ["f", "g"] },
    },
  ],
  [thinking({ thinkingBudget: 0 }), { reasoning: { enabled: false } }],
  [thinking({ thinkingBudget: -1 }), { reasoning: { enabled: true } }],
  [thinking({ thinkingBudget: 99 }), { reasoning: { budgetTokens: 99 } }],
  [thinking({ thinkingLevel: "LOW", includeThoughts: true }), { reasoning: { effort: "low", enabled: true } }],
  [{ generationConfig: { responseMimeType: "application/json" } }, { format: { type: "json" } }],
  [
    { generationConfig: { responseMimeType: "application/json", responseSchema: { type: "STRING" } } },
    { format: { type: "json-schema", name: "answer", schema: { type: "string" }, strict: true } },
  ],
  [
    { generationConfig: { responseMimeType: "text/x.enum", responseSchema: { type: "STRING" } } },
    {
      extra: {
        "generationConfig.responseMimeType": "text/x.enum",
        "generationConfig.responseSchema": { type: "STRING" },
      },
    },
  ],
  [{ generationConfig: { candidateCount: 2, seed: 7 } }, { choices: 2, seed: 7 }],
  [{ labels: { a: "b" } }, { metadata: { a: "b" } }],
])("settings: %j", (body, expected) => {
  expect(read(body)).toMatchObject(expected);
});

test("a body of countTokens may hold the request, and the model loses its collection", () => {
  const body = { generateContentRequest: { model: "models/gemini-x", contents: [hi], labels: 5 } };
  expect(readModelName(body)).toBe("gemini-x");
  expect(refusal({ contents: null, ...body })[0]).toBe("generateContentRequest.labels");
});

test.each<[JsonObject, string, string]>([
  [{ contents: null }, "contents", "got null"],
  [{ contents: [] }, "contents", "empty array"],
  [{ contents: "hi" }, "contents", "got a string"],
  [{ contents: [{ role: "assistant", parts: [] }] }, "contents[0].role", "'assistant'"],
  [{ contents: [{ parts: [null] }] }, "contents[0].parts[0]", "got null"],
  [{ contents: { parts: { text: 1 } } }, "contents.parts.text", "got a number"],
  [{ contents: [{ parts: [{ inline_data: { data: "" } }] }] }, "contents[0].parts[0].inline_data.mimeType", "Missing"],
  [{ contents: [{ parts: [{ functionCall: {} }] }] }, "contents[0].parts[0].functionCall.name", "Missing"],
  [{ tools: [{ functionDeclarations: [{}] }] }, "tools[0].functionDeclarations[0].name", "Missing"],
  [{ generationConfig: { temperature: "1" } }, "generationConfig.temperature", "got a string"],
  [thinking({ thinkingBudget: -2 }), "generationConfig.thinkingConfig.thinkingBudget", "at least -1"],
])("a mistake is named: %j", (body, param, message) => {
  const [field, sentence] = refusal(body);
  expect(field).toBe(param);
  expect(sentence).toContain(message);
});
