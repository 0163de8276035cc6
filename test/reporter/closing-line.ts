// Prints `N passed, N failed` as the very last line of a test run, however the run ends.
import { writeSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

export class ClosingLine implements Reporter {
  private line: string | undefined;

  constructor() {
    process.once("exit", () => writeLine(this.line ?? "0 passed, 1 failed"));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    this.line = closingLine(modules, unhandled.length);
  }
}

type Countable = Pick<TestModule, "errors"> & {
  readonly children: Pick<TestModule["children"], "allTests" | "allSuites">;
};

/** A file or group that failed apart from its tests counts as one failure, and so does an error that no test caught. */
export function closingLine(modules: readonly Countable[], unhandled: number): string {
  let passed = 0;
  let skipped = 0;
  let failed = unhandled;
  for (const module of modules) {
    if (module.errors().length > 0) failed += 1;
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failed += 1;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") passed += 1;
      else if (state === "skipped") skipped += 1;
      else failed += 1;
    }
  }
  if (passed + skipped + failed === 0) failed = 1;
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

/** Not through `process.stdout`, which may be a pipe that is written to later: nothing comes after this line. */
function writeLine(line: string): void {
  try {
    writeSync(1, `${line}\n`);
  } catch {
    // Nobody reads any more.
  }
}
