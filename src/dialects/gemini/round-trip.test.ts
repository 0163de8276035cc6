import fc from "fast-check";
import { expect, test } from "vitest";
import { isObject, parseJson } from "../../canonical/json.js";
import type { Part, Request, TextPart, Turn } from "../../canonical/request.js";
import { readRequest } from "./read-request.js";
import { writeRequest } from "./write-request.js";

// What this API expresses: no empty text, roles that alternate, results first and of calls that are there, each signature in
// front of what carries it; thoughts in words are not signed.
const word = fc.string({ minLength: 1, maxLength: 12 });
const text = word.map((value): TextPart => ({ type: "text", text: value }));
const image = fc
  .base64String({ maxLength: 16 })
  .map((base64) => ({ type: "image" as const, source: { base64, mediaType: "image/png" } }));
const file = fc.constantFrom(
  { type: "file" as const, source: { base64: "AAAA", mediaType: "application/pdf" } },
  { type: "audio" as const, source: { base64: "AAAA", mediaType: "audio/wav" } },
);
const closed = word.map((encrypted) => ({ type: "reasoning" as const, text: "", encrypted }));
const thought = word.map((value) => ({ type: "reasoning" as const, text: value }));
const input = fc
  .dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 })
  .map((value) => JSON.stringify(JSON.parse(JSON.stringify(value))));
const said = fc.oneof(word, input, fc.constantFrom('{"output":"x"}', '{"error":1}', '{"a": 1}', "{", "null"));

/** An answer with calls, and the results of all of them. */
const exchange = fc
  .tuple(
    fc.array(thought, { maxLength: 1 }),
    fc.option(fc.tuple(fc.option(closed, { nil: undefined }), text), { nil: undefined }),
    fc.array(fc.tuple(fc.option(closed, { nil: undefined }), word, input, said, fc.boolean()), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.array(fc.oneof(text, image, file), { maxLength: 2 }),
    fc.nat(),
  )
  .map(([thoughts, spoken, calls, next, seed]): readonly Turn[] => {
    const answer: Part[] = [...thoughts];
    // In front of a call the last signature is the call's own: a text before it has one only where the call has one too.
    const isCallSigned = calls[0]?.[0] !== undefined;
    if (spoken?.[0] !== undefined && isCallSigned) answer.push(spoken[0]);
    if (spoken !== undefined) answer.push(spoken[1]);
    const results: Part[] = [];
    for (const [index, [signature, name, argumentsJson, words, isError]] of calls.entries()) {
      const id = `c${seed}-${index}`;
      if (signature !== undefined) answer.push(signature);
      answer.push({ type: "tool-call", id, name, argumentsJson });
      results.push({ type: "tool-result", callId: id, content: [{ type: "text", text: words }], isError });
    }
    const user: readonly Turn[] = next.length === 0 ? [] : [{ role: "user", parts: next }];
    return [{ role: "assistant", parts: answer }, { role: "tool", parts: results }, ...user];
  });
const asked = fc
  .array(fc.oneof(text, image, file), { minLength: 1, maxLength: 3 })
  .map((parts): Turn => ({ role: "user", parts }));
const turns = fc.tuple(asked, fc.array(exchange, { maxLength: 2 })).map(([first, rest]) => [first, ...rest.flat()]);

const schema = { type: "object", properties: { a: { type: ["string", "null"] } }, additionalProperties: false };
const tool = fc.record({ name: word, description: word }, { requiredKeys: ["name"], noNullPrototype: true });
const tools = fc.oneof(
  fc.constant({ tools: [] }),
  fc
    .tuple(
      fc.array(tool, { minLength: 1, maxLength: 2 }),
      fc.oneof(
        fc.constant({}),
        fc
          .constantFrom("none" as const, "auto" as const, "required" as const)
          .map((type) => ({ toolChoice: { type } })),
        word.map((name) => ({ toolChoice: { type: "named" as const, name } })),
      ),
    )
    .map(([list, choice]) => ({ tools: list.map((one) => ({ ...one, parameters: schema })), ...choice })),
);
const settings = fc.record(
  {
    format: fc.constantFrom(
      { type: "text" as const },
      { type: "json" as const },
      { type: "json-schema" as const, name: "answer", schema, strict: true },
    ),
    maxOutputTokens: fc.integer({ min: 1, max: 9000 }),
    temperature: fc.constantFrom(0, 0.5, 1, 2),
    topP: fc.constantFrom(0.1, 1),
    topK: fc.integer({ min: 1, max: 50 }),
    seed: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    frequencyPenalty: fc.constantFrom(-1, 0.5),
    presencePenalty: fc.constantFrom(-1, 0.5),
    stop: fc.array(word, { minLength: 1, maxLength: 5 }),
    choices: fc.constant(1),
    reasoning: fc.constantFrom({ effort: "low", enabled: true }, { effort: "high", enabled: true }, { enabled: true }),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const request: fc.Arbitrary<Request> = fc
  .tuple(fc.array(text, { maxLength: 2 }), turns, tools, settings)
  .map(([instructions, conversation, using, set]) => ({
    instructions,
    turns: conversation,
    ...using,
    ...set,
    stream: false,
    extra: {},
  }));

function writeAndRead(asking: Request, model: string) {
  const { body, notes } = writeRequest(asking, { model, stream: false, maxOutputTokens: undefined });
  const json = parseJson(body.toString());
  if (!isObject(json)) throw new Error("no object was written");
  return { read: readRequest(json), notes: notes.filter(({ why }) => !why.includes("thought signature")) };
}

/** A model that demands signatures gets a stand-in where there is none. */
const withoutStandIns = (asking: Request): Request => ({
  ...asking,
  turns: asking.turns.map((turn) => ({
    ...turn,
    parts: turn.parts.filter(
      (part) => part.type !== "reasoning" || part.encrypted !== "skip_thought_signature_validator",
    ),
  })),
});

test("a request that is written and read back is the same", () => {
  fc.assert(
    fc.property(request, (asking) => {
      const { read, notes } = writeAndRead(asking, "gemini-3-flash-preview");
      expect(notes).toEqual([]);
      expect(withoutStandIns(read)).toEqual(asking);
    }),
  );
});

test.each([
  ["gemini-2.5-flash", { budgetTokens: 1500, enabled: true }],
  ["gemini-2.5-flash", { enabled: false }],
  ["gemini-2.5-flash", { enabled: true }],
  ["gemini-2.5-pro", { budgetTokens: 128, enabled: true }],
  ["gemini-3-pro-preview", { effort: "low", enabled: true }],
  ["gemini-3.1-pro-preview", { effort: "medium", enabled: true }],
])("how much %s thinks comes back: %j", (model, reasoning) => {
  const asking: Request = {
    instructions: [],
    turns: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
    tools: [],
    reasoning,
    stream: false,
    extra: {},
  };
  const { read, notes } = writeAndRead(asking, model);
  expect(notes).toEqual([]);
  expect(read).toEqual(asking);
});
