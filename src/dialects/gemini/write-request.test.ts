import { expect, test } from "vitest";
import { isObject, type JsonObject, parseJson } from "../../canonical/json.js";
import type { Part, Request, Turn } from "../../canonical/request.js";
import { readRequest } from "./read-request.js";
import { pathOf, writeRequest } from "./write-request.js";

const hi: Turn = { role: "user", parts: [{ type: "text", text: "hi" }] };
const plain: Request = { instructions: [], turns: [hi], tools: [], stream: false, extra: {} };

function write(
  asking: Partial<Request>,
  model = "gemini-3-flash-preview",
): { body: JsonObject; notes: readonly string[]; path: string } {
  const target = { model, stream: asking.stream ?? false, maxOutputTokens: undefined };
  const { body, notes, path } = writeRequest({ ...plain, ...asking }, target);
  const json = parseJson(body.toString());
  if (!isObject(json)) throw new Error("no object was written");
  return { body: json, notes: notes.map(({ field, action }) => `${action} ${field}`), path };
}

test("a plain request says no more than it must", () => {
  expect(write({})).toEqual({
    body: { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
    notes: [],
    path: "/models/gemini-3-flash-preview:generateContent",
  });
});

test.each([
  [{ model: "gemini-2.5-flash", stream: true }, "/models/gemini-2.5-flash:streamGenerateContent?alt=sse"],
  [{ model: "models/x", stream: false }, "/models/x:generateContent"],
  [{ model: "tunedModels/x", stream: false }, "/tunedModels/x:generateContent"],
  [{ model: "../../a?b", stream: false }, "/models/..%2F..%2Fa%3Fb:generateContent"],
])("the model and the method are in the path: %j", (target, path) => {
  expect(pathOf(target)).toBe(path);
});

test("neighbours of one role are joined, instructions stand at the front, and nothing is empty", () => {
  const text = (value: string): Part => ({ type: "text", text: value });
  const { body, notes } = write({
    instructions: [{ type: "text", text: "be brief" }],
    turns: [
      { role: "user", parts: [text("a")], name: "Ada" },
      { role: "user", parts: [text(""), text("b")] },
      { role: "assistant", parts: [text("")] },
      { role: "system", parts: [text("be kind")] },
      { role: "assistant", parts: [text("c")] },
    ],
  });
  expect(body).toEqual({
    systemInstruction: { parts: [{ text: "be brief" }, { text: "be kind" }] },
    contents: [
      { role: "user", parts: [{ text: "a" }, { text: "b" }] },
      { role: "model", parts: [{ text: "c" }] },
    ],
  });
  expect(notes).toEqual(["dropped messages[1].name", "emulated messages[4]"]);
});

test.each([
  [{ instructions: [{ type: "text" as const, text: "x" }], turns: [] }, [{ role: "user", parts: [{ text: "x" }] }]],
  [{ turns: [{ role: "user" as const, parts: [] }] }, [{ role: "user", parts: [{ text: "" }] }]],
])("there is always a message: %j", (asking, contents) => {
  expect(write(asking).body).toEqual({ contents });
});

const call = (id: string): Part => ({ type: "tool-call", id, name: "f", argumentsJson: '{"x":1}' });
const closed = (encrypted: string): Part => ({ type: "reasoning", text: "", encrypted });
const contentsOf = (parts: readonly Part[], model?: string) =>
  write({ turns: [hi, { role: "assistant", parts }] }, model).body.contents;
const functionCall = (id: string) => ({ id, name: "f", args: { x: 1 } });

test.each<[string, readonly Part[], readonly object[]]>([
  [
    "in order, each on what it led to",
    [closed("s1"), { type: "text", text: "a" }, closed("s2"), call("1"), call("2")],
    [
      { text: "a", thoughtSignature: "s1" },
      { functionCall: functionCall("1"), thoughtSignature: "s2" },
      { functionCall: functionCall("2") },
    ],
  ],
  [
    "all at the front, as clients of the Chat dialect hand them back: the call has its own",
    [closed("s1"), { type: "text", text: "a" }, call("1"), call("2")],
    [{ text: "a" }, { functionCall: functionCall("1"), thoughtSignature: "s1" }, { functionCall: functionCall("2") }],
  ],
  [
    "two at the front: the text and the call have one each",
    [closed("s1"), closed("s2"), { type: "text", text: "a" }, call("1")],
    [
      { text: "a", thoughtSignature: "s1" },
      { functionCall: functionCall("1"), thoughtSignature: "s2" },
    ],
  ],
  [
    "with nothing to carry it",
    [{ type: "text", text: "a" }, closed("s1"), closed("s2")],
    [{ text: "a" }, { text: "", thoughtSignature: "s1" }, { text: "", thoughtSignature: "s2" }],
  ],
])("thought signatures come back: %s", (_name, parts, written) => {
  expect(contentsOf(parts)).toEqual([
    { role: "user", parts: [{ text: "hi" }] },
    { role: "model", parts: written },
  ]);
});

test("the signature of a thought is another provider's: its words go on without it", () => {
  const parts: readonly Part[] = [
    { type: "reasoning", text: "hm", signature: "theirs" },
    { type: "reasoning", text: "", signature: "theirs" },
    { type: "text", text: "a" },
  ];
  const { body, notes } = write({ turns: [hi, { role: "assistant", parts }] });
  expect(body.contents).toMatchObject([{}, { parts: [{ text: "hm", thought: true }, { text: "a" }] }]);
  expect(JSON.stringify(body)).not.toContain("theirs");
  expect(notes).toEqual(["dropped messages[1].reasoning", "dropped messages[1].reasoning"]);
});

test("a call of this turn without its signature gets the word that stands for one, for models that demand it", () => {
  const signed = [{ functionCall: functionCall("1"), thoughtSignature: "skip_thought_signature_validator" }];
  expect(contentsOf([call("1")])).toMatchObject([{}, { parts: signed }]);
  expect(contentsOf([call("1")], "gemini-2.5-flash")).toMatchObject([{}, { parts: [{ functionCall: {} }] }]);
  const earlier: Turn = { role: "assistant", parts: [call("1")] };
  const { body, notes } = write({ turns: [hi, earlier, hi] });
  expect(JSON.stringify(body)).not.toContain("thoughtSignature");
  expect(notes).toEqual([]);
});

const image: Part = { type: "image", source: { base64: "AAAA", mediaType: "image/png" } };
test.each([
  ["gemini-3-flash-preview", { parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }] }, []],
  ["gemini-2.5-flash", {}, [{ inlineData: { mimeType: "image/png", data: "AAAA" } }]],
])("media in a result are inside it or behind it: %s", (model, inside, beside) => {
  const result: Part = {
    type: "tool-result",
    callId: "1",
    content: [{ type: "text", text: "42" }, image],
    isError: false,
  };
  const { body } = write(
    { turns: [hi, { role: "assistant", parts: [call("1")] }, { role: "tool", parts: [result] }] },
    model,
  );
  const functionResponse = { id: "1", name: "f", response: { output: "42" }, ...inside };
  expect(body.contents).toMatchObject([{}, {}, { role: "user", parts: [{ functionResponse }, ...beside] }]);
});

