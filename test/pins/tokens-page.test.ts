// The commands in docs/tokens.md print what the page says: this test runs them, and writes what they print with UPDATE_DOCS=1.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heldOutErrors } from "../../src/tokens/estimate/weights.js";
import { type CommandStage, openCommandStage } from "../command-stage.js";
import { repository } from "../structure/sources.js";

const page = join(repository, "docs/tokens.md");
const block = /^```console\n\$ trunkline (.+)\n([\s\S]*?)^```$/gm;
const request = {
  model: "openai/gpt-4o",
  messages: [
    { role: "system", content: "You are a cook. Be brief." },
    { role: "user", content: "What goes into a hamburger?" },
  ],
};

let stage: CommandStage;
beforeAll(() => {
  stage = openCommandStage();
  stage.write("LICENSE", readFileSync(join(repository, "LICENSE")));
  stage.write("question.txt", "Why is the sky blue, and why is it red in the evening?\n");
  stage.write("request.json", JSON.stringify(request));
});
afterAll(() => stage.close());

/** Words as a shell splits them, with double quotes. */
const words = (line: string) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");

test("the page's commands print what it says", async () => {
  let text = readFileSync(page, "utf8");
  const blocks = [...text.matchAll(block)];
  expect(blocks.length).toBeGreaterThan(5);
  for (const [whole, line = "", shown] of blocks) {
    const { stdout, stderr } = await stage.run(words(line));
    const printed = stdout + stderr;
    if (process.env.UPDATE_DOCS === "1")
      text = text.replace(whole, () => `\`\`\`console\n$ trunkline ${line}\n${printed}\`\`\``);
    else expect(shown, line).toBe(printed);
  }
  if (process.env.UPDATE_DOCS === "1") writeFileSync(page, text);
});

test("a token is about 3/4 of an English word", async () => {
  const english = readFileSync(join(repository, "LICENSE"), "utf8").trim().split(/\s+/).length;
  const { stdout } = await stage.run(["tokens", "-f", "LICENSE"]);
  expect(english / Number(stdout)).toBeCloseTo(0.75, 1);
});

test("the page's errors over all kinds of text are those that the estimates state", () => {
  const table = /<!-- errors.*?-->\n([\s\S]*?)<!-- end of errors -->/.exec(readFileSync(page, "utf8"))?.[1] ?? "";
  const shown = [...table.matchAll(/\| ([\d.]+) \/ ([\d.]+) \/ ([\d.]+) \|$/gm)].map((match) =>
    match.slice(1).map(Number),
  );
  const stated = Object.values(heldOutErrors).map(({ all }) => [all[0], all[1], all[2]]);
  expect(shown).toEqual(stated);
});
