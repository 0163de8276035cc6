// An open data file as the stores see it: statements, and transactions that are whole or not at all.
import { isObject, number } from "../../canonical/json.js";
import type { Connection, Engine, Statement } from "./engine.js";

export interface Sqlite {
  readonly engine: Engine["name"];
  /** SQLite's own version: `3.53.0`. */
  readonly version: string;
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** Runs in `BEGIN IMMEDIATE`; what throws is rolled back and thrown on. */
  transaction(run: () => void): void;
  /** Checkpoints and closes. A second call does nothing. */
  close(): void;
}

export function databaseOver(connection: Connection, engine: Engine["name"], version: string): Sqlite {
  let closed = false;
  return {
    engine,
    version,
    exec: (sql) => connection.exec(sql),
    prepare: (sql) => connection.prepare(sql),
    transaction(run) {
      connection.exec("BEGIN IMMEDIATE");
      try {
        run();
        connection.exec("COMMIT");
      } catch (error) {
        rollBack(connection);
        throw error;
      }
    },
    close() {
      if (closed) return;
      closed = true;
      connection.close();
    },
  };
}

function rollBack(connection: Connection): void {
  try {
    connection.exec("ROLLBACK");
  } catch {
    // SQLite has rolled back by itself: it does on a full disk.
  }
}

/** The one value of a statement that names it `value`. */
export function readValue(database: Pick<Connection, "prepare">, sql: string): unknown {
  const row = database.prepare(sql).get();
  return isObject(row) ? row.value : undefined;
}

/** An integer that the file's header holds. */
export function headerNumber(database: Pick<Connection, "prepare">, name: "user_version" | "application_id"): number {
  return number(readValue(database, `SELECT ${name} AS value FROM pragma_${name}`)) ?? 0;
}
