// What a person sees of a pull, and what a log gets of it.
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createPullProgress, duration } from "./pull-progress.js";

function setUp(live: boolean, columns = 100) {
  let written = "";
  let nowMs = 0;
  const stream = Object.assign(new PassThrough(), { columns });
  stream.on("data", (bytes: Buffer) => {
    written += bytes.toString();
  });
  const progress = createPullProgress(stream, live, () => nowMs);
  return {
    progress,
    /** Megabytes of 100 after so many seconds. */
    at(seconds: number, megabytes: number, label = "the hub") {
      nowMs = seconds * 1_000;
      progress.show({ kind: "progress", label, receivedBytes: megabytes * 1e6, totalBytes: 100e6 });
    },
    written: () => written,
    /** What stands on the screen in the end. */
    screen: () =>
      written
        .split("\n")
        .map((line) => line.split("\r").reduce((shown, next) => (next + shown.slice(next.length)).trimEnd(), "")),
  };
}

test("a terminal has one line with size, share, speed of the last seconds and time left", () => {
  const { progress, at, screen, written } = setUp(true);
  for (let second = 0; second <= 10; second++) at(second, second < 5 ? second : 5 + (second - 5) * 10);
  progress.close();
  expect(screen()).toEqual(["[#############...........] 55.0 of 100.0 MB, 55 %, 10.0 MB/s, 5 s left  the hub", ""]);
  expect(written()).not.toContain("\u001b");
});

test("it is drawn ten times a second at most, never wider than the terminal, and cleared for a sentence", () => {
  const { progress, at, screen, written } = setUp(true, 40);
  for (let ms = 0; ms < 1_000; ms += 10) at(ms / 1_000, ms / 100);
  expect(written().split("\r").length - 1).toBe(10);
  expect(
    Math.max(
      ...written()
        .split("\r")
        .map((line) => line.length),
    ),
  ).toBeLessThan(40);
  progress.show({ kind: "problem", source: "the hub", sentence: "It broke off." });
  expect(screen()).toEqual(["  the hub: It broke off.", ""]);
});

test("a log has a line at the start, one every ten seconds and no escape", () => {
  const { at, written } = setUp(false);
  for (let second = 0; second <= 25; second++) at(second, second);
  expect(written()).toBe(
    "the hub: 100.0 MB\n" +
      "the hub: 10.0 of 100.0 MB, 10 %, 1.0 MB/s, 1 min 30 s left\n" +
      "the hub: 20.0 of 100.0 MB, 20 %, 1.0 MB/s, 1 min 20 s left\n",
  );
});

test("what was there from before, or begins again, counts for no speed", () => {
  const { at, written } = setUp(false);
  at(0, 80);
  at(10, 90);
  at(20, 1);
  expect(written().split("\n").slice(1, 3)).toEqual([
    "the hub: 90.0 of 100.0 MB, 90 %, 1.0 MB/s, 10 s left",
    "the hub: 1.0 of 100.0 MB, 1 %",
  ]);
});

test("what is to be fetched is said first", () => {
  const { progress, written } = setUp(true);
  progress.show({
    kind: "plan",
    items: [
      { label: "runtime", bytes: 83e6, presentBytes: 0 },
      { label: "weights", bytes: 98e6, presentBytes: 12e6 },
    ],
    neededBytes: 169e6,
    freeBytes: 12.3e9,
    folder: "/data/local",
    sources: ["the mirror", "the hub"],
  });
  expect(written()).toBe(
    "To be fetched:\n  runtime: 83.0 MB\n  weights: 98.0 MB, of which 12.0 MB are there from before\n" +
      "That needs 169.0 MB of disk in /data/local; 12.3 GB are free.\n" +
      "Sources of the weights, in order: the mirror, the hub.\n",
  );
});

test("times are short", () => {
  expect([10, 59_400, 125_000, 11_400_000].map(duration)).toEqual(["1 s", "59 s", "2 min 5 s", "3 h 10 min"]);
});
