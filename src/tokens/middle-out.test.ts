import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../canonical/json.js";
import { canonicalTurns, type MessageKind } from "../canonical/message-shape.js";
import type { Part, Turn } from "../canonical/request.js";
import { chatMessages } from "../dialects/openai-chat/middle-out.js";
import { gap } from "./cut-middle.js";
import { middleOut, type Room } from "./middle-out.js";

const countText = (text: string) => Math.ceil(text.length / 4);
const perMessage = 4;

function tokensOf<Message>(kind: MessageKind<Message>, message: Message): number {
  const { calls, texts } = kind.shapeOf(message);
  return texts.reduce((sum, text) => sum + countText(text), perMessage + 10 * calls.length);
}

function roomFor<Message>(kind: MessageKind<Message>, messages: readonly Message[], more: Partial<Room>): Room {
  const messageTokens = messages.map((message) => tokensOf(kind, message));
  return { messageTokens, otherTokens: 0, roomTokens: 1_000, countText, ...more };
}

const compress = (messages: readonly JsonObject[], more: Partial<Room>) =>
  middleOut(messages, chatMessages, roomFor(chatMessages, messages, more));

const say = (role: string, content: string): JsonObject => ({ role, content });
const calling = (...ids: string[]): JsonObject => ({
  role: "assistant",
  content: null,
  tool_calls: ids.map((id) => ({ id, type: "function", function: { name: "look", arguments: "{}" } })),
});
const result = (id: string, content: string): JsonObject => ({ role: "tool", tool_call_id: id, content });
const words = (name: string, tokens = 96) => name.padEnd(tokens * 4, ".");
const contents = (messages: readonly JsonObject[] | undefined) =>
  messages?.map(({ content }) => String(content).slice(0, 2));

/** Ten rounds of 200 tokens each, behind an instruction of 4 + 96. */
const talk = [
  say("system", words("s")),
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((n) => [say("user", words(`u${n}`)), say("assistant", words(`a${n}`))]),
];

