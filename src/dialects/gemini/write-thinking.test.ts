import { expect, test } from "vitest";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type { Request } from "../../canonical/request.js";
import { generationOf } from "./generation.js";
import { writeThinking } from "./write-thinking.js";

const shown = { includeThoughts: true };

test.each<[string, NonNullable<Request["reasoning"]>, object | undefined, string | undefined]>([
  ["gemini-2.0-flash", { effort: "high" }, undefined, "dropped reasoning"],
  ["gemini-2.0-flash", { enabled: false }, undefined, undefined],
  ["gemini-2.5-flash", { effort: "high" }, { thinkingBudget: 24_576, ...shown }, "emulated reasoning.effort"],
  ["gemini-2.5-flash", { budgetTokens: 99_999 }, { thinkingBudget: 24_576, ...shown }, "clamped reasoning.max_tokens"],
  ["gemini-2.5-flash", { enabled: true }, { thinkingBudget: -1, ...shown }, undefined],
  ["gemini-2.5-flash", { effort: "none" }, { thinkingBudget: 0 }, undefined],
  ["gemini-2.5-flash-lite", { budgetTokens: 100 }, { thinkingBudget: 512, ...shown }, "clamped reasoning.max_tokens"],
  ["gemini-2.5-pro", { enabled: false }, { thinkingBudget: 128 }, "clamped reasoning"],
  ["gemini-3-flash-preview", { effort: "minimal" }, { thinkingLevel: "MINIMAL", ...shown }, undefined],
  ["gemini-3-flash-preview", { effort: "xhigh" }, { thinkingLevel: "HIGH", ...shown }, "clamped reasoning.effort"],
  [
    "gemini-3-flash-preview",
    { budgetTokens: 5000 },
    { thinkingLevel: "MEDIUM", ...shown },
    "emulated reasoning.max_tokens",
  ],
  ["gemini-3-flash-preview", { enabled: false }, { thinkingLevel: "MINIMAL" }, "clamped reasoning"],
  ["gemini-3-flash-preview", { enabled: true }, shown, undefined],
  ["gemini-3-pro-preview", { effort: "medium" }, { thinkingLevel: "HIGH", ...shown }, "clamped reasoning.effort"],
  ["gemini-3.1-pro-preview", { effort: "minimal" }, { thinkingLevel: "LOW", ...shown }, "clamped reasoning.effort"],
  ["gemini-flash-latest", { effort: "strange" }, { thinkingLevel: "HIGH", ...shown }, "clamped reasoning.effort"],
])("%s, asked for %j", (model, reasoning, expected, noted) => {
  const notes: ReceiptNote[] = [];
  const request: Request = { instructions: [], turns: [], tools: [], reasoning, stream: false, extra: {} };
  expect(writeThinking(request, generationOf(model), notes)).toEqual(expected);
  expect(notes.map(({ field, action }) => `${action} ${field}`)[0]).toBe(noted);
});

test("thinking counts against the output limit and leaves a fifth of it", () => {
  const request: Request = {
    instructions: [],
    turns: [],
    tools: [],
    reasoning: { effort: "high" },
    maxOutputTokens: 1000,
    stream: false,
    extra: {},
  };
  expect(writeThinking(request, generationOf("gemini-2.5-flash"), [])).toEqual({ thinkingBudget: 800, ...shown });
});
