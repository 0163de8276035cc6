// Which SQLite: Node's own where it is new enough, else the same interface as a package. Loaded on demand, never with the module.
import { TrunklineError } from "../../canonical/error.js";
import { because } from "../../ledger/because.js";

export type SqlValue = string | number | null;

export interface Statement {
  run(...values: SqlValue[]): unknown;
  get(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): unknown[];
}

/** What Trunkline uses of `DatabaseSync`. */
export interface Connection {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

export interface Engine {
  readonly name: "node:sqlite" | "@photostructure/sqlite";
  connect(file: string, options: { readonly readOnly: boolean }): Connection;
}

interface SqliteModule {
  readonly DatabaseSync: new (file: string, options: { readonly readOnly: boolean }) => Connection;
}

/** Before it, two connections that write or checkpoint can corrupt the file (SQLite's WAL-reset bug, 3.7.0 to 3.51.2). */
export const oldestSqlite = "3.51.3";

export async function loadEngine(): Promise<Engine> {
  // Node says which SQLite it has without loading it; loading prints a warning on some versions.
  const own = process.versions.sqlite;
  if (own !== undefined && isNewEnough(own)) {
    // A variable, as the types of Node 20 do not know the module.
    const name: string = "node:sqlite";
    const module: unknown = await import(name);
    if (isSqliteModule(module)) return engine("node:sqlite", module);
  }
  try {
    return engine("@photostructure/sqlite", await import("@photostructure/sqlite"));
  } catch (error) {
    const sentence = `No SQLite for ${process.platform}-${process.arch} on Node ${process.versions.node}: ${because(error)}.`;
    throw new TrunklineError("internal", sentence, {
      whatToDo: `Use a Node whose own SQLite is ${oldestSqlite} or newer: 24 in its latest release.`,
    });
  }
}

function engine(name: Engine["name"], module: SqliteModule): Engine {
  return { name, connect: (file, options) => new module.DatabaseSync(file, options) };
}

function isSqliteModule(module: unknown): module is SqliteModule {
  return (
    typeof module === "object" &&
    module !== null &&
    "DatabaseSync" in module &&
    typeof module.DatabaseSync === "function"
  );
}

/** Whether a version is `oldest` or newer: `3.53.0`. */
export function isNewEnough(version: string, oldest: string = oldestSqlite): boolean {
  const wanted = oldest.split(".").map(Number);
  const given = version.split(".").map(Number);
  for (const [index, part] of wanted.entries()) {
    const own = given[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}
