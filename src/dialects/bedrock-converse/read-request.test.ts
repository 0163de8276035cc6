import { expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import type { JsonObject } from "../../canonical/json.js";
import { readRequest } from "./read-request.js";

const hi = { role: "user", content: [{ text: "hi" }] };
const read = (body: JsonObject) => readRequest({ messages: [hi], ...body });
const user = (...content: JsonObject[]) => read({ messages: [{ role: "user", content }] });
function refusal(body: JsonObject): readonly [string | undefined, string] {
  try {
    read(body);
  } catch (error) {
    if (TrunklineError.is(error) && error.code === "invalid_request") return [error.details.param, error.message];
    throw error;
  }
  throw new Error("it was read");
}

test("a cache point marks what stands before it, in instructions, messages and tools", () => {
  const point = { cachePoint: { type: "default" } };
  const spec = { toolSpec: { name: "f", description: "d", inputSchema: { json: { a: 1 } }, strict: true } };
  const { instructions, turns, tools, extra } = read({
    system: [{ text: "be brief" }, { cachePoint: { type: "default", ttl: "1h" } }],
    messages: [{ role: "user", content: [point, { text: "hi" }, point] }],
    toolConfig: { tools: [spec, point, { systemTool: { name: "g" } }] },
  });
  expect(instructions).toEqual([{ type: "text", text: "be brief", cache: { lifetime: "1h" } }]);
  expect(turns[0]?.parts).toEqual([{ type: "text", text: "hi", cache: { lifetime: "5m" } }]);
  expect(tools).toEqual([
    { name: "f", description: "d", parameters: { a: 1 }, strict: true, cache: { lifetime: "5m" } },
  ]);
  expect(extra).toEqual({
    "messages[0].content[0]": point,
    "toolConfig.tools[2]": { systemTool: { name: "g" } },
  });
});

test("calls, results and thinking", () => {
  const { turns } = read({
    messages: [
      hi,
      {
        role: "assistant",
        content: [
          { reasoningContent: { reasoningText: { text: "hm", signature: "s" } } },
          { reasoningContent: { redactedContent: "x" } },
          { toolUse: { toolUseId: "a", name: "f", input: { x: 1 } } },
        ],
      },
      {
        role: "user",
        content: [
          { toolResult: { toolUseId: "a", content: [{ text: "1" }, { json: { y: 2 } }], status: "error" } },
          { text: "so?" },
        ],
      },
    ],
  });
  expect(turns.slice(1)).toEqual([
    {
      role: "assistant",
      parts: [
        { type: "reasoning", text: "hm", signature: "s" },
        { type: "reasoning", text: "", encrypted: "x" },
        { type: "tool-call", id: "a", name: "f", argumentsJson: '{"x":1}' },
      ],
    },
    {
      role: "tool",
      parts: [
        {
          type: "tool-result",
          callId: "a",
          content: [
            { type: "text", text: "1" },
            { type: "text", text: '{"y":2}' },
          ],
          isError: true,
        },
      ],
    },
    { role: "user", parts: [{ type: "text", text: "so?" }] },
  ]);
});

test("media by bytes, text or place; of blocks around texts the texts are carried and the rest is kept", () => {
  const video = { video: { format: "mp4", source: { bytes: "AAAA" } } };
  const { turns, extra } = user(
    { image: { format: "jpeg", source: { bytes: "AAAA" } } },
    { document: { format: "docx", name: "a", source: { bytes: "BBBB" } } },
    { document: { format: "txt", name: "b", source: { text: "hé" }, citations: { enabled: true } } },
    { document: { format: "pdf", name: "c", source: { s3Location: { uri: "s3://a/b", bucketOwner: "o" } } } },
    { audio: { format: "wav", source: { bytes: "CCCC" } } },
    { document: { name: "d", source: { content: [{ text: "one" }] } } },
    { searchResult: { source: "s", title: "t", content: [{ text: "two" }] } },
    { guardContent: { text: { text: "three", qualifiers: ["query"] } } },
    video,
  );
  const docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  expect(turns[0]?.parts).toEqual([
    { type: "image", source: { base64: "AAAA", mediaType: "image/jpeg" } },
    { type: "file", source: { base64: "BBBB", mediaType: docx }, name: "a" },
    { type: "file", source: { base64: "aMOp", mediaType: "text/plain" }, name: "b" },
    { type: "file", source: { url: "s3://a/b" }, name: "c" },
    { type: "audio", source: { base64: "CCCC", mediaType: "audio/wav" } },
    { type: "text", text: "one" },
    { type: "text", text: "two" },
    { type: "text", text: "three" },
  ]);
  expect(extra).toEqual({
    "messages[0].content[2].document.citations": { enabled: true },
    "messages[0].content[3].document.format": "pdf",
    "messages[0].content[3].document.source.s3Location.bucketOwner": "o",
    "messages[0].content[5].document.name": "d",
    "messages[0].content[6].searchResult.source": "s",
    "messages[0].content[6].searchResult.title": "t",
    "messages[0].content[7].guardContent.text.qualifiers": ["query"],
    "messages[0].content[8]": video,
  });
});

const schema = (text: string) => ({
  outputConfig: { textFormat: { type: "json_schema", structure: { jsonSchema: { schema: text, name: "s" } } } },
});
test.each<[JsonObject, object]>([
  [
    { inferenceConfig: { maxTokens: 9, topP: 0.5, stopSequences: ["X"] } },
    { maxOutputTokens: 9, topP: 0.5, stop: ["X"] },
  ],
  [{ toolConfig: { toolChoice: { any: {} } } }, { toolChoice: { type: "required" } }],
  [{ toolConfig: { toolChoice: { auto: {} } } }, { toolChoice: { type: "auto" } }],
  [{ toolConfig: { toolChoice: { tool: { name: "f" } } } }, { toolChoice: { type: "named", name: "f" } }],
  [{ toolConfig: { toolChoice: { new: {} } } }, { extra: { "toolConfig.toolChoice": { new: {} } } }],
  [schema('{"a":1}'), { format: { type: "json-schema", name: "s", schema: { a: 1 }, strict: true } }],
  [{ outputConfig: { effort: "low" } }, { reasoning: { effort: "low" } }],
  [{ requestMetadata: { a: "b" } }, { metadata: { a: "b" } }],
  [{ additionalModelRequestFields: { top_k: 5 } }, { extra: { "additionalModelRequestFields.top_k": 5 } }],
  [
    { additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 1024 } } },
    { reasoning: { budgetTokens: 1024 } },
  ],
  [
    { additionalModelRequestFields: { thinking: "hard" } },
    { extra: { "additionalModelRequestFields.thinking": "hard" } },
  ],
])("settings: %j", (body, expected) => {
  expect(read(body)).toMatchObject(expected);
});

test.each<[JsonObject, string, string]>([
  [{ messages: 5 }, "messages", "got a number"],
  [{ messages: [{ role: "tool", content: [] }] }, "messages[0].role", "'tool'"],
  [{ messages: [{ role: "user" }] }, "messages[0].content", "Missing"],
  [{ messages: [{ role: "user", content: "hi" }] }, "messages[0].content", "got a string"],
  [{ messages: [{ role: "user", content: [{ text: 1 }] }] }, "messages[0].content[0].text", "got a number"],
  [{ messages: [{ role: "user", content: [{ image: {} }] }] }, "messages[0].content[0].image.source", "Missing"],
  [{ toolConfig: { tools: [{ toolSpec: {} }] } }, "toolConfig.tools[0].toolSpec.name", "Missing"],
  [schema("["), "outputConfig.textFormat.structure.jsonSchema.schema", "JSON object as text"],
])("a mistake is named: %j", (body, param, message) => {
  const [field, sentence] = refusal(body);
  expect(field).toBe(param);
  expect(sentence).toContain(message);
});