test("a result without its call says so, and what failed is an error", () => {
  const result: Part = { type: "tool-result", callId: "9", content: [{ type: "text", text: "no" }], isError: true };
  const { body, notes } = write({ turns: [{ role: "tool", parts: [result] }] });
  const functionResponse = { id: "9", name: "9", response: { error: "no" } };
  expect(body.contents).toEqual([{ role: "user", parts: [{ functionResponse }] }]);
  expect(notes).toEqual(["emulated messages[0]"]);
});

test("what is at a URL has a media type, guessed where its name says nothing", () => {
  const at = (type: "image" | "file", url: string): Part => ({ type, source: { url } });
  const { body, notes } = write({
    turns: [
      {
        role: "user",
        parts: [at("image", "https://a/b.PNG?x=.jpg"), at("image", "https://a/b"), at("file", "gs://a/b.csv")],
      },
    ],
  });
  expect(body.contents).toEqual([
    {
      role: "user",
      parts: [
        { fileData: { mimeType: "image/png", fileUri: "https://a/b.PNG?x=.jpg" } },
        { fileData: { mimeType: "image/jpeg", fileUri: "https://a/b" } },
        { fileData: { mimeType: "text/csv", fileUri: "gs://a/b.csv" } },
      ],
    },
  ]);
  expect(notes).toEqual(["emulated messages[0]"]);
});

const f = { name: "f", parameters: { type: "object" } };
const json = { type: "json-schema" as const, name: "a", schema: { type: "object" }, strict: true };
test.each<[Partial<Request>, string, JsonObject, readonly string[]]>([
  [
    { tools: [{ ...f, strict: true }] },
    "gemini-2.5-flash",
    { toolConfig: { functionCallingConfig: { mode: "VALIDATED" } } },
    [],
  ],
  [
    { tools: [f], toolChoice: { type: "named", name: "f" } },
    "gemini-2.5-flash",
    { toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["f"] } } },
    [],
  ],
  [{ tools: [f], format: json }, "gemini-2.5-flash", { systemInstruction: {} }, ["emulated response_format"]],
  [
    { tools: [f], format: json },
    "gemini-3-flash",
    { generationConfig: { responseMimeType: "application/json", responseJsonSchema: { type: "object" } } },
    [],
  ],
  [
    { format: { type: "json" } },
    "gemini-2.5-flash",
    { generationConfig: { responseMimeType: "application/json" } },
    [],
  ],
  [
    { temperature: 3, seed: 2 ** 40 },
    "x",
    { generationConfig: { temperature: 2, seed: 0 } },
    ["clamped temperature", "clamped seed"],
  ],
  [
    { stop: ["a", "", "b", "c", "d", "e", "f"] },
    "x",
    { generationConfig: { stopSequences: ["a", "b", "c", "d", "e"] } },
    ["clamped stop"],
  ],
  [
    { choices: 2, user: "u", metadata: {}, parallelToolCalls: false },
    "x",
    {},
    ["dropped n", "dropped parallel_tool_calls", "dropped user", "dropped metadata"],
  ],
  [{ frequencyPenalty: 0, presencePenalty: 1 }, "x", { generationConfig: { presencePenalty: 1 } }, []],
  [
    { turns: [{ role: "user", parts: [{ type: "text", text: "hi", cache: { lifetime: "5m" } }] }] },
    "x",
    {},
    ["dropped cache_control"],
  ],
])("settings: %j for %s", (asking, model, expected, noted) => {
  const { body, notes } = write(asking, model);
  expect(body).toMatchObject(expected);
  expect(notes).toEqual(noted);
});

test("what the client said in Gemini's own words goes back to its place; what nobody knows is named", () => {
  const own = {
    contents: [{ role: "user", parts: [{ text: "hi" }] }],
    tools: [{ functionDeclarations: [{ name: "f" }] }, { googleSearch: {} }],
    toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["f", "g"] }, retrievalConfig: { x: 1 } },
    generationConfig: {
      topK: 3,
      responseModalities: ["TEXT"],
      thinkingConfig: { thinkingLevel: "LOW", includeThoughts: false },
    },
    safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }],
    cachedContent: "cachedContents/x",
  };
  const { body, notes } = write(readRequest({ ...own, ofTomorrow: 1 }));
  expect(body).toEqual(own);
  expect(notes).toEqual(["dropped ofTomorrow"]);
});
