// Text for terminals: what is let through, how wide it is, how it is cut, wrapped and laid out.
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { clip, jsonText, padTo, paintFor, printable, table, widthOf, wrap } from "./terminal.js";

const terminal = Object.assign(new PassThrough(), { isTTY: true });

describe("printable", () => {
  test("lets newlines and tabs pass, and nothing that steers a terminal", () => {
    expect(printable("a\tb\nc")).toBe("a\tb\nc");
    expect(printable("\u001b[31mred\u001b]0;title\u0007 \u009b2J\u0000\u007f\u202e")).toBe("[31mred]0;title 2J");
  });

  test("makes carriage returns line ends: alone they would write over what stands there", () => {
    expect(printable("a\r\nb\rc")).toBe("a\nb\nc");
  });
});

test("JSON holds no control character that a terminal obeys", () => {
  const value = { text: "\u001b[2J\u009b2J\u007f…" };
  const json = jsonText(value);
  expect([...json].filter((one) => /\p{Cc}/u.test(one) && one !== "\n")).toEqual([]);
  expect(JSON.parse(json)).toEqual(value);
});

describe("colour", () => {
  test("is for terminals alone", () => {
    expect(paintFor(terminal, {}).bold("a")).toBe("\u001b[1ma\u001b[0m");
    expect(paintFor(new PassThrough(), {}).bold("a")).toBe("a");
  });

  test("is left out where NO_COLOR is set, and in a dumb terminal", () => {
    expect(paintFor(terminal, { NO_COLOR: "1" }).red("a")).toBe("a");
    expect(paintFor(terminal, { NO_COLOR: "" }).red("a")).not.toBe("a");
    expect(paintFor(terminal, { TERM: "dumb" }).dim("a")).toBe("a");
  });
});

test("East Asian characters and emoji take two columns, combining marks none", () => {
  expect(["abc", "模型", "e\u0301", "🙂", "–"].map(widthOf)).toEqual([3, 4, 1, 2, 1]);
  expect(padTo("模", 4)).toBe("模  ");
  expect(clip("模型模型", 5)).toBe("模型…");
  expect(clip("short", 5)).toBe("short");
});

describe("wrap", () => {
  test("breaks between words, and inside a word only where it is too long", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("abcdefgh ij", 3)).toEqual(["abc", "def", "gh", "ij"]);
    expect(wrap("模型模型", 4)).toEqual(["模型", "模型"]);
  });

  test("keeps the author's line ends", () => {
    expect(wrap("one\n\ntwo", 9)).toEqual(["one", "", "two"]);
  });
});

test("a table aligns its columns, and the first gives way where the terminal is narrow", () => {
  const columns = [{ title: "model" }, { title: "cost", align: "right" }] as const;
  const rows = [["an-author/with-a-very-long-model-name", "$1"]];
  expect(table(columns, rows, 80)).toBe(`${"model".padEnd(37)}  cost\nan-author/with-a-very-long-model-name    $1\n`);
  const narrow = table(columns, rows, 30).trimEnd().split("\n");
  expect(narrow.every((line) => widthOf(line) <= 30)).toBe(true);
  expect(narrow[1]).toContain("…");
});
