// `trunkline logs`: what was asked of which model, what it cost and how it ended. Prompts and answers are not in it.

import { TrunklineError } from "../canonical/error.js";
import { usdText } from "../canonical/money.js";
import type { Generation } from "../ledger/generation.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { seconds } from "./measures.js";
import { reachGateway } from "./reach.js";
import { type FolderFlags, settingsFor } from "./settings.js";
import { jsonText, table } from "./terminal.js";

export interface LogsFlags extends FolderFlags {
  readonly number: number;
  readonly model?: string;
  readonly json?: boolean;
}

export async function logs(io: Io, id: string | undefined, flags: LogsFlags): Promise<ExitCode> {
  const gateway = await reachGateway(settingsFor(io, flags), (sentence) => io.stderr.write(`${sentence}\n`));
  try {
    if (id !== undefined) {
      const found = await gateway.get(id);
      if (found === undefined) {
        throw new TrunklineError("not_found", `There is no generation ${id}.`, {
          whatToDo: "`trunkline logs` lists the ids.",
        });
      }
      io.stdout.write(jsonText(flags.json === true ? { version: 1, data: found } : found));
      return exitCodes.ok;
    }
    const rows = await gateway.list({
      limit: flags.number,
      ...(flags.model === undefined ? {} : { model: flags.model }),
    });
    if (flags.json === true) io.stdout.write(jsonText({ version: 1, data: rows }));
    else if (rows.length === 0) io.stdout.write('Nothing was asked yet. Try: trunkline ask "Hello!"\n');
    else io.stdout.write(asTable(io, rows));
    return exitCodes.ok;
  } finally {
    await gateway.close();
  }
}

function asTable(io: Io, rows: readonly Generation[]): string {
  const right = { align: "right" } as const;
  const columns = [
    { title: "id" },
    { title: "time (UTC)" },
    { title: "model" },
    { title: "served by" },
    { title: "tokens", ...right },
    { title: "cost", ...right },
    { title: "total", ...right },
    { title: "ending" },
  ];
  const cells = rows.map((row) => [
    row.id,
    new Date(row.createdMs).toISOString().slice(0, 19).replace("T", " "),
    row.model ?? row.modelAsked,
    row.provider ?? "–",
    row.usage.provenance === "unknown"
      ? "–"
      : `${row.usage.provenance === "estimated" ? "~" : ""}${row.usage.inputTokens} + ${row.usage.outputTokens}`,
    row.costNanoUsd === undefined ? "–" : `$${usdText(row.costNanoUsd)}`,
    seconds(row.totalMs),
    row.code === undefined ? row.ending : `${row.ending} (${row.code})`,
  ]);
  return table(columns, cells, Math.max(io.stdout.columns ?? 0, 160));
}
