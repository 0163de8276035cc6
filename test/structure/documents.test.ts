// Every Markdown page: links lead somewhere, anchors are headings, and files named in the text are there.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { expect, test } from "vitest";
import { repository, repositoryFiles } from "./sources.js";

const pages = repositoryFiles().filter((path) => path.endsWith(".md"));
const read = (path: string) => readFileSync(join(repository, path), "utf8");

/** The text without fenced code. */
const prose = (markdown: string) => markdown.replace(/^(`{3,}).*\n[\s\S]*?^\1`*$/gm, "");

/** The anchors that GitHub gives to headings. */
function anchorsOf(markdown: string): readonly string[] {
  const headings = [...prose(markdown).matchAll(/^#{1,6} +(.+)$/gm)].map((match) => match[1] ?? "");
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

/** What is wrong with a link of a page; undefined where nothing is. */
function fault(page: string, link: string): string | undefined {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : posix.join(dirname(page), decodeURIComponent(path));
  if (!existsSync(join(repository, target))) return `${page}: ${link} leads nowhere`;
  if (anchor === undefined || !target.endsWith(".md") || anchorsOf(read(target)).includes(anchor)) return undefined;
  return `${page}: ${link}: ${target} has no such heading`;
}

test("links lead to files and headings that are there", () => {
  const faults = pages.flatMap((page) =>
    [...prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1] ?? "")
      .filter((link) => !/^(https?|mailto):/.test(link))
      .map((link) => fault(page, link))
      .filter((found) => found !== undefined),
  );
  expect(faults).toEqual([]);
});

test("files and folders named in the text are there", () => {
  const faults = pages.flatMap((page) =>
    [...prose(read(page)).matchAll(/`((?:src|test|bench|scripts|docs|runtime|\.ci)\/[\w./-]+)`/g)]
      .map((match) => match[1] ?? "")
      .filter((path) => !existsSync(join(repository, path)))
      .map((path) => `${page}: ${path}`),
  );
  expect(faults).toEqual([]);
});

test("a dead link would be found", () => {
  expect(fault("README.md", "docs/nowhere.md")).toBe("README.md: docs/nowhere.md leads nowhere");
  expect(fault("docs/errors.md", "#nothing")).toBe("docs/errors.md: #nothing: docs/errors.md has no such heading");
  expect(fault("docs/errors.md", "#time")).toBeUndefined();
});
