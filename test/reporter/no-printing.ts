// A test that prints fails: what is worth saying belongs in an assertion.
import { format } from "node:util";
import { afterAll, afterEach, expect } from "vitest";

const printed: string[] = [];

for (const method of ["debug", "error", "info", "log", "table", "trace", "warn"] as const) {
  console[method] = (...words: unknown[]) => {
    printed.push(`console.${method}: ${format(...words)}`);
  };
}

function check(): void {
  expect(printed.splice(0), "a test may not print").toEqual([]);
}

afterEach(check);
afterAll(check);
