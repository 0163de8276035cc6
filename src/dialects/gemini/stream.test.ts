import fc from "fast-check";
import { expect, test } from "vitest";
import { TrunklineError } from "../../canonical/error.js";
import type { Event } from "../../canonical/event.js";
import { collect } from "../collect.js";
import { readResponse, readStream } from "./stream.js";

const candidate = (parts: readonly object[], more: object = {}) => ({
  content: { role: "model", parts },
  index: 0,
  ...more,
});
const frame = (parts: readonly object[], more: object = {}) => ({
  candidates: [candidate(parts, more)],
  modelVersion: "gemini-x",
  responseId: "r1",
});
function read(frames: readonly object[]): { events: readonly Event[]; terminal: boolean } {
  const reader = readStream();
  const events = frames.flatMap((one) => reader.read(JSON.stringify(one), undefined));
  return { events, terminal: reader.terminal };
}
const whole = (answer: object) => readResponse(Buffer.from(JSON.stringify(answer)));

test("thoughts, text and calls become parts with indexes and ids of ours", () => {
  const { events, terminal } = read([
    frame([{ text: "hm", thought: true }]),
    frame([{ text: "o" }]),
    frame([{ text: "k" }]),
    frame([
      { functionCall: { name: "f", args: { x: 1 } }, thoughtSignature: "s" },
      { functionCall: { id: "own", name: "g" } },
    ]),
    {
      ...frame([{ text: "" }], { finishReason: "STOP" }),
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3, thoughtsTokenCount: 2, totalTokenCount: 10 },
    },
  ]);
  expect(terminal).toBe(true);
  expect(events).toEqual([
    { type: "start", id: "r1", model: "gemini-x" },
    { type: "reasoning-start", index: 0 },
    { type: "reasoning-delta", index: 0, text: "hm" },
    { type: "reasoning-end", index: 0, signature: undefined, encrypted: undefined },
    { type: "text-start", index: 1 },
    { type: "text-delta", index: 1, text: "o" },
    { type: "text-delta", index: 1, text: "k" },
    { type: "text-end", index: 1 },
    { type: "reasoning-start", index: 2 },
    { type: "reasoning-end", index: 2, signature: undefined, encrypted: "s" },
    { type: "tool-call-start", index: 3, call: 0, id: "call_r1_0", name: "f" },
    { type: "tool-call-delta", index: 3, call: 0, argumentsJson: '{"x":1}' },
    { type: "tool-call-end", index: 3, call: 0 },
    { type: "tool-call-start", index: 4, call: 1, id: "own", name: "g" },
    { type: "tool-call-delta", index: 4, call: 1, argumentsJson: "{}" },
    { type: "tool-call-end", index: 4, call: 1 },
    {
      type: "usage",
      usage: {
        inputTokens: 5,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        cacheWrite1hTokens: 0,
        outputTokens: 5,
        reasoningTokens: 2,
        provenance: "reported",
      },
    },
    { type: "finish", finish: { reason: "tool-calls", native: "STOP" } },
  ]);
});

test.each([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  ["SAFETY", "content-filter"],
  ["MALFORMED_FUNCTION_CALL", "error"],
  ["LANGUAGE", "other"],
  ["OF_TOMORROW", "other"],
])("%s is %s, and the provider's word is kept", (native, reason) => {
  expect(collect(whole(frame([{ text: "a" }], { finishReason: native }))).finish).toEqual({ reason, native });
});

test("a prompt that was not let in is a filtered answer", () => {
  const answer = {
    promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
    usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 },
  };
  const expected = {
    finish: { reason: "content-filter", native: "PROHIBITED_CONTENT" },
    usage: { inputTokens: 3 },
    parts: [],
  };
  expect(collect(whole(answer))).toMatchObject(expected);
  expect(collect(read([answer]).events)).toMatchObject(expected);
});

test("counts of a stream replace earlier ones, and are complete where they have a total", () => {
  const counted = (usageMetadata: object) => ({ ...frame([{ text: "a" }]), usageMetadata });
  const last = (...usages: readonly object[]) => collect(read(usages.map(counted)).events).usage;
  expect(last({ trafficType: "ON_DEMAND" })).toBeUndefined();
  expect(
    last(
      { promptTokenCount: 9, candidatesTokenCount: 21, totalTokenCount: 30 },
      {
        promptTokenCount: 87,
        toolUsePromptTokenCount: 5,
        cachedContentTokenCount: 40,
        thoughtsTokenCount: 78,
        totalTokenCount: 170,
      },
    ),
  ).toMatchObject({ inputTokens: 92, cacheReadTokens: 40, outputTokens: 78, reasoningTokens: 78 });
  expect(last({ promptTokenCount: 9, candidatesTokenCount: 1 }, { candidatesTokenCount: 4 })).toMatchObject({
    inputTokens: 9,
    outputTokens: 4,
  });
});

