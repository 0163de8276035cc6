import { expect, test } from "vitest";
import { canonicalTurns } from "./message-shape.js";
import type { Turn } from "./request.js";

const turn: Turn = {
  role: "assistant",
  name: "n",
  parts: [
    { type: "reasoning", text: "think", signature: "s" },
    { type: "text", text: "one", cache: { lifetime: "5m" } },
    { type: "tool-call", id: "c1", name: "look", argumentsJson: '{"a":"b"}' },
    {
      type: "tool-result",
      callId: "c0",
      isError: true,
      content: [
        { type: "text", text: "two" },
        { type: "image", source: { url: "https://example.com/a.png" } },
        { type: "text", text: "three" },
      ],
    },
  ],
};

test("a turn's shape names its calls, its answers, and the texts that may be cut", () => {
  expect(canonicalTurns.shapeOf(turn)).toEqual({
    role: "assistant",
    calls: ["c1"],
    answers: ["c0"],
    texts: ["one", "two", "three"],
  });
});

test("a turn takes other texts in the same places, and nothing else of it changes", () => {
  const { texts } = canonicalTurns.shapeOf(turn);
  expect(canonicalTurns.withTexts(turn, texts)).toEqual(turn);
  const shorter = canonicalTurns.withTexts(turn, ["1", "2", "3"]);
  expect(canonicalTurns.shapeOf(shorter).texts).toEqual(["1", "2", "3"]);
  expect(canonicalTurns.withTexts(shorter, texts)).toEqual(turn);
});
