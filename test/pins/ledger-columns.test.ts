// People query the ledger with their own tools: its columns never change their name or meaning.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endings } from "../../src/ledger/generation.js";
import { openSqlite } from "../../src/store/sqlite/open.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trunkline-pins-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("columns of the ledger", async () => {
  const database = await openSqlite(join(folder, "ledger.db"));
  const rows = database.prepare("SELECT name, type FROM pragma_table_info('generations') ORDER BY cid").all();
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  database.close();
  expect(tables).toEqual([{ name: "generations" }]);
  expect(rows).toEqual(
    [
      ["id", "TEXT"],
      ["created_ms", "INTEGER"],
      ["key_hash", "TEXT"],
      ["model_asked", "TEXT"],
      ["model", "TEXT"],
      ["provider", "TEXT"],
      ["upstream_model", "TEXT"],
      ["upstream_id", "TEXT"],
      ["dialect", "TEXT"],
      ["streamed", "INTEGER"],
      ["status", "INTEGER"],
      ["ending", "TEXT"],
      ["code", "TEXT"],
      ["finish_reason", "TEXT"],
      ["native_finish_reason", "TEXT"],
      ["input_tokens", "INTEGER"],
      ["cache_read_tokens", "INTEGER"],
      ["cache_write_tokens", "INTEGER"],
      ["cache_write_1h_tokens", "INTEGER"],
      ["output_tokens", "INTEGER"],
      ["reasoning_tokens", "INTEGER"],
      ["usage_provenance", "TEXT"],
      ["cost_nano_usd", "INTEGER"],
      ["hold_nano_usd", "INTEGER"],
      ["first_content_ms", "REAL"],
      ["total_ms", "REAL"],
      ["attempts", "TEXT"],
      ["receipt", "TEXT"],
      ["app_referer", "TEXT"],
      ["app_title", "TEXT"],
      ["app_user_agent", "TEXT"],
      ["counted_input_tokens", "INTEGER"],
      ["count_method", "TEXT"],
    ].map(([name, type]) => ({ name, type })),
  );
});

test("causes of ending", () => {
  expect(endings).toEqual([
    "done",
    "client_gone",
    "upstream_cut",
    "timeout",
    "failed",
    "refused",
    "draining",
    "gateway_killed",
  ]);
});
