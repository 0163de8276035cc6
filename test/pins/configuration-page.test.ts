import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { settingsTable } from "./settings-table.js";

const file = fileURLToPath(new URL("../../docs/configuration.md", import.meta.url));
const between =
  /(?<=<!-- settings: made by test\/pins\/settings-table\.ts -->\n\n)[\s\S]*?(?=\n\n<!-- end of settings -->)/;

test("docs/configuration.md lists every setting with its bounds: UPDATE_DOCS=1 rewrites the table", () => {
  const page = readFileSync(file, "utf8");
  const expected = page.replace(between, () => settingsTable());
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, expected);
  else expect(page).toBe(expected);
  expect(expected).toContain(settingsTable());
});
