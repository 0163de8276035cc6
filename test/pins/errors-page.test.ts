import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { errorsPage } from "./errors-page.js";

const file = fileURLToPath(new URL("../../docs/errors.md", import.meta.url));

test("docs/errors.md says what the code does: UPDATE_DOCS=1 rewrites it", () => {
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, errorsPage());
  expect(readFileSync(file, "utf8")).toBe(errorsPage());
});
