// Opens the data file: private to its owner, in WAL mode, at the schema that this version knows.
import { dirname } from "node:path";
import { TrunklineError } from "../../canonical/error.js";
import { text } from "../../canonical/json.js";
import { because } from "../../ledger/because.js";
import { ownFile, ownFolder } from "../folder.js";
import { databaseOver, readValue, type Sqlite } from "./database.js";
import { type Connection, type Engine, isNewEnough, loadEngine, oldestSqlite } from "./engine.js";
import { checkSchema, migrate } from "./migrations.js";

/** While the file is opened and migrated, milliseconds. */
const openBusyTimeoutMs = 5_000;
/** Later on. SQLite waits on the thread that serves: short, as the ledger tries again by itself. */
const busyTimeoutMs = 100;

/**
 * Opens or creates the file. Only who has claimed its folder (`ownership.ts`) may open it for writing: one connection
 * writes and checkpoints. `readOnly` is for everybody else, and never migrates.
 * Throws TrunklineError with a sentence where the file is damaged, foreign, or of a newer schema.
 */
export async function openSqlite(file: string, options: { readonly readOnly?: boolean } = {}): Promise<Sqlite> {
  const readOnly = options.readOnly ?? false;
  const engine = await loadEngine();
  let connection: Connection | undefined;
  try {
    if (!readOnly) {
      ownFolder(dirname(file));
      // SQLite gives its -wal and -shm files the mode of this one.
      ownFile(file);
    }
    connection = engine.connect(file, { readOnly });
    return prepared(connection, engine.name, file, readOnly);
  } catch (error) {
    connection?.close();
    throw TrunklineError.is(error) ? error : unreadable(file, error);
  }
}

function prepared(connection: Connection, engine: Engine["name"], file: string, readOnly: boolean): Sqlite {
  const version = text(readValue(connection, "SELECT sqlite_version() AS value")) ?? "unknown";
  if (!isNewEnough(version))
    throw new TrunklineError("internal", `SQLite ${version} of ${engine} is older than ${oldestSqlite}.`, {
      whatToDo: "Update Node or @photostructure/sqlite: older ones can corrupt a file in WAL mode.",
    });
  const database = databaseOver(connection, engine, version);
  connection.exec(`PRAGMA busy_timeout = ${openBusyTimeoutMs}; PRAGMA trusted_schema = OFF`);
  if (readOnly) {
    checkSchema(database, file);
  } else {
    connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864");
    migrate(database, file);
  }
  connection.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  return database;
}

function unreadable(file: string, error: unknown): TrunklineError {
  return new TrunklineError("internal", `The data file ${file} cannot be opened: ${because(error)}.`, {
    whatToDo:
      "If it is damaged, move it away with its -wal and -shm files and put a backup in its place; with none, Trunkline starts a new one.",
  });
}
