import { mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { headerNumber } from "./database.js";
import { isNewEnough, loadEngine } from "./engine.js";
import { sqliteGenerations } from "./generations.js";
import { migrate, migrations } from "./migrations.js";
import { openSqlite } from "./open.js";

let folder = "";
let file = "";
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "trunkline-sqlite-")), "data");
  file = join(folder, "trunkline.db");
});

it("opens a new file in WAL mode with an SQLite that is new enough", async () => {
  const database = await openSqlite(file);
  expect(isNewEnough(database.version)).toBe(true);
  expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 1 });
  expect(headerNumber(database, "user_version")).toBe(migrations.length);
  database.close();
  database.close();
});

it("keeps the file, and what SQLite puts beside it, to its owner", async () => {
  const database = await openSqlite(file);
  for (const name of ["", "-wal", "-shm"]) expect(statSync(file + name).mode & 0o777, name).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  database.close();
});

it("leaves the mode of a folder that was there before", async () => {
  mkdirSync(folder, { mode: 0o755 });
  (await openSqlite(file)).close();
  expect(statSync(folder).mode & 0o777).toBe(0o755);
});

it("opens a file again without migrating it twice", async () => {
  (await openSqlite(file)).close();
  const database = await openSqlite(file);
  expect(headerNumber(database, "user_version")).toBe(migrations.length);
  database.close();
});

it("migrates step by step, and a step that fails leaves the file at the schema before it", async () => {
  const database = await openSqlite(file);
  const better = [...migrations, "CREATE TABLE extra (id TEXT)"];
  expect(() => migrate(database, file, [...better, "CREATE TABLE more (id TEXT); nonsense"])).toThrow("nonsense");
  expect(headerNumber(database, "user_version")).toBe(better.length);
  expect(database.prepare("SELECT name FROM sqlite_schema WHERE name IN ('extra', 'more')").all()).toEqual([
    { name: "extra" },
  ]);
  database.close();
});

it("keeps the rows of the first schema, and says of them that nothing was counted", async () => {
  const [first = ""] = migrations;
  const database = await openSqlite(file);
  database.exec("DROP TABLE generations; PRAGMA user_version = 0; PRAGMA application_id = 0");
  migrate(database, file, [first]);
  database.exec(`INSERT INTO generations (id, created_ms, model_asked, dialect, streamed, status, ending, input_tokens,
    cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens, usage_provenance,
    total_ms, attempts, receipt) VALUES ('gen-1', 5, 'm', 'openai-chat', 0, 200, 'done', 7, 0, 0, 0, 3, 0, 'reported', 9,
    '[]', '[]')`);
  migrate(database, file);
  const row = sqliteGenerations(database).get("gen-1");
  expect(row).toMatchObject({ id: "gen-1", usage: { inputTokens: 7, outputTokens: 3 } });
  expect(row).toMatchObject({ countedInputTokens: undefined, countMethod: undefined });
  database.close();
});

it("refuses a newer schema in a sentence that says what to do", async () => {
  const database = await openSqlite(file);
  database.exec("PRAGMA user_version = 99");
  database.close();
  await expect(openSqlite(file)).rejects.toMatchObject({
    message: `The data file ${file} was written by a newer Trunkline: schema 99, this version knows ${migrations.length}.`,
    details: { whatToDo: expect.stringContaining("newer") },
  });
});

it("refuses another program's database and leaves it as it was", async () => {
  mkdirSync(folder);
  const foreign = (await loadEngine()).connect(file, { readOnly: false });
  foreign.exec("CREATE TABLE theirs (id TEXT)");
  foreign.close();
  await expect(openSqlite(file)).rejects.toThrow("is a database of another program");
  const again = (await loadEngine()).connect(file, { readOnly: true });
  expect(again.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "theirs" }]);
  again.close();
});

it("refuses a file that is no database, and says how to go on", async () => {
  mkdirSync(folder);
  writeFileSync(file, "this is not a database, however long it may be ".repeat(100));
  await expect(openSqlite(file)).rejects.toMatchObject({
    message: expect.stringContaining("cannot be opened"),
    details: { whatToDo: expect.stringContaining("backup") },
  });
});

it("lets a reader in beside the writer, who cannot write", async () => {
  const writer = await openSqlite(file);
  const reader = await openSqlite(file, { readOnly: true });
  expect(sqliteGenerations(reader).list({ limit: 1 })).toEqual([]);
  expect(() => reader.exec("DELETE FROM generations")).toThrow("readonly");
  reader.close();
  writer.close();
});

it("finds the rows of each list by an index, without sorting", async () => {
  const database = await openSqlite(file);
  const order = "ORDER BY created_ms DESC, id DESC LIMIT 5";
  for (const condition of ["1", "coalesce(model, model_asked) = 'm'", "ending = 'failed' AND ending <> 'done'"]) {
    const plan = database.prepare(`EXPLAIN QUERY PLAN SELECT * FROM generations WHERE ${condition} ${order}`).all();
    const text = JSON.stringify(plan);
    expect(text, condition).toContain("USING INDEX generations_by");
    expect(text, condition).not.toContain("TEMP B-TREE");
  }
  database.close();
});

it("rolls back what throws in a transaction, and takes the next one", async () => {
  const database = await openSqlite(file);
  database.exec("CREATE TABLE t (n INTEGER)");
  const fail = () =>
    database.transaction(() => {
      database.exec("INSERT INTO t VALUES (1)");
      throw new Error("no");
    });
  expect(fail).toThrow("no");
  database.transaction(() => database.exec("INSERT INTO t VALUES (2)"));
  expect(database.prepare("SELECT n FROM t").all()).toEqual([{ n: 2 }]);
  database.close();
});

it("knows which versions of SQLite are new enough", () => {
  expect(["3.51.3", "3.52.0", "3.53.0", "4.0.0"].filter((version) => !isNewEnough(version))).toEqual([]);
  expect(["3.51.2", "3.50.4", "3.9.9", "2.99.99", "unknown"].filter((version) => isNewEnough(version))).toEqual([]);
});
