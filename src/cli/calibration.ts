// `trunkline tokens --calibration`: how good the estimates were, held against the usage that providers reported.
import { type CalibrationRow, createCorrections } from "../tokens/estimate/correction.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { reachGateway } from "./reach.js";
import { type FolderFlags, settingsFor } from "./settings.js";
import { jsonText, table } from "./terminal.js";

export interface CalibrationFlags extends FolderFlags {
  readonly model?: readonly string[];
  readonly json?: boolean;
}

/** Rows of the ledger that are looked at, the newest. */
const mostRows = 10_000;

export async function calibration(io: Io, flags: CalibrationFlags): Promise<ExitCode> {
  const gateway = await reachGateway(settingsFor(io, flags), (sentence) => io.stderr.write(`${sentence}\n`));
  try {
    const corrections = createCorrections();
    const rows = await gateway.list({ limit: mostRows });
    // Oldest first, as they were learnt from.
    for (const row of rows.toReversed()) {
      const { countMethod, countedInputTokens, usage } = row;
      if (countMethod !== "estimated" || countedInputTokens === undefined || usage.provenance !== "reported") continue;
      corrections.learn(row.model ?? row.modelAsked, countedInputTokens, usage.inputTokens);
    }
    const summary = corrections
      .summary()
      .filter(({ model }) => flags.model === undefined || flags.model.includes(model));
    if (flags.json === true) io.stdout.write(jsonText({ version: 1, data: summary }));
    else if (summary.length === 0) {
      io.stdout.write(
        "No estimate has met a provider's own count yet. Each answer of a model that is estimated adds one.\n",
      );
    } else io.stdout.write(asTable(io, summary));
    return exitCodes.ok;
  } finally {
    await gateway.close();
  }
}

function asTable(io: Io, summary: readonly CalibrationRow[]): string {
  const right = { align: "right" } as const;
  const columns = [
    { title: "model" },
    { title: "requests", ...right },
    { title: "factor now", ...right },
    { title: "error: median", ...right },
    { title: "95 of 100", ...right },
    { title: "corrected: median", ...right },
    { title: "95 of 100", ...right },
  ];
  const percent = (value: number) => `${value.toFixed(1)} %`;
  const cells = summary.map(({ model, count, factor, before, after }) => [
    model,
    String(count),
    factor.toFixed(3),
    percent(before.median),
    percent(before.p95),
    percent(after.median),
    percent(after.p95),
  ]);
  return table(columns, cells, Math.max(io.stdout.columns ?? 0, 120));
}
