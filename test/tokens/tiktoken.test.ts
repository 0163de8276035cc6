// The same ids as tiktoken, on any text: held against the library itself where Python has it, and against stored ids everywhere.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type OpenAiEncoding, openaiEncoding, openaiEncodingNames } from "../../src/tokens/openai-encodings.js";
import { corpus } from "./corpus.js";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const python = process.env.TRUNKLINE_PYTHON ?? "python3";
const hasTiktoken = spawnSync(python, ["-c", "import tiktoken"]).status === 0;

type Answer = Readonly<
  Record<OpenAiEncoding, { readonly text: readonly number[][]; readonly special: readonly number[][] }>
>;

function askTiktoken(texts: readonly string[]): Answer {
  const script = here("./tiktoken-oracle.py");
  const run = spawnSync(python, [script, here("../../src/tokens/data")], {
    input: JSON.stringify(texts),
    maxBuffer: 1024 * 1024 * 1024,
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(run.stderr);
  const answer: Answer = JSON.parse(run.stdout);
  return answer;
}

/** Stored for texts that are few enough to keep: made by `UPDATE_TOKENS=1 npx vitest run test/tokens`. */
const storedFile = here("./stored-ids.json");
const storedTexts = corpus(360).filter((text) => text.length <= 160);

if (process.env.UPDATE_TOKENS === "1" && hasTiktoken)
  writeFileSync(storedFile, `${JSON.stringify(askTiktoken(storedTexts)).replaceAll("]],", "]],\n")}\n`);

const stored: Answer = JSON.parse(existsSync(storedFile) ? readFileSync(storedFile, "utf8") : "{}");

/** Half of a character becomes U+FFFD: it cannot be written in UTF-8. */
const wellFormed = (text: string) => Buffer.from(text, "utf8").toString("utf8");

function differences(name: OpenAiEncoding, texts: readonly string[], answer: Answer): readonly string[] {
  const tokenizer = openaiEncoding(name);
  const asText = texts.filter((text, index) => {
    const ids = answer[name].text[index] ?? [];
    const same = JSON.stringify(tokenizer.encode(text)) === JSON.stringify(ids);
    return !same || tokenizer.count(text) !== ids.length;
  });
  const special = answer[name].special.flatMap((ids, index) => {
    const text = texts[index] ?? "";
    const same = JSON.stringify(tokenizer.encode(text, "as-tokens")) === JSON.stringify(ids);
    return same && tokenizer.count(text, "as-tokens") === ids.length ? [] : [text];
  });
  return [...asText, ...special].map((text) => JSON.stringify(text.slice(0, 200)));
}

describe.each(openaiEncodingNames)("%s", (name) => {
  test(`gives the ids that are stored for ${storedTexts.length} texts`, () => {
    expect(stored[name].text.length).toBe(storedTexts.length);
    expect(differences(name, storedTexts, stored)).toEqual([]);
  });

  test("decodes what it encodes, but for the halves of characters", () => {
    const tokenizer = openaiEncoding(name);
    const wrong = storedTexts.filter((text) => tokenizer.decode(tokenizer.encode(text)) !== wellFormed(text));
    expect(wrong).toEqual([]);
  });
});

describe.skipIf(!hasTiktoken)("beside tiktoken itself (skipped where Python has no tiktoken)", () => {
  const texts = corpus(10_000);
  const answer = hasTiktoken ? askTiktoken(texts) : stored;

  test.each(openaiEncodingNames)("%s gives the same ids on 10,000 texts", (name) => {
    expect(differences(name, texts, answer)).toEqual([]);
  });
});
