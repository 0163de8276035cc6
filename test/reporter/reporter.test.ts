import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const repository = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trunkline-reporter-"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  writeFileSync(
    join(folder, "vitest.config.mjs"),
    `import { ClosingLine } from ${JSON.stringify(join(repository, "test/reporter/closing-line.ts"))};
     export default { test: { reporters: ["default", new ClosingLine()],
       setupFiles: [${JSON.stringify(join(repository, "test/reporter/no-printing.ts"))}] } };`,
  );
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The status and the last line of a run over one file of tests. */
function run(name: string, source: string) {
  writeFileSync(join(folder, `${name}.test.mjs`), `import { expect, test } from "vitest";\n${source}`);
  const vitest = join(repository, "node_modules", "vitest", "vitest.mjs");
  const { status, stdout } = spawnSync(process.execPath, [vitest, "run", `${name}.test.mjs`], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, last: stdout.trimEnd().split("\n").at(-1) };
}

test("the last line counts passed, failed and skipped tests", () => {
  const source = `test("a", () => {}); test("b", () => expect(1).toBe(2)); test.skip("c", () => {});`;
  expect(run("counts", source)).toEqual({ status: 1, last: "1 passed, 1 failed, 1 skipped" });
  expect(run("good", `test("a", () => {});`)).toEqual({ status: 0, last: "1 passed, 0 failed" });
});

test("a test that prints fails", () => {
  expect(run("prints", `test("a", () => console.log("hello"));`)).toEqual({ status: 1, last: "0 passed, 1 failed" });
});

test("a file that cannot be loaded, and an error that no test catches, are failures", () => {
  expect(run("broken", `throw new Error("no");`)).toEqual({ status: 1, last: "0 passed, 1 failed" });
  expect(run("stray", `test("a", () => { Promise.reject(new Error("stray")); });`)).toEqual({
    status: 1,
    last: "1 passed, 1 failed",
  });
});

test("a run without any test has failed", () => {
  expect(run("none", "")).toEqual({ status: 1, last: "0 passed, 1 failed" });
});