test("sources are told once, with the words that rest on them", () => {
  const groundingMetadata = {
    groundingChunks: [
      { web: { uri: "https://a", title: "A" } },
      { retrievedContext: { text: "b" } },
      { web: { uri: "https://c" } },
    ],
    groundingSupports: [{ segment: { text: "so" }, groundingChunkIndices: [0, 1] }, { groundingChunkIndices: [2] }],
  };
  const citations = [
    { url: "https://a", title: "A", text: "so" },
    { url: "https://c", title: undefined, text: undefined },
  ];
  expect(collect(whole(frame([{ text: "so" }], { groundingMetadata, finishReason: "STOP" }))).citations).toEqual(
    citations,
  );
  const twice = [
    frame([{ text: "so" }], { groundingMetadata }),
    frame([], { groundingMetadata, finishReason: "STOP" }),
  ];
  expect(collect(read(twice).events).citations).toEqual(citations);
});

test("pictures, sound and what canonical has no name for are kept", () => {
  const png = (data: string) => ({ inlineData: { mimeType: "image/png", data } });
  const code = { executableCode: { language: "PYTHON", code: "1" } };
  const parts = [
    png("AAAA"),
    { text: "b" },
    png("BBBB"),
    code,
    { inlineData: { mimeType: "audio/wav", data: "CCCC" } },
  ];
  const { extra } = collect(whole(frame(parts, { finishReason: "STOP" })));
  const image = (data: string) => ({ type: "image_url", image_url: { url: `data:image/png;base64,${data}` } });
  expect(extra).toEqual({
    images: [image("AAAA"), image("BBBB")],
    ...code,
    audio: { id: "r1", data: "CCCC", transcript: "" },
  });
  expect(read(parts.map((part) => frame([part]))).events.filter(({ type }) => type === "extra")).toHaveLength(4);
});

test("of several candidates the first is read, and nothing after the end", () => {
  const { events } = read([
    { candidates: [candidate([{ text: "b" }], { index: 1 }), candidate([{ text: "a" }])] },
    frame([{ text: "!" }], { finishReason: "STOP" }),
    frame([{ text: "late" }], { finishReason: "STOP" }),
  ]);
  expect(collect(events).parts).toEqual([{ type: "text", text: "a!" }]);
  expect(events.filter(({ type }) => type === "finish")).toHaveLength(1);
});

test("an error inside a 200 is an error, in a stream and in a plain answer", () => {
  const error = { code: 429, message: "Slow.", status: "RESOURCE_EXHAUSTED" };
  const { events } = read([frame([{ text: "a" }]), { error }]);
  expect(events.at(-1)).toMatchObject({ type: "error", error: { code: "upstream_rate_limit" } });
  expect(() => whole({ error })).toThrow("Slow.");
});

test.each(["", "[]", "null", "<html>", "{}", '{"candidates":1}', '{"promptFeedback":{"blockReason":""}}'])(
  "%j is no answer",
  (body) => {
    expect(() => readResponse(Buffer.from(body))).toThrow(TrunklineError);
  },
);

/** Anything in the places that the reader looks into. */
const anything = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom<unknown>("STOP", "image/png", {}, [], null));
const anyPart = fc.dictionary(
  fc.constantFrom("text", "thought", "thoughtSignature", "functionCall", "inlineData", "name", "args", "__proto__"),
  fc.oneof(anything, fc.dictionary(fc.constantFrom("name", "args", "id", "mimeType", "data"), anything)),
);
const anyFrame = fc.record(
  {
    candidates: fc.oneof(
      anything,
      fc.array(
        fc.oneof(
          anything,
          fc.record({
            content: fc.oneof(anything, fc.record({ parts: fc.oneof(anything, fc.array(anyPart)) })),
            finishReason: anything,
            groundingMetadata: fc.oneof(
              anything,
              fc.record({ groundingChunks: anything, groundingSupports: anything }),
            ),
          }),
        ),
        { maxLength: 2 },
      ),
    ),
    promptFeedback: anything,
    usageMetadata: fc.oneof(anything, fc.dictionary(fc.constantFrom("promptTokenCount", "totalTokenCount"), anything)),
    error: fc.option(anything, { nil: undefined }),
  },
  { requiredKeys: [] },
);

test("no answer makes the reader throw anything but an error of ours, and its events keep their order", () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 4 }), (frames) => {
      const reader = readStream();
      const events: Event[] = [];
      try {
        for (const one of frames) events.push(...reader.read(JSON.stringify(one), undefined));
        const [first] = frames;
        if (first !== undefined) readResponse(Buffer.from(JSON.stringify(first)));
      } catch (error) {
        if (!TrunklineError.is(error)) throw error;
      }
      checkOrder(events);
    }),
  );
});

/** One part is open at a time, indexes run from 0 without gaps, and at most one finish comes, after every part. */
function checkOrder(events: readonly Event[]): void {
  let open: number | undefined;
  let next = 0;
  let finished = false;
  for (const event of events) {
    if (!("index" in event)) {
      if (event.type === "finish") {
        expect([open, finished]).toEqual([undefined, false]);
        finished = true;
      }
      continue;
    }
    expect(finished).toBe(false);
    if (event.type.endsWith("-start")) {
      expect([open, event.index]).toEqual([undefined, next]);
      open = next++;
    } else expect(event.index).toBe(open);
    if (event.type.endsWith("-end")) open = undefined;
  }
}
