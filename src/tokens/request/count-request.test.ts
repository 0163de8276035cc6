import { Buffer } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Part, Request, Tool, Turn } from "../../canonical/request.js";
import type { TextMeter } from "../meter.js";
import { combine, countRequest, countText } from "./count-request.js";
import { fixedTokens, textsOf } from "./request-texts.js";
import { rulesFor } from "./rules-for.js";

/** A token for each word. */
const words: TextMeter = {
  method: "exact",
  name: "words",
  errorPercent: 0,
  count: (text) => text.match(/\S+/g)?.length ?? 0,
  atMost: (text) => words.count(text),
};
const guess: TextMeter = { ...words, method: "estimated", errorPercent: 5, atMost: (text) => 2 * words.count(text) };

const turn = (role: Turn["role"], ...parts: readonly (string | Part)[]): Turn => ({
  role,
  parts: parts.map((part) => (typeof part === "string" ? { type: "text", text: part } : part)),
});
const request = (turns: readonly Turn[], more: Partial<Request> = {}): Request => ({
  instructions: [],
  turns,
  tools: [],
  stream: false,
  extra: {},
  ...more,
});
const count = (model: string, given: Request, meter = words) => countRequest(given, meter, rulesFor(model));
const call: Part = { type: "tool-call", id: "c1", name: "weather", argumentsJson: '{"city": "Oslo"}' };
const result: Part = {
  type: "tool-result",
  callId: "c1",
  content: [{ type: "text", text: "4 degrees" }],
  isError: false,
};
const weather: Tool = {
  name: "weather",
  description: "Tells the weather.",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const system: Partial<Request> = { instructions: [{ type: "text", text: "be brief" }] };

test("OpenAI: 3 and the role for each message, 1 for a name, 3 for the reply", () => {
  const conversation = request(
    [turn("user", "one two three"), turn("assistant", "four"), turn("user", "five")],
    system,
  );
  const counted = count("gpt-4o", conversation);
  expect(counted).toEqual({
    tokens: 7 + 4 * 4 + 3,
    atMost: 7 + 4 * 4 + 3,
    method: "exact",
    errorPercent: 0,
    parts: { instructions: 2, messages: 5, tools: 0, media: 0, overhead: 19 },
  });
  expect(count("gpt-3.5-turbo", request([{ ...turn("user", "hello"), name: "ann" }])).tokens).toBe(1 + 1 + 1 + 4 + 3);
});

test("gpt-5 reads harmony: 4 for a message, 2 more for what it said, 2 for the reply", () => {
  const conversation = request(
    [turn("user", "one two three"), turn("assistant", "four"), turn("user", "five")],
    system,
  );
  expect(count("gpt-5-mini", conversation)).toMatchObject({ tokens: 7 + 4 * 4 + 2 + 2, method: "exact" });
});

test("only plain messages of known models are exact", () => {
  const plain = [turn("user", "hello")];
  const image: Part = { type: "image", source: { url: "https://example.com/a.png" } };
  const schema = { type: "object" };
  for (const [model, given, meter] of [
    ["gpt-4o", request(plain), guess],
    ["somebody/else", request(plain), words],
    ["gpt-4o", request(plain, { tools: [weather] }), words],
    ["gpt-4o", request([turn("user", image)]), words],
    ["gpt-4o", request([...plain, turn("assistant", call), turn("tool", result)]), words],
    ["gpt-4o", request(plain, { format: { type: "json-schema", name: "a", schema, strict: true } }), words],
    ["gpt-4o", request(plain, { extra: { "tools[0]": { type: "web_search" } } }), words],
    ["gpt-4o", request(plain, { extra: { previous_response_id: "r1" } }), words],
  ] as const) {
    expect(count(model, given, meter).method).toBe("estimated");
  }
  expect(count("gpt-4o", request(plain, { extra: { prompt_cache_key: "k" } })).method).toBe("exact");
  expect(count("gpt-4o", request(plain, { format: { type: "json" } })).method).toBe("exact");
});

test("Claude's hidden tool prompt follows its generation and whether a tool must be called", () => {
  const hidden = (model: string, more: Partial<Request> = {}) => {
    const without = count(model, request([turn("user", "hello")])).tokens;
    return count(model, request([turn("user", "hello")], { tools: [weather], ...more })).tokens - without;
  };
  const ofDefinition = hidden("claude-haiku-4-5") - 496;
  expect(ofDefinition).toBeGreaterThan(0);
  expect(hidden("claude-haiku-4-5", { toolChoice: { type: "required" } })).toBe(588 + ofDefinition);
  expect(hidden("claude-haiku-4-5", { toolChoice: { type: "none" } })).toBe(496 + ofDefinition);
  expect(hidden("claude-opus-4-8")).toBe(290 + ofDefinition);
  expect(hidden("claude-opus-4-7", { toolChoice: { type: "named", name: "weather" } })).toBe(804 + ofDefinition);
  expect(hidden("claude-sonnet-4-20250514")).toBe(313 + ofDefinition);
});

test("tools that are not sent do not count", () => {
  const asked = request([turn("user", "hello")], { tools: [weather], toolChoice: { type: "none" } });
  expect(count("llama-4-scout", asked).parts.tools).toBe(0);
  expect(count("gpt-4o", asked).parts.tools).toBeGreaterThan(0);
});

test("OpenAI reads tools as TypeScript, nested, with defaults and choices", () => {
  const parameters = {
    type: "object",
    properties: {
      place: {
        type: "object",
        description: "Where",
        properties: { lat: { type: "number" }, tags: { type: "array", items: { type: "string" } } },
        required: ["lat"],
      },
      unit: { enum: ["c", "f"], default: "c" },
      at: { anyOf: [{ type: "integer" }, { type: "null" }] },
    },
    required: ["place"],
  };
  const tools = [{ ...weather, parameters }, { name: "ping" }];
  const texts = [...textsOf(request([], { tools }), rulesFor("gpt-4o"))];
  expect(texts).toEqual([
    {
      part: "tools",
      text: `namespace functions {

// Tells the weather.
type weather = (_: {
// Where
place: {
lat: number,
tags?: string[],
},
unit?: "c" | "f", // default: "c"
at?: number | null,
}) => any;

type ping = () => any;

} // namespace functions`,
    },
  ]);
});

test("calls and results count their words, and what stands around them", () => {
  const { messages, perCall, perResult } = { messages: 1, ...rulesFor("gpt-4o").calls };
  const alone = count("gpt-4o", request([turn("user", "hello")]));
  const called = count("gpt-4o", request([turn("user", "hello"), turn("assistant", call), turn("tool", result)]));
  expect(called.parts.messages).toBe(messages + "weather {city: Oslo} weather 4 degrees".split(" ").length);
  expect(called.parts.overhead).toBe(alone.parts.overhead + perCall + perResult);
});

test("reasoning is read again while its tool loop lasts", () => {
  const thought: Part = { type: "reasoning", text: "let me see", signature: "s" };
  const loop = [turn("user", "hello"), turn("assistant", thought, call), turn("tool", result)];
  const during = count("claude-sonnet-4-5", request(loop)).parts.messages;
  const unthought = count(
    "claude-sonnet-4-5",
    request([turn("user", "hello"), turn("assistant", call), turn("tool", result)]),
  );
  expect(during - unthought.parts.messages).toBe(3);
  const after = count("claude-sonnet-4-5", request([...loop, turn("user", "thanks")])).parts.messages;
  expect(after).toBe(unthought.parts.messages + 1);
});

test("a thinking budget brings Claude's hidden prompt, no thinking brings none", () => {
  const tokens = (reasoning: Request["reasoning"]) =>
    count("claude-sonnet-4-5", request([turn("user", "hello")], reasoning === undefined ? {} : { reasoning })).tokens;
  expect(tokens({ budgetTokens: 2_000 }) - tokens(undefined)).toBe(28);
  expect(tokens({ enabled: false })).toBe(tokens(undefined));
});

test("files of text count as their text, wherever they stand", () => {
  const base64 = Buffer.from("one two three").toString("base64");
  const file: Part = { type: "file", source: { base64, mediaType: "text/plain" } };
  expect(count("claude-sonnet-4-5", request([turn("user", file)])).parts).toMatchObject({ messages: 3, media: 0 });
  const inResult = request([turn("tool", { ...result, content: [file] })]);
  expect(count("claude-sonnet-4-5", inResult).parts).toMatchObject({ messages: 3, media: 0 });
});

test("what lies at an address is taken as typical, and at its maximum", () => {
  const image: Part = { type: "image", source: { url: "https://example.com/a.png" } };
  const counted = count("claude-sonnet-4-5", request([turn("user", image)]));
  expect(counted.parts.media).toBe(1_369);
  expect(counted.atMost).toBeGreaterThanOrEqual(1_568);
  expect(counted.errorPercent).toBeGreaterThan(10);
});

test("audio of Gemini counts by its seconds", () => {
  const url: Part = { type: "audio", source: { url: "gs://a/b.mp3" } };
  expect(count("gemini-2.5-flash", request([turn("user", url)])).parts.media).toBe(30 * 32);
});

test("the upper bound takes the meter's, and the error is that of its parts", () => {
  const counted = count("claude-sonnet-4-5", request([turn("user", "word ".repeat(1_000))]), guess);
  expect(counted.tokens).toBe(1_007);
  expect(counted.atMost).toBeGreaterThanOrEqual(2_007);
  expect(counted.errorPercent).toBeGreaterThanOrEqual(5);
  expect(counted.errorPercent).toBeLessThan(6);
});

test("counted in slices, in any order, the sum is the same", () => {
  const given = request([turn("user", "one two"), turn("assistant", call), turn("tool", result)], {
    ...system,
    tools: [weather],
  });
  for (const meter of [words, guess]) {
    const rules = rulesFor("claude-sonnet-4-5");
    const slices = [...textsOf(given, rules)].flatMap(({ text, part }) =>
      text.split(/(?<=\s)/).map((slice) => countText(slice, part, meter)),
    );
    const inSlices = combine(slices.reverse(), fixedTokens(given, rules), meter, rules);
    expect(inSlices).toEqual(countRequest(given, meter, rules));
  }
});

test("an empty request has what every request has", () => {
  expect(count("gpt-4o", request([])).tokens).toBe(3);
  expect(count("gemini-2.5-flash", request([]))).toMatchObject({ tokens: 0, errorPercent: 0 });
});

test("schemas of any shape are counted, and the bound holds what is likely", () => {
  const models = fc.constantFrom("gpt-4o", "gpt-5", "claude-opus-5", "gemini-3-pro", "qwen3", "nobody");
  fc.assert(
    fc.property(
      models,
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 })),
      fc.jsonValue(),
      (model, schema, odd) => {
        const tools = [
          { name: "t", parameters: { ...schema, properties: { a: schema, b: { type: "object", properties: odd } } } },
        ];
        const counted = count(model, request([turn("user", "hello")], { tools }), guess);
        expect(counted.atMost).toBeGreaterThanOrEqual(counted.tokens);
        expect(Number.isInteger(counted.tokens) && Number.isInteger(counted.atMost)).toBe(true);
        expect(counted.errorPercent).toBeLessThanOrEqual(100);
      },
    ),
  );
});

