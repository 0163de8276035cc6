// Providers' own lists, each in its form.
import { expect, test } from "vitest";
import type { Json } from "../../canonical/json.js";
import { isPartOfList, readOwnList } from "./read-own-list.js";

const facts = (document: Json) => {
  const reading = readOwnList(document, "p");
  return reading.ok ? reading.facts : reading.sentence;
};

test("OpenAI's list says what is there, and no more", () => {
  const data = [{ id: "gpt-5", object: "model", created: 1, owned_by: "openai" }];
  expect(facts({ object: "list", data })).toEqual([{ provider: "p", model: "gpt-5", otherNames: [] }]);
});

test("Groq's gives limits, and leaves out what is not active", () => {
  const data = [
    { id: "llama-3.3-70b-versatile", active: true, context_window: 131_072, max_completion_tokens: 32_768 },
    { id: "gone", active: false },
  ];
  expect(facts({ data })).toEqual([
    {
      provider: "p",
      model: "llama-3.3-70b-versatile",
      otherNames: [],
      windowTokens: 131_072,
      maxOutputTokens: 32_768,
    },
  ]);
});

test("Mistral's gives kinds; rows of moving names are no models, and what does not chat has no kinds", () => {
  const capabilities = { completion_chat: true, function_calling: true, vision: true, reasoning: false, audio: false };
  const large = {
    name: "mistral-large-2512",
    capabilities,
    max_context_length: 262_144,
    aliases: ["mistral-large-latest"],
  };
  const data = [
    { ...large, id: "mistral-large-2512" },
    { ...large, id: "mistral-large-latest" },
    { id: "mistral-embed", name: "mistral-embed", capabilities: { completion_chat: false } },
  ];
  expect(facts({ data })).toEqual([
    {
      provider: "p",
      model: "mistral-large-2512",
      otherNames: ["mistral-large-latest"],
      windowTokens: 262_144,
      input: ["text", "image"],
      output: ["text"],
      reasoning: false,
      tools: true,
    },
    { provider: "p", model: "mistral-embed", otherNames: [] },
  ]);
});

test("Anthropic's gives limits, kinds and a name for people", () => {
  const row = {
    type: "model",
    id: "claude-opus-5",
    display_name: "Claude Opus 5",
    max_input_tokens: 1_000_000,
    max_tokens: 128_000,
    capabilities: { image_input: { supported: true }, pdf_input: { supported: false }, thinking: { supported: true } },
  };
  expect(facts({ data: [row], has_more: false })).toEqual([
    {
      provider: "p",
      model: "claude-opus-5",
      otherNames: [],
      name: "Claude Opus 5",
      windowTokens: 1_000_000,
      maxOutputTokens: 128_000,
      input: ["text", "image"],
      output: ["text"],
      reasoning: true,
      tools: true,
    },
  ]);
});

test("Gemini's names lose their folder; Cohere's stand under `name`", () => {
  expect(facts({ data: [{ id: "models/gemini-2.5-flash" }] })).toMatchObject([{ model: "gemini-2.5-flash" }]);
  expect(facts({ models: [{ name: "command-a-03-2025", context_length: 288_000 }] })).toMatchObject([
    { model: "command-a-03-2025", windowTokens: 288_000 },
  ]);
});

test("a list that goes on elsewhere is a part", () => {
  expect(isPartOfList({ data: [], has_more: true })).toBe(true);
  expect(isPartOfList({ models: [], next_page_token: "x" })).toBe(true);
  expect(isPartOfList({ data: [], has_more: false, next_page_token: null })).toBe(false);
});

test("what is no list is none", () => {
  expect(facts({ error: { message: "invalid key" } })).toBe("It is no list of models.");
  expect(facts({ data: [] })).toBe("It lists no models.");
  expect(facts([1])).toBe("It is no list of models.");
  expect(facts({ data: [{ id: null }] })).toMatch(/^Most of its rows make no sense/);
});