describe("middle-out", () => {
  test("what fits is the very same", () => {
    expect(compress(talk, { roomTokens: 2_100 })).toEqual({ messages: talk, inputTokens: 2_100, notes: [] });
    expect(compress(talk, { roomTokens: 2_100 })?.messages).toBe(talk);
  });

  test("rounds go from the middle, questions with their answers, and the receipt says how many", () => {
    const made = compress(talk, { roomTokens: 1_000, otherTokens: 50 });
    expect(contents(made?.messages)).toEqual(["s.", "u0", "a0", "u1", "a1", "u8", "a8", "u9", "a9"]);
    expect(made?.inputTokens).toBe(950);
    expect(made?.notes).toEqual([
      {
        field: "messages",
        action: "dropped",
        why: "middle-out, as asked for: 12 of 21 messages (1200 tokens) left out of the middle",
      },
    ]);
  });

  test("with too many messages half of them stay from the start and half from the end", () => {
    const made = compress(talk, { roomTokens: 9_000, maxMessages: 8 });
    expect(contents(made?.messages)).toEqual(["s.", "u0", "a0", "u1", "a1", "u8", "a8", "u9", "a9"]);
    expect(compress(talk, { roomTokens: 9_000, maxMessages: 20 })?.messages).toBe(talk);
    expect(compress(talk, { roomTokens: 9_000, maxMessages: 3 })).toBeUndefined();
  });

  test("instructions stay wherever they stand", () => {
    const messages = [...talk.slice(0, 11), say("developer", words("d")), ...talk.slice(11)];
    expect(contents(compress(messages, { roomTokens: 600 })?.messages)).toEqual(["s.", "u0", "a0", "d.", "u9", "a9"]);
  });

  test("a call and its results go together, however many there are", () => {
    const messages = [
      say("user", words("u0")),
      calling("1", "2"),
      result("1", words("r1")),
      result("2", words("r2")),
      calling("3"),
      result("3", words("r3")),
      say("assistant", words("a0")),
    ];
    // The first call's 224 tokens are too many, the second's 114 are not.
    const made = compress(messages, { roomTokens: 414 });
    expect(contents(made?.messages)).toEqual(["u0", "nu", "r3", "a0"]);
    expect(contents(compress(messages, { roomTokens: 300 })?.messages)).toEqual(["u0", "a0"]);
  });

  test("the user's last message stays, though much follows it", () => {
    const steps = [1, 2, 3, 4].flatMap((n) => [calling(String(n)), result(String(n), words(`r${n}`))]);
    const messages = [say("user", words("u0")), say("assistant", words("a0")), say("user", words("u1")), ...steps];
    const made = compress(messages, { roomTokens: 420 });
    expect(contents(made?.messages)).toEqual(["u0", "a0", "u1", "nu", "r4"]);
  });

  test("ids that are counted anew in each answer belong to the nearest call", () => {
    const steps = ["a", "b", "c", "d"].flatMap((n) => [calling("call_0"), result("call_0", words(n))]);
    const made = compress([say("user", words("u")), ...steps], { roomTokens: 330 });
    expect(contents(made?.messages)).toEqual(["u.", "nu", "c.", "nu", "d."]);
  });

  test("one message that is too long loses its middle, and keeps its start and its end", () => {
    const text = `${"start ".repeat(2_000)}${"end ".repeat(3_000)}`;
    const made = compress([say("system", words("s")), say("user", text)], { roomTokens: 1_000 });
    const cut = String(made?.messages[1]?.content);
    expect(made?.messages[0]).toEqual(say("system", words("s")));
    expect(cut).toMatch(/^start start .*\n\[\.\.\.\]\n.* end end $/s);
    expect(countText(cut)).toBeGreaterThan(850);
    expect(made?.inputTokens).toBeLessThanOrEqual(1_000);
    expect(made?.notes).toEqual([
      {
        field: "messages[].content",
        action: "clamped",
        why: `middle-out, as asked for: 1 text shortened in the middle by ${6_000 - countText(cut)} tokens`,
      },
    ]);
  });

  test("the user's last message is cut only where cutting the others is not enough", () => {
    const long = [say("user", words("u0", 2_000)), say("assistant", words("a0", 40)), say("user", words("u1", 500))];
    const made = compress(long, { roomTokens: 1_000 });
    expect(made?.messages.map(({ content }) => String(content).includes(gap))).toEqual([true, false, false]);
    const both = compress(long, { roomTokens: 500 });
    expect(both?.messages.map(({ content }) => String(content).includes(gap))).toEqual([true, false, true]);
  });

  test("texts are cut inside their parts, and pictures and calls stay as they are", () => {
    const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
    const content = [{ type: "text", text: words("t", 3_000), cache_control: { type: "ephemeral" } }, image];
    const made = compress([{ role: "user", content }], { roomTokens: 200 });
    expect(made?.messages).toMatchObject([{ role: "user", content: [{ type: "text", cache_control: {} }, image] }]);
    expect(JSON.stringify(made?.messages)).toContain(JSON.stringify(gap).slice(1, -1));
  });

  test("what can't be made to fit is not touched", () => {
    expect(compress([say("system", words("s", 2_000)), say("user", "hi")], { roomTokens: 1_000 })).toBeUndefined();
    expect(compress([say("user", words("u"))], { roomTokens: 20 })).toBeUndefined();
    expect(compress([calling("1", "2", "3", "4")], { roomTokens: 20 })).toBeUndefined();
    expect(compress([say("user", "hi")], { roomTokens: 100, otherTokens: 200 })).toBeUndefined();
    expect(compress([], { roomTokens: 100, otherTokens: 200 })).toBeUndefined();
  });

  test("the texts that are counted add up to a few times the prompt at most", () => {
    let counted = 0;
    const count = (text: string) => {
      counted += text.length;
      // Much denser at its ends than in its middle.
      return countText(text) + 50 * (text.match(/#/g) ?? []).length;
    };
    const messages = [say("user", `${"#".repeat(5_000)}${" ".repeat(990_000)}${"#".repeat(5_000)}`)];
    const room = { messageTokens: [perMessage + count(String(messages[0]?.content))], otherTokens: 0 };
    const made = middleOut(messages, chatMessages, { ...room, roomTokens: 20_000, countText: count });
    expect(made?.inputTokens).toBeLessThanOrEqual(20_000);
    expect(counted).toBeLessThan(5 * 1_000_000);
  });
});

/** A conversation as a list of steps: what may come in any order, mended nowhere. */
const text = fc.integer({ min: 0, max: 600 }).map((length) => "abcdefg ".repeat(100).slice(0, length));
const ids = fc.subarray(["1", "2", "3"], { minLength: 1 });
const step = fc.oneof(
  { weight: 1, arbitrary: text.map((content) => [say("system", content)]) },
  { weight: 4, arbitrary: text.map((content) => [say("user", content)]) },
  { weight: 3, arbitrary: text.map((content) => [say("assistant", content)]) },
  {
    weight: 3,
    arbitrary: fc.tuple(ids, text).map(([used, out]) => [calling(...used), ...used.map((id) => result(id, out))]),
  },
  { weight: 1, arbitrary: fc.tuple(ids, text).map(([used, out]) => used.map((id) => result(id, out))) },
  { weight: 1, arbitrary: ids.map((used) => [calling(...used)]) },
);
const chats = fc
  .array(step, { minLength: 1, maxLength: 25 })
  .map((steps) => steps.flat().map((message, index): JsonObject => ({ ...message, name: String(index) })));

function turnOf(message: JsonObject): Turn {
  const { role, calls, answers, texts } = chatMessages.shapeOf(message);
  const plain = texts.map((inner) => ({ type: "text" as const, text: inner }));
  const parts: Part[] =
    role === "tool"
      ? answers.map((callId) => ({ type: "tool-result", callId, content: plain, isError: false }))
      : [...plain, ...calls.map((id) => ({ type: "tool-call" as const, id, name: "look", argumentsJson: "{}" }))];
  return { role, parts, name: String(message.name) };
}

/** Which call each result answers: pairs of indexes. */
function pairsOf<Message>(
  kind: MessageKind<Message>,
  messages: readonly Message[],
): readonly (readonly [number, number])[] {
  const made = new Map<string, number>();
  const pairs: [number, number][] = [];
  for (const [index, message] of messages.entries()) {
    const { calls, answers } = kind.shapeOf(message);
    for (const id of answers) {
      const call = made.get(id);
      if (call !== undefined) pairs.push([call, index]);
    }
    for (const id of calls) made.set(id, index);
  }
  return pairs;
}

function holds<Message extends { readonly name?: unknown }>(
  kind: MessageKind<Message>,
  messages: readonly Message[],
  roomTokens: number,
  maxMessages: number | undefined,
) {
  const room = roomFor(kind, messages, { roomTokens, maxMessages });
  const copy = structuredClone(messages);
  const made = middleOut(messages, kind, room);
  expect(messages).toEqual(copy);
  const shapes = messages.map((message) => kind.shapeOf(message));
  const plain = [...messages.keys()].filter((index) => shapes[index]?.role !== "system");
  const system = [...messages.keys()].filter((index) => shapes[index]?.role === "system");
  if (made === undefined) return;

  const left = made.messages.map((message) => Number(message.name));
  const tokens = made.messages.reduce((sum, message) => sum + tokensOf(kind, message), 0);
  expect(tokens).toBe(made.inputTokens);
  expect(tokens).toBeLessThanOrEqual(roomTokens);
  expect(left).toEqual([...left].sort((a, b) => a - b));
  expect(new Set(left).size).toBe(left.length);
  const kept = new Set(left);
  const lastUser = shapes.findLastIndex(({ role }) => role === "user");
  for (const index of [...system, plain[0], plain.at(-1), lastUser === -1 ? undefined : lastUser])
    if (index !== undefined) expect(kept.has(index)).toBe(true);
  for (const index of system) expect(made.messages).toContain(messages[index]);
  for (const [call, answer] of pairsOf(kind, messages)) expect(kept.has(call)).toBe(kept.has(answer));
  expect(left.length - system.length).toBeLessThanOrEqual(maxMessages ?? Number.POSITIVE_INFINITY);
  expect(made.notes.length > 0).toBe(made.messages !== messages);
  const again = middleOut(made.messages, kind, roomFor(kind, made.messages, { roomTokens, maxMessages }));
  expect(again).toEqual({ messages: made.messages, inputTokens: made.inputTokens, notes: [] });
}

describe("middle-out, whatever the conversation", () => {
  const rooms = fc.integer({ min: 0, max: 3_000 });
  const limits = fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined });

  test("a chat body keeps its order, its instructions, its ends, the last question and its pairs, and fits", () => {
    fc.assert(
      fc.property(chats, rooms, limits, (messages, room, limit) => holds(chatMessages, messages, room, limit)),
      { numRuns: 200 },
    );
  });

  test("so do the turns of a canonical request", () => {
    fc.assert(
      fc.property(chats, rooms, limits, (messages, room, limit) =>
        holds(canonicalTurns, messages.map(turnOf), room, limit),
      ),
      { numRuns: 100 },
    );
  });

  test("both leave out the same", () => {
    fc.assert(
      fc.property(chats, rooms, (messages, room) => {
        const turns = messages.map(turnOf);
        const chat = middleOut(messages, chatMessages, roomFor(chatMessages, messages, { roomTokens: room }));
        const canonical = middleOut(turns, canonicalTurns, roomFor(canonicalTurns, turns, { roomTokens: room }));
        expect(canonical?.messages).toEqual(chat?.messages.map(turnOf));
        expect(canonical?.notes).toEqual(chat?.notes);
      }),
    );
  });

  test("where the ends, the instructions and the last question fit, so does what is made of it", () => {
    const plainSteps = fc.array(fc.tuple(fc.constantFrom("system", "user", "assistant"), text), { minLength: 1 });
    fc.assert(
      fc.property(plainSteps, rooms, (steps, roomTokens) => {
        const messages = steps.map(([role, content]) => say(role, content));
        const tokens = (part: readonly JsonObject[]) =>
          part.reduce((sum, message) => sum + tokensOf(chatMessages, message), 0);
        const others = messages.filter(({ role }) => role !== "system");
        const last = others.findLastIndex(({ role }) => role === "user");
        const ends = [...others.slice(0, 2), ...others.slice(-2), ...(last === -1 ? [] : others.slice(last, last + 2))];
        const staying = tokens(messages.filter(({ role }) => role === "system")) + tokens(ends);
        if (staying <= roomTokens) expect(compress(messages, { roomTokens })).toBeDefined();
      }),
    );
  });
});
