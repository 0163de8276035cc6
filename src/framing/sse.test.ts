import fc from "fast-check";
import { expect, test } from "vitest";
import { TrunklineError } from "../canonical/error.js";
import { createSseReader, dataOf, isWholeRun, sseComment, sseData, sseEvent } from "./sse.js";

function read(
  source: string | Buffer,
  size = Number.MAX_SAFE_INTEGER,
): { data: string[]; raw: string; comments: number } {
  const reader = createSseReader();
  const bytes = Buffer.from(source);
  const events = [];
  for (let at = 0; at < bytes.length; at += size) events.push(...reader.push(bytes.subarray(at, at + size)));
  return { data: events.map(dataOf), raw: events.map(({ raw }) => raw.toString()).join(""), comments: reader.comments };
}

const lineEnds = ["\n", "\r", "\r\n"];

test.each(lineEnds)("events are the same whatever ends their lines: %j", (end) => {
  const source = ["data: {1}", "", "data:{2}", "id: 7", "", "event: x", "data: {3}", "", ""].join(end);
  expect(read(source).data).toEqual(["{1}", "{2}", "{3}"]);
});

test("a CRLF that is split between chunks ends one line", () => {
  expect(read("data: a\r\n\r\ndata: b\r\n\r\n", 1).data).toEqual(["a", "b"]);
});

test("a byte order mark, missing spaces and bare fields are read as the standard says", () => {
  expect(read("\ufeffdata:a\n\ndata\n\ndata:  b\n\nretry: 5\n\n").data).toEqual(["a", "", " b"]);
});

test("data of several lines is joined, with a space as JSON allows", () => {
  expect(read('data: {"a":\ndata: 1}\n\n').data).toEqual(['{"a": 1}']);
});

test("comments are counted and give no event", () => {
  expect(read(": waiting\n\n:\n\ndata: a\n\n")).toEqual({ data: ["a"], raw: "data: a\n\n", comments: 2 });
});

test("half an event is never given", () => {
  expect(read("data: a\n\ndata: b\n").data).toEqual(["a"]);
});

test("the name of an event is read", () => {
  const [event] = createSseReader().push(Buffer.from("event: ping\ndata: {}\n\n"));
  expect(event?.event).toBe("ping");
});

test("an event over the bound is refused, in one chunk or in many", () => {
  const event = Buffer.from(`data: ${"x".repeat(200)}\n\n`);
  expect(() => createSseReader({ maxEventBytes: 100 }).push(event)).toThrow(TrunklineError);
  const reader = createSseReader({ maxEventBytes: 100 });
  expect(() => {
    for (const byte of event) reader.push(Buffer.from([byte]));
  }).toThrow("more than 100 bytes");
});

test("endless comments take no memory and break no bound", () => {
  const reader = createSseReader({ maxEventBytes: 100 });
  for (let i = 0; i < 1000; i++) reader.push(Buffer.from(": waiting\n"));
  expect(reader.idle).toBe(true);
  expect(reader.comments).toBe(1000);
});

test("one-byte chunks of a large event take linear time", () => {
  const reader = createSseReader();
  const event = Buffer.from(`data: ${"x".repeat(300_000)}\n\n`);
  const startedMs = performance.now();
  let events = 0;
  for (let at = 0; at < event.length; at++) events += reader.push(event.subarray(at, at + 1)).length;
  expect(events).toBe(1);
  // Quadratic, this took minutes.
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});

const line = fc.oneof(
  fc.constantFrom("data: {}", "data:x", "data", ": c", "id: 1", "event: e", "retry: 1", "junk", "", ""),
  fc.string({ unit: "grapheme" }).map((value) => `data: ${value.replace(/[\r\n]/g, "")}`),
);

test("any split of any stream gives the same events", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(line, fc.constantFrom(...lineEnds))),
      fc.integer({ min: 1, max: 9 }),
      (lines, size) => {
        const source = lines.map(([value, end]) => value + end).join("");
        expect(read(source, size)).toEqual(read(source));
      },
    ),
  );
});

test("what is written is read back", () => {
  const source = sseComment("hello\nyou") + sseData('{"a":\n1}') + sseEvent("x", "{}");
  expect(read(source)).toEqual({ data: ['{"a": 1}', "{}"], raw: source.slice(source.indexOf("data")), comments: 1 });
});

test("only whole one-line events that hold objects may pass unread", () => {
  const whole = (source: string) => isWholeRun(Buffer.from(source));
  expect(whole('data: {"a":1}\n\ndata: {"b":2}\n\n')).toBe(true);
  for (const source of [
    'data: {"a":1}\n',
    'data: {"a":1}\n\n\n',
    'data: {"a":1}\r\n\r\n',
    'data: {"a":1\n\n',
    'data: {"a":\ndata: 1}\n\n',
    "data: [DONE]\n\n",
    ": c\n\ndata: {}\n\n",
    'id: 1\ndata: {"a":1}\n\n',
  ])
    expect(whole(source)).toBe(false);
});
