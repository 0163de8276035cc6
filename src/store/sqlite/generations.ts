// The generation store in SQLite: one row per generation, the first one of an id stays. The schema is in migrations.ts.

import { TrunklineError } from "../../canonical/error.js";
import { isObject, type Json, parseJson, text } from "../../canonical/json.js";
import type { Generation } from "../../ledger/generation.js";
import type { GenerationFilter, GenerationStore } from "../../ledger/ports.js";
import { readGeneration } from "../../ledger/record.js";
import type { Sqlite } from "./database.js";
import type { SqlValue, Statement } from "./engine.js";

const columns: readonly (readonly [name: string, write: (row: Generation) => SqlValue])[] = [
  ["id", (row) => row.id],
  ["created_ms", (row) => whole(row.createdMs)],
  ["key_hash", (row) => row.keyHash ?? null],
  ["model_asked", (row) => row.modelAsked],
  ["model", (row) => row.model ?? null],
  ["provider", (row) => row.provider ?? null],
  ["upstream_model", (row) => row.upstreamModel ?? null],
  ["upstream_id", (row) => row.upstreamId ?? null],
  ["dialect", (row) => row.dialect],
  ["streamed", (row) => (row.streamed ? 1 : 0)],
  ["status", (row) => whole(row.status)],
  ["ending", (row) => row.ending],
  ["code", (row) => row.code ?? null],
  ["finish_reason", (row) => row.finishReason ?? null],
  ["native_finish_reason", (row) => row.nativeFinishReason ?? null],
  ["input_tokens", (row) => whole(row.usage.inputTokens)],
  ["cache_read_tokens", (row) => whole(row.usage.cacheReadTokens)],
  ["cache_write_tokens", (row) => whole(row.usage.cacheWriteTokens)],
  ["cache_write_1h_tokens", (row) => whole(row.usage.cacheWrite1hTokens)],
  ["output_tokens", (row) => whole(row.usage.outputTokens)],
  ["reasoning_tokens", (row) => whole(row.usage.reasoningTokens)],
  ["usage_provenance", (row) => row.usage.provenance],
  ["counted_input_tokens", (row) => (row.countedInputTokens === undefined ? null : whole(row.countedInputTokens))],
  ["count_method", (row) => row.countMethod ?? null],
  ["cost_nano_usd", (row) => (row.costNanoUsd === undefined ? null : whole(row.costNanoUsd))],
  ["hold_nano_usd", (row) => (row.holdNanoUsd === undefined ? null : whole(row.holdNanoUsd))],
  ["first_content_ms", (row) => row.firstContentMs ?? null],
  ["total_ms", (row) => (Number.isFinite(row.totalMs) ? row.totalMs : 0)],
  ["attempts", (row) => JSON.stringify(row.attempts)],
  ["receipt", (row) => JSON.stringify(row.receipt)],
  ["app_referer", (row) => row.app.referer ?? null],
  ["app_title", (row) => row.app.title ?? null],
  ["app_user_agent", (row) => row.app.userAgent ?? null],
];

/**
 * A number as an integer column takes it and gives it back. A provider may report anything; what no column could hold
 * (fractions, 1e300, NaN) is cut to the nearest integer that it can, as one odd row must not stop the books.
 */
function whole(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.trunc(Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, value)));
}

/** The store over an opened file. Its `close` closes the file too. */
export function sqliteGenerations(database: Sqlite): GenerationStore {
  const names = columns.map(([name]) => name).join(", ");
  const marks = columns.map(() => "?").join(", ");
  // Not `INSERT OR IGNORE`: that would also pass over a row that breaks another rule of the table, without a word.
  const insert = database.prepare(`INSERT INTO generations (${names}) VALUES (${marks}) ON CONFLICT (id) DO NOTHING`);
  const select = database.prepare("SELECT * FROM generations WHERE id = ?");
  const lists = new Map<string, Statement>();

  return {
    put(rows) {
      if (rows.length === 0) return;
      database.transaction(() => {
        for (const row of rows) insert.run(...columns.map(([, write]) => write(row)));
      });
    },
    get(id) {
      const row = select.get(id);
      return row === undefined ? undefined : readRow(row);
    },
    list(filter) {
      const { sql, values } = listQuery(filter);
      const statement = lists.get(sql) ?? database.prepare(sql);
      lists.set(sql, statement);
      return statement.all(...values).map(readRow);
    },
    close() {
      database.close();
    },
  };
}

function listQuery(filter: GenerationFilter): { readonly sql: string; readonly values: readonly SqlValue[] } {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  if (filter.beforeMs !== undefined) {
    conditions.push("created_ms < ?");
    values.push(filter.beforeMs);
  }
  if (filter.model !== undefined) {
    conditions.push("coalesce(model, model_asked) = ?");
    values.push(filter.model);
  }
  if (filter.ending !== undefined) {
    // The second condition is what lets SQLite use the index, which leaves the usual ending out.
    conditions.push(filter.ending === "done" ? "ending = ?" : "ending = ? AND ending <> 'done'");
    values.push(filter.ending);
  }
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  values.push(Math.max(0, whole(filter.limit)));
  return { sql: `SELECT * FROM generations ${where} ORDER BY created_ms DESC, id DESC LIMIT ?`, values };
}

function readRow(row: unknown): Generation {
  const columns = isObject(row) ? row : {};
  const generation = readGeneration({
    id: columns.id,
    createdMs: columns.created_ms,
    keyHash: columns.key_hash,
    modelAsked: columns.model_asked,
    model: columns.model,
    provider: columns.provider,
    upstreamModel: columns.upstream_model,
    upstreamId: columns.upstream_id,
    dialect: columns.dialect,
    streamed: columns.streamed === 1,
    status: columns.status,
    ending: columns.ending,
    code: columns.code,
    finishReason: columns.finish_reason,
    nativeFinishReason: columns.native_finish_reason,
    usage: {
      inputTokens: columns.input_tokens,
      cacheReadTokens: columns.cache_read_tokens,
      cacheWriteTokens: columns.cache_write_tokens,
      cacheWrite1hTokens: columns.cache_write_1h_tokens,
      outputTokens: columns.output_tokens,
      reasoningTokens: columns.reasoning_tokens,
      provenance: columns.usage_provenance,
    },
    countedInputTokens: columns.counted_input_tokens,
    countMethod: columns.count_method,
    costNanoUsd: columns.cost_nano_usd,
    holdNanoUsd: columns.hold_nano_usd,
    firstContentMs: columns.first_content_ms,
    totalMs: columns.total_ms,
    attempts: json(columns.attempts),
    receipt: json(columns.receipt),
    app: { referer: columns.app_referer, title: columns.app_title, userAgent: columns.app_user_agent },
  });
  if (generation === undefined)
    throw new TrunklineError("internal", `The row ${text(columns.id) ?? "without an id"} cannot be read.`);
  return generation;
}

function json(value: Json | undefined): Json | undefined {
  return typeof value === "string" ? parseJson(value) : undefined;
}
