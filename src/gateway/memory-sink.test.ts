import { expect, test } from "vitest";
import { createMemorySink } from "./memory-sink.js";

async function read(chunks: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += chunk.toString();
  return text;
}

test("what is written is read, in order, to the end", async () => {
  const sink = createMemorySink();
  sink.head(200, { a: "b" });
  sink.write("one ");
  sink.write(Buffer.from("two "));
  const reading = read(sink.chunks);
  await Promise.resolve();
  sink.end("three");
  expect(await reading).toBe("one two three");
  expect(await sink.answered).toEqual({ status: 200, headers: { a: "b" } });
  expect(sink.gone).toBe(false);
});

test("above 256 KiB the writer is asked to wait, and told once there is room again", async () => {
  const sink = createMemorySink();
  let drained = 0;
  sink.onDrain = () => drained++;
  const piece = Buffer.alloc(64 * 1024);
  expect([1, 2, 3, 4, 5].map(() => sink.write(piece))).toEqual([true, true, true, false, false]);
  const reader = sink.chunks[Symbol.asyncIterator]();
  await reader.next();
  expect(drained).toBe(0);
  await reader.next();
  expect(drained).toBe(1);
  await reader.next();
  expect(drained).toBe(1);
});

test("a reader that stops early has left, and is told of once", async () => {
  const sink = createMemorySink();
  let left = 0;
  sink.onGone = () => left++;
  sink.write("one");
  for await (const _ of sink.chunks) break;
  sink.leave();
  expect([sink.gone, left]).toEqual([true, 1]);
});

test("who leaves while nothing comes is not kept waiting", async () => {
  const sink = createMemorySink();
  const reading = read(sink.chunks);
  await Promise.resolve();
  sink.leave();
  expect(await reading).toBe("");
});

test("who has got everything cannot leave any more", () => {
  const sink = createMemorySink();
  sink.end();
  sink.leave();
  expect(sink.gone).toBe(false);
});
