// How long a file may be, what it may be called, and what it starts with.
import { describe, expect, test } from "vitest";
import { repositoryFiles, sourceFiles } from "./sources.js";

const longest = 400;
const ninetiethPercentile = 250;

const written = [...sourceFiles("src", { tests: true }), ...sourceFiles("test", { tests: true })];
const files = sourceFiles("src", { tests: false });
const linesOf = (text: string) => text.trimEnd().split("\n").length;

/** Names that say nothing of what is inside. */
const empty = new Set(["util", "utils", "helper", "helpers", "common", "shared", "misc", "base"]);
const emptyAlone = new Set(["tools", "types", "service", "services", "manager", "managers"]);

function saysNothing(path: string): boolean {
  return path.split("/").some((segment) => {
    const stem = segment.split(".")[0] ?? "";
    return emptyAlone.has(stem) || stem.split("-").some((word) => empty.has(word));
  });
}

describe("files", () => {
  test(`have at most ${longest} lines`, () => {
    const long = written.filter((file) => linesOf(file.text) > longest);
    expect(long.map((file) => `${file.path}: ${linesOf(file.text)}`)).toEqual([]);
  });

  test(`of src have fewer than ${ninetiethPercentile} lines, nine of ten`, () => {
    const lengths = files.map((file) => linesOf(file.text)).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length * 0.9)]).toBeLessThan(ninetiethPercentile);
  });

  test("have names that say what is inside", () => {
    const code = repositoryFiles().filter((path) => /^(src|test|bench|scripts|examples)\//.test(path));
    expect(code.filter(saysNothing)).toEqual([]);
    expect(saysNothing("src/dialects/chat-helpers.ts")).toBe(true);
  });

  test("are named in small letters, with hyphens", () => {
    expect(written.map((file) => file.path).filter((path) => !/^[a-z0-9/.-]+$/.test(path))).toEqual([]);
  });

  test("of src start with a header that says what they are for", () => {
    expect(files.filter((file) => !/^(#!.*\n)?\/\/ \S/.test(file.text)).map((file) => file.path)).toEqual([]);
  });

  test("hold no unfinished work", () => {
    const marks = new RegExp(`\\b(${["TO", "DO"].join("")}|FIX${"ME"}|X{3})\\b`);
    expect(written.filter((file) => marks.test(file.text)).map((file) => file.path)).toEqual([]);
  });
});
