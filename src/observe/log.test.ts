import { expect, test } from "vitest";
import type { Observation } from "../canonical/observer.js";
import { createLog, type LogLevel } from "./log.js";

const refused: Observation = { type: "refused", status: 401, code: "invalid_api_key", path: "/v1/a\nb" };
const settled: Observation = {
  type: "settled",
  id: "gen-1-a",
  provider: undefined,
  model: "m\n\u001b[31m",
  ending: "refused",
  status: 404,
  totalMs: 1.6,
};
const trouble: Observation = { type: "trouble", where: "ledger", sentence: "The disk is full." };

function lines(level: LogLevel): string[] {
  const written: string[] = [];
  const log = createLog(level, (line) => written.push(line));
  for (const observation of [refused, settled, trouble]) log(observation);
  return written;
}

test("each thing that happened is one line", () => {
  expect(lines("all")).toEqual([
    'refused 401 invalid_api_key "/v1/a\\nb"\n',
    'refused 404 gen-1-a "m\\n\\u001b[31m" by nobody in 2 ms\n',
    "trouble: The disk is full. (ledger)\n",
  ]);
});

test("the level `trouble` shows trouble alone, and `nothing` shows nothing", () => {
  expect(lines("trouble")).toEqual(["trouble: The disk is full. (ledger)\n"]);
  expect(lines("nothing")).toEqual([]);
});