test("a schema as deep as a request may be does not overflow", () => {
  let parameters: Tool["parameters"] & object = { type: "string" };
  for (let depth = 0; depth < 5_000; depth += 1) parameters = { type: "object", properties: { a: parameters } };
  expect(count("gpt-4o", request([], { tools: [{ name: "deep", parameters }] })).tokens).toBeLessThan(500);
});

test("a schema that names the same type again and again makes no more work", () => {
  let parameters: Tool["parameters"] & object = { type: "string" };
  const type = ["object", "object", "object", "null"];
  for (let depth = 0; depth < 30; depth += 1) parameters = { type, properties: { a: parameters } };
  expect(count("gpt-4o", request([], { tools: [{ name: "wide", parameters }] })).tokens).toBeLessThan(500);
});

test("of very many images only the first are looked into, the others are taken as typical", () => {
  const head = Buffer.alloc(24);
  head.writeUInt32BE(0x89504e47, 0);
  head.write("IHDR", 12, "latin1");
  head.writeUInt32BE(28, 16);
  head.writeUInt32BE(28, 20);
  const image: Part = { type: "image", source: { base64: head.toString("base64"), mediaType: "image/png" } };
  const media = (images: number) => {
    const parts = Array.from({ length: images }, () => image);
    return count("claude-sonnet-4-5", request([turn("user", ...parts)])).parts.media;
  };
  expect(media(128)).toBe(128);
  expect(media(129)).toBe(128 + 1_369);
});
