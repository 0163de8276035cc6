// The schema as a numbered list. Forward only: a step that was released never changes, a new one is added at the end.
import { TrunklineError } from "../../canonical/error.js";
import { headerNumber, type Sqlite } from "./database.js";

/** Marks a file as Trunkline's: "TRKL". */
const applicationId = 0x54524b4c;

/**
 * One row per generation. Times in milliseconds, created_ms since 1970 (UTC); money in integer nano-dollars, null: the
 * price is not known; tokens as the provider counts them, usage_provenance says whether it did (`reported`,
 * `estimated`, `unknown`). attempts and receipt are JSON arrays. No prompts, no answers.
 * A list is filtered by the model that served or else was asked for, and by endings other than the usual one.
 */
const generations = `
  CREATE TABLE generations (
    id TEXT NOT NULL PRIMARY KEY,
    created_ms INTEGER NOT NULL,
    key_hash TEXT,
    model_asked TEXT NOT NULL,
    model TEXT,
    provider TEXT,
    upstream_model TEXT,
    upstream_id TEXT,
    dialect TEXT NOT NULL,
    streamed INTEGER NOT NULL,
    status INTEGER NOT NULL,
    ending TEXT NOT NULL,
    code TEXT,
    finish_reason TEXT,
    native_finish_reason TEXT,
    input_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    usage_provenance TEXT NOT NULL,
    cost_nano_usd INTEGER,
    hold_nano_usd INTEGER,
    first_content_ms REAL,
    total_ms REAL NOT NULL,
    attempts TEXT NOT NULL,
    receipt TEXT NOT NULL,
    app_referer TEXT,
    app_title TEXT,
    app_user_agent TEXT
  ) STRICT;
  CREATE INDEX generations_by_time ON generations (created_ms DESC, id DESC);
  CREATE INDEX generations_by_model ON generations (coalesce(model, model_asked), created_ms DESC, id DESC);
  CREATE INDEX generations_by_ending ON generations (ending, created_ms DESC, id DESC) WHERE ending <> 'done';
`;

/** What was counted before the call, to hold it against what the provider reported; null: not counted. */
const counts = `
  ALTER TABLE generations ADD COLUMN counted_input_tokens INTEGER;
  ALTER TABLE generations ADD COLUMN count_method TEXT;
`;

/** Step n brings a file from schema n to n + 1. */
export const migrations: readonly string[] = [generations, counts];

/** Brings the file to the newest schema, each step whole or not at all. */
export function migrate(database: Sqlite, file: string, steps: readonly string[] = migrations): void {
  for (let schema = readSchema(database, file, steps.length); schema < steps.length; schema += 1) {
    const step = steps[schema] ?? "";
    database.transaction(() => {
      database.exec(step);
      database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schema + 1}`);
    });
  }
}

/** For a reader, which may not migrate: refuses a file of any other schema. */
export function checkSchema(database: Sqlite, file: string): void {
  const schema = readSchema(database, file, migrations.length);
  if (schema === migrations.length) return;
  throw new TrunklineError("internal", `The data file ${file} has the older schema ${schema}.`, {
    whatToDo: `Start the gateway once: it brings the file to schema ${migrations.length}.`,
  });
}

function readSchema(database: Sqlite, file: string, known: number): number {
  const schema = headerNumber(database, "user_version");
  const isOurs = headerNumber(database, "application_id") === applicationId;
  const isEmpty = database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
  if (!isOurs && !(schema === 0 && isEmpty))
    throw new TrunklineError("internal", `The file ${file} is a database of another program.`, {
      whatToDo: "Give Trunkline a data folder of its own.",
    });
  if (schema <= known) return schema;
  const sentence = `The data file ${file} was written by a newer Trunkline: schema ${schema}, this version knows ${known}.`;
  throw new TrunklineError("internal", sentence, {
    whatToDo: "Run that version or a newer one, or give this one another data folder.",
  });
}
