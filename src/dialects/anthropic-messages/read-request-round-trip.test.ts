import fc from "fast-check";
import { expect, test } from "vitest";
import { isObject, parseJson } from "../../canonical/json.js";
import type { Part, Request, TextPart, Turn } from "../../canonical/request.js";
import { readRequest } from "./read-request.js";
import { writeRequest } from "./write-request.js";

// What this API expresses: no blank text, ids of plain signs, roles that alternate, results first.
const word = fc.string({ minLength: 1, maxLength: 12 }).filter((value) => value.trim() === value && value !== "");
const id = fc.string({ unit: fc.constantFrom("a", "Z", "7", "_", "-"), minLength: 1, maxLength: 8 });
const mark = fc.option(fc.constantFrom({ lifetime: "5m" as const }, { lifetime: "1h" as const }), { nil: undefined });
const text = fc
  .tuple(word, mark)
  .map(([value, cache]): TextPart => ({ type: "text", text: value, ...(cache !== undefined && { cache }) }));
const base64 = fc.base64String({ maxLength: 16 });
const source = (mediaType: string) =>
  fc.oneof(
    fc.webUrl().map((url) => ({ url })),
    base64.map((data) => ({ base64: data, mediaType })),
  );
const image = source("image/png").map((from) => ({ type: "image" as const, source: from }));
const plainText = fc.string({ maxLength: 8 }).map((value) => ({
  base64: Buffer.from(value).toString("base64"),
  mediaType: "text/plain",
}));
const file = fc
  .tuple(fc.oneof(source("application/pdf"), plainText), fc.option(word, { nil: undefined }), mark)
  .map(([from, name, cache]) => ({
    type: "file" as const,
    source: from,
    ...(name !== undefined && { name }),
    ...(cache !== undefined && { cache }),
  }));
const content = fc.array(fc.oneof(text, image, file), { minLength: 1, maxLength: 3 });
const call = fc
  .tuple(id, word, fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }))
  .map(([callId, name, input]) => ({
    type: "tool-call" as const,
    id: callId,
    name,
    // As JavaScript writes it: numbers like -0 have one form then.
    argumentsJson: JSON.stringify(JSON.parse(JSON.stringify(input))),
  }));
const result = fc
  .tuple(id, fc.array(fc.oneof(text, image), { maxLength: 2 }), fc.boolean(), mark)
  .map(([callId, parts, isError, cache]): Part => {
    return { type: "tool-result", callId, content: parts, isError, ...(cache !== undefined && { cache }) };
  });
const reasoning = fc.oneof(
  fc.tuple(word, word).map(([value, signature]) => ({ type: "reasoning" as const, text: value, signature })),
  word.map((encrypted) => ({ type: "reasoning" as const, text: "", encrypted })),
);
const user = content.map((parts): Turn => ({ role: "user", parts }));
const results = fc.array(result, { minLength: 1, maxLength: 2 }).map((parts): Turn => ({ role: "tool", parts }));
const assistant = fc
  .tuple(fc.array(reasoning, { maxLength: 2 }), fc.array(fc.oneof(text, call), { minLength: 1, maxLength: 3 }))
  .map((parts): Turn => ({ role: "assistant", parts: parts.flat() }));
/** The user's side: results, words, or both. */
const asked = fc.oneof(
  user.map((turn) => [turn]),
  results.map((turn) => [turn]),
  fc.tuple(results, user),
);
const turns = fc
  .tuple(asked, fc.array(fc.tuple(assistant, asked), { maxLength: 2 }))
  .map(([first, rest]) => [...first, ...rest.flatMap(([answer, next]) => [answer, ...next])]);

const schema = { type: "object", properties: { a: { type: "string" } }, additionalProperties: false };
const tool = fc.record(
  { name: word, description: word, strict: fc.constant(true), cache: fc.constant({ lifetime: "5m" as const }) },
  { requiredKeys: ["name"], noNullPrototype: true },
);
const choosing = fc.oneof(
  fc.constant({}),
  fc.constant({ toolChoice: { type: "none" as const } }),
  fc.record(
    {
      toolChoice: fc.oneof(
        fc.constantFrom({ type: "auto" as const }, { type: "required" as const }),
        word.map((name) => ({ type: "named" as const, name })),
      ),
      parallelToolCalls: fc.constant(false),
    },
    { requiredKeys: ["toolChoice"], noNullPrototype: true },
  ),
);
const tools = fc.oneof(
  fc.constant({ tools: [] }),
  fc.tuple(fc.array(tool, { minLength: 1, maxLength: 2 }), choosing).map(([list, choice]) => ({
    tools: list.map((one) => ({ ...one, parameters: schema })),
    ...choice,
  })),
);
const settings = fc.record(
  {
    format: fc.constant({ type: "json-schema" as const, name: "answer", schema, strict: true }),
    maxOutputTokens: fc.integer({ min: 2000, max: 9000 }),
    temperature: fc.constantFrom(0, 0.5, 1),
    topK: fc.integer({ min: 1, max: 50 }),
    stop: fc.array(word, { minLength: 1, maxLength: 4 }),
    user: word,
    stream: fc.boolean(),
  },
  { requiredKeys: ["maxOutputTokens", "stream"], noNullPrototype: true },
);
const request: fc.Arbitrary<Request> = fc
  .tuple(fc.array(text, { maxLength: 2 }), turns, tools, settings)
  .map(([instructions, conversation, using, set]) => ({
    instructions,
    turns: conversation,
    ...using,
    ...set,
    extra: {},
  }));

function writeAndRead(asking: Request, model: string) {
  const { body, notes } = writeRequest(asking, { model, stream: asking.stream, maxOutputTokens: undefined });
  const json = parseJson(body.toString());
  if (!isObject(json)) throw new Error("no object was written");
  return { read: readRequest(json), notes };
}

test("a request that is written and read back is the same", () => {
  fc.assert(
    fc.property(request, (asking) => {
      const { read, notes } = writeAndRead(asking, "claude-opus-4-6");
      expect(notes).toEqual([]);
      expect(read).toEqual(asking);
    }),
  );
});

test.each([
  ["claude-opus-4-6", { budgetTokens: 1500 }],
  ["claude-opus-4-6", { effort: "low" }],
  ["claude-opus-4-6", { enabled: true }],
  ["claude-opus-4-6", { enabled: false }],
  ["claude-opus-4-7", { effort: "xhigh" }],
])("how much %s thinks comes back: %j", (model, reasoning) => {
  const asking: Request = {
    instructions: [],
    turns: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
    tools: [],
    maxOutputTokens: 2000,
    reasoning,
    stream: false,
    extra: {},
  };
  const { read, notes } = writeAndRead(asking, model);
  expect(notes).toEqual([]);
  expect(read).toEqual(asking);
});
