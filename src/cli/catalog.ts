// `trunkline catalog check`, `history` and `restore`: what the catalogue is worth, what a model cost when, and the way back.
import { TrunklineError } from "../canonical/error.js";
import { createCatalog } from "../catalog/catalog.js";
import { packagedCatalog } from "../catalog/load.js";
import type { DatedPrice } from "../catalog/model.js";
import { problemsIn } from "../catalog/sync/problems.js";
import { dayOf } from "../gateway/plan.js";
import { copiesOf, copyUntil, removeSynced, useSynced } from "../store/catalog/synced.js";
import { conflictColumns, conflictRow, usd } from "./catalog-difference.js";
import { ageDays, baseForSync, catalogInUse, staleSentence } from "./catalog-in-use.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import { UsageError } from "./fail.js";
import type { Io } from "./io.js";
import { type FolderFlags, settingsFor } from "./settings.js";
import { jsonText, table } from "./terminal.js";

export interface CatalogFlags extends FolderFlags {
  readonly json?: boolean;
}

export async function catalogCheck(io: Io, flags: CatalogFlags): Promise<ExitCode> {
  const { dataDir } = settingsFor(io, flags);
  const { catalog, record, from } = catalogInUse(dataDir, tellOn(io));
  const day = dayOf(Date.now());
  const problems = problemsIn(catalog, day);
  const conflicts = record?.conflicts ?? [];
  const vanished = record?.vanished ?? [];
  const age = ageDays(catalog.generated, day);
  if (flags.json === true) {
    const { generated, sources, models } = catalog;
    const shown = { generated, ageDays: age, from, models: models.length, sources };
    io.stdout.write(jsonText({ version: 1, catalog: shown, lastSync: record?.day, conflicts, vanished, problems }));
    return exitCodes.ok;
  }
  const width = Math.max(io.stdout.columns ?? 0, 120);
  const origin = from === "synced" ? "synced" : "came with Trunkline";
  const lines = [
    `The catalogue is of ${catalog.generated} (${age} days old, ${origin}) and has ${catalog.models.length} models.`,
    record === undefined
      ? "It was never synced here: what its sources disagree on is not known."
      : `The last sync was on ${record.day}: ${conflicts.length} conflicts between sources, ${vanished.length} models no longer listed.`,
    `${problems.length} problems inside it.`,
  ];
  const parts = [
    lines.map((one) => `${one}\n`).join(""),
    ...(conflicts.length > 0
      ? [`Sources disagree; the first is taken\n${table(conflictColumns, conflicts.map(conflictRow), width)}`]
      : []),
    ...(vanished.length > 0
      ? [
          `No longer listed by their provider\n${table(
            placeColumns,
            vanished.map((one) => [one.model, one.provider, one.name]),
            width,
          )}`,
        ]
      : []),
    ...(problems.length > 0
      ? [
          `Problems\n${table(
            problemColumns,
            problems.map((one) => [one.model, one.provider ?? "", one.sentence]),
            width,
          )}`,
        ]
      : []),
  ];
  io.stdout.write(parts.join("\n"));
  const stale = staleSentence(catalog.generated, day);
  if (stale !== undefined) io.stderr.write(`${stale}\n`);
  return exitCodes.ok;
}

const placeColumns = [{ title: "model" }, { title: "at" }, { title: "its name there" }];
const problemColumns = [{ title: "model" }, { title: "at" }, { title: "what" }];

export async function catalogHistory(io: Io, name: string, flags: CatalogFlags): Promise<ExitCode> {
  const { dataDir } = settingsFor(io, flags);
  const catalog = createCatalog(baseForSync(dataDir, tellOn(io)).catalog);
  const model = catalog.find(name);
  if (model === undefined) {
    const near = catalog.nearest(name, 3);
    throw new TrunklineError("model_not_found", `The catalogue has no model ${name}.`, {
      whatToDo: near.length === 0 ? "`trunkline models --all` lists them." : `Did you mean ${near.join(", ")}?`,
    });
  }
  const endpoints = model.endpoints.map(({ provider, model: own, prices }) => ({ provider, name: own, prices }));
  if (flags.json === true) {
    io.stdout.write(jsonText({ version: 1, model: model.id, endpoints }));
    return exitCodes.ok;
  }
  const right = { align: "right" } as const;
  const titles = ["$ in/M", "$ out/M", "cache read", "cache write", "write 1h"];
  const columns = [
    ...[{ title: "at" }, { title: "from" }, { title: "for input" }],
    ...titles.map((title) => ({ title, ...right })),
  ];
  const rows = endpoints.flatMap(({ provider, prices }) =>
    prices.length === 0 ? [[provider, "", "price not known"]] : prices.flatMap((price) => priceRows(provider, price)),
  );
  io.stdout.write(`${model.id}\n${table(columns, rows, Math.max(io.stdout.columns ?? 0, 120))}`);
  return exitCodes.ok;
}

function priceRows(provider: string, price: DatedPrice): readonly (readonly string[])[] {
  const cells = (one: Omit<DatedPrice, "above">) =>
    [one.inputPicoUsd, one.outputPicoUsd, one.cacheReadPicoUsd, one.cacheWritePicoUsd, one.cacheWrite1hPicoUsd].map(
      (picoUsd) => (picoUsd === undefined ? "–" : usd(picoUsd)),
    );
  const above = price.above ?? [];
  const [first] = above;
  const of = first === undefined ? "of any size" : `up to ${first.inputTokens.toLocaleString("en-US")}`;
  return [
    [provider, price.from ?? "ever", of, ...cells(price)],
    ...above.map((step) => [
      provider,
      price.from ?? "ever",
      `above ${step.inputTokens.toLocaleString("en-US")}`,
      ...cells(step),
    ]),
  ];
}

export async function catalogRestore(io: Io, which: string | undefined, flags: FolderFlags): Promise<ExitCode> {
  const { dataDir } = settingsFor(io, flags);
  const packaged = packagedCatalog().generated;
  const kept = [...copiesOf(dataDir).map(({ name }) => name), `packaged (${packaged})`];
  if (which === undefined) {
    io.stdout.write(`${kept.join("\n")}\n`);
    return exitCodes.ok;
  }
  if (which === "packaged") {
    removeSynced(dataDir);
    io.stderr.write(`The catalogue of ${packaged} that came with Trunkline is in use. ${nextStart}\n`);
    return exitCodes.ok;
  }
  if (!/^\d{4}-\d\d-\d\d(\.\d{3})?$/.test(which))
    throw new UsageError(`"${which}" is no day, and no catalogue that is kept: there are ${kept.join(", ")}.`);
  const synced = copyUntil(dataDir, which);
  if (synced === undefined)
    throw new UsageError(`No catalogue of ${which} or before it is kept: there are ${kept.join(", ")}.`);
  useSynced(dataDir, synced);
  const { generated } = synced.catalog;
  io.stderr.write(
    generated < packaged
      ? `The catalogue of ${generated} is restored, but the one of ${packaged} that came with Trunkline is newer and stays in use.\n`
      : `The catalogue of ${generated} is in use. ${nextStart}\n`,
  );
  return exitCodes.ok;
}

const nextStart = "A running gateway takes it at its next start.";

const tellOn = (io: Io) => (sentence: string) => io.stderr.write(`${sentence}\n`);
