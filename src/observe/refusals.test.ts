import { expect, test } from "vitest";
import { createRefusals } from "./refusals.js";

test("refusals are counted by code, and the last thousand are kept", () => {
  const refusals = createRefusals();
  for (let sent = 0; sent < 1_500; sent++)
    refusals.observe({ type: "refused", status: 401, code: "invalid_api_key", path: `/${sent}` });
  refusals.observe({ type: "trouble", where: "ledger", sentence: "It is not counted." });
  expect(refusals.counts.get("invalid_api_key")).toBe(1_500);
  expect(refusals.last).toHaveLength(1_000);
  expect(refusals.last.at(0)?.path).toBe("/500");
  expect(refusals.last.at(-1)?.path).toBe("/1499");
});
