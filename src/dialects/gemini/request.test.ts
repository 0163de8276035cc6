import fc from "fast-check";
import { expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import { readRequest } from "./request.js";

const address = { model: "gemini-2.5-flash", stream: true, sse: true };
const hi = { role: "user", parts: [{ text: "hi" }] };
const read = (body: object) => readRequest(Buffer.from(JSON.stringify({ contents: [hi], ...body })), address);

test("the path says which model and how to answer, the body the rest", () => {
  const request = read({
    generationConfig: { maxOutputTokens: 9, candidateCount: 2, thinkingConfig: { includeThoughts: true } },
    tools: [{ functionDeclarations: [{ name: "f" }] }],
    contents: [{ parts: [{ inline_data: { mime_type: "image/png", data: "AAAA" } }] }],
    trunkline: { timeoutMs: 5, strict: true },
  });
  expect(request.outline).toMatchObject({
    model: "gemini-2.5-flash",
    stream: true,
    maxOutputTokens: 9,
    choices: 2,
    wantsReasoning: true,
    hasTools: true,
    hasImages: true,
    own: { timeoutMs: 5, strict: true },
  });
  expect(request.canonical()).toMatchObject({ stream: true, extra: {}, choices: 2 });
  expect(request.canonical()).toBe(request.canonical());
});

test.each([
  [{}, { hasTools: false, hasImages: false, wantsReasoning: false, choices: 1, maxOutputTokens: undefined }],
  [{ generation_config: { thinking_config: { thinking_budget: 0 } } }, { wantsReasoning: false }],
  [
    { generation_config: { thinking_config: { thinking_budget: 5 }, max_output_tokens: 7 } },
    { wantsReasoning: true, maxOutputTokens: 7 },
  ],
  [{ contents: { parts: { file_data: { file_uri: "gs://a" } } } }, { hasImages: true }],
])("%j", (body, outline) => {
  expect(read(body).outline).toMatchObject(outline);
});

test("what only Google understands is no reason to refuse before it is translated", () => {
  const request = read({ contents: [{ role: "of tomorrow", parts: [] }] });
  expect(() => request.canonical()).toThrow(TrunklineError);
});

test.each<[string | Buffer, string, string | undefined]>([
  ["", "invalid_json", undefined],
  ["[]", "invalid_json", undefined],
  [Buffer.from([0x7b, 0xff, 0x7d]), "invalid_json", undefined],
  ["{}", "invalid_request", "contents"],
  ['{"contents":5}', "invalid_request", "contents"],
  ['{"contents":[5]}', "invalid_request", "contents[0]"],
  [
    '{"contents":[{}],"generationConfig":{"maxOutputTokens":"9"}}',
    "invalid_request",
    "generationConfig.maxOutputTokens",
  ],
  ['{"contents":[{}],"tools":5}', "invalid_request", "tools"],
  ['{"contents":[{}],"trunkline":5}', "invalid_request", "trunkline"],
  [`{"contents":${"[".repeat(200)}${"]".repeat(200)}}`, "invalid_request", undefined],
])("a mistake is named: %j", (bytes, code, param) => {
  try {
    readRequest(Buffer.from(bytes), address);
  } catch (error) {
    if (!TrunklineError.is(error)) throw error;
    expect([error.code, error.details.param]).toEqual([code, param]);
    return;
  }
  throw new Error("it was read");
});

/** Fields of this dialect with anything in them. */
const anyBody = fc.dictionary(
  fc.constantFrom("contents", "generationConfig", "tools", "toolConfig", "systemInstruction", "trunkline", "__proto__"),
  fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.array(fc.dictionary(fc.constantFrom("parts", "role", "functionDeclarations"), fc.jsonValue({ maxDepth: 2 }))),
    fc.dictionary(
      fc.constantFrom("thinkingConfig", "maxOutputTokens", "candidateCount"),
      fc.jsonValue({ maxDepth: 1 }),
    ),
  ),
);

test("no body makes the reader throw anything but an error of ours", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        anyBody.map((value) => JSON.stringify(value)),
        fc.string(),
      ),
      (source) => {
        try {
          readRequest(Buffer.from(source), address).canonical();
        } catch (error) {
          if (!TrunklineError.is(error)) throw error;
        }
      },
    ),
  );
});

test.each(["", "a\nb", "x".repeat(300)])("a path without a model's name is refused: %j", (model) => {
  expect(() => readRequest(Buffer.from('{"contents":[{}]}'), { ...address, model })).toThrow("Invalid 'model'");
});
