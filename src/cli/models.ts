// `trunkline models`: what can be asked for, who would serve it, what it costs, how much fits.
import { build } from "../build.js";
import { usdText } from "../canonical/money.js";
import type { DatedPrice } from "../catalog/model.js";
import { dayOf } from "../gateway/plan.js";
import { type ListedModel, listModels } from "../routing/list.js";
import type { RoutingParts } from "../routing/resolve.js";
import { staleSentence } from "./catalog-in-use.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { type FolderFlags, settingsFor } from "./settings.js";
import { jsonText, table } from "./terminal.js";

export interface ModelsFlags extends FolderFlags {
  readonly free?: boolean;
  readonly all?: boolean;
  readonly json?: boolean;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly servedBy: readonly string[];
  /** Environment variables, one of which would make it usable; empty where it is, or where a key is not what it lacks. */
  readonly needs: readonly string[];
  /** What to do where a key is not what it lacks. */
  readonly setUp: string | undefined;
  readonly windowTokens: number | undefined;
  readonly maxOutputTokens: number | undefined;
  /** US dollars per million tokens, as decimals; undefined: not known. */
  readonly inputUsdPerMTok: string | undefined;
  readonly outputUsdPerMTok: string | undefined;
}

export async function models(io: Io, words: readonly string[], flags: ModelsFlags): Promise<ExitCode> {
  const write = (line: string) => io.stderr.write(line);
  const gateway = await build(settingsFor(io, flags), { ledger: "memory", log: { level: "trouble", write } });
  const day = dayOf(Date.now());
  const rows = listModels(gateway.planning, day)
    .map((listed) => rowOf(gateway.planning, listed, day))
    .filter((row) => words.every((word) => row.id.includes(word.toLowerCase())))
    .filter((row) => flags.free !== true || (row.inputUsdPerMTok === "0" && row.outputUsdPerMTok === "0"));
  await gateway.close();
  const stale = staleSentence(gateway.catalog.generated, day);
  if (flags.json === true) {
    io.stdout.write(jsonText({ version: 1, data: rows }));
    if (stale !== undefined) io.stderr.write(`${stale}\n`);
    return exitCodes.ok;
  }
  const ready = rows.filter((row) => row.servedBy.length > 0);
  const shown = flags.all === true || words.length > 0 || flags.free === true ? rows : ready;
  io.stdout.write(shown.length === 0 ? "No model fits.\n" : asTable(io, shown));
  const hidden = rows.length - shown.length;
  if (hidden > 0) io.stderr.write(`${hidden} more need a provider's key: trunkline models --all\n`);
  if (stale !== undefined) io.stderr.write(`${stale}\n`);
  return exitCodes.ok;
}

function rowOf(parts: RoutingParts, { model, servedBy, missing }: ListedModel, day: string): Row {
  const server = servedBy[0] ?? missing[0];
  const endpoint = model.endpoints.find((candidate) => candidate.provider === server);
  const price: DatedPrice | undefined = endpoint === undefined ? undefined : parts.catalog.priceOn(endpoint, day);
  const lacking = servedBy.length > 0 ? [] : missing.flatMap((id) => parts.providers.get(id) ?? []);
  return {
    id: model.id,
    name: model.name,
    servedBy,
    needs: lacking.flatMap((provider) => provider.environment[0] ?? []),
    setUp: lacking.find((provider) => provider.setUp !== undefined)?.setUp,
    windowTokens: endpoint?.windowTokens ?? model.windowTokens,
    maxOutputTokens: endpoint?.maxOutputTokens ?? model.maxOutputTokens,
    inputUsdPerMTok: price === undefined ? undefined : usdPerMTok(price.inputPicoUsd),
    outputUsdPerMTok: price === undefined ? undefined : usdPerMTok(price.outputPicoUsd),
  };
}

function whatItLacks({ needs, setUp }: Row): string {
  const ways = [
    ...(needs.length === 0 ? [] : [`needs ${needs.join(" or ")}`]),
    ...(setUp === undefined ? [] : [setUp]),
  ];
  return ways.length === 0 ? "–" : ways.join("; ");
}

/** Pico-dollars per token are micro-dollars per million tokens. */
const usdPerMTok = (picoUsd: number) => usdText(picoUsd * 1_000);

function asTable(io: Io, rows: readonly Row[]): string {
  const right = { align: "right" } as const;
  const columns = [
    { title: "model" },
    { title: "window", ...right },
    { title: "$ in/M", ...right },
    { title: "$ out/M", ...right },
    { title: "served by" },
  ];
  const cells = rows.map((row) => [
    row.id,
    row.windowTokens === undefined ? "–" : row.windowTokens.toLocaleString("en-US"),
    row.inputUsdPerMTok ?? "–",
    row.outputUsdPerMTok ?? "–",
    row.servedBy.length > 0 ? row.servedBy.join(", ") : whatItLacks(row),
  ]);
  return table(columns, cells, io.stdout.columns ?? 120);
}
