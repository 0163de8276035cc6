// How the tests run. The last line is always `N passed, N failed`; a test that prints fails.
import { defineConfig } from "vitest/config";
import { ClosingLine } from "./test/reporter/closing-line.js";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // Real processes and sockets, on machines with as few as two cores: no more workers than that.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    setupFiles: ["test/reporter/no-printing.ts"],
    reporters: ["default", new ClosingLine()],
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
