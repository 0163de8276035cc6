// What a sync would change, as tables: new, dearer and cheaper, gone, contradictory, held back.
import { usdText } from "../canonical/money.js";
import type { DatedPrice } from "../catalog/model.js";
import type { Change, Conflict, Merged, Refusal } from "../catalog/sync/difference.js";
import { priceDifferences, priceKeys } from "../catalog/sync/prices.js";
import { type Column, table } from "./terminal.js";

/** Rows of one table; `--json` has them all. */
const mostRows = 50;

const right = { align: "right" } as const;
const place: readonly Column[] = [{ title: "model" }, { title: "at" }];
const move: readonly Column[] = [
  ...place,
  { title: "what" },
  { title: "old", ...right },
  { title: "new", ...right },
  { title: "factor", ...right },
  { title: "said by" },
];

/** Empty where nothing changes and nothing is to be said. */
export function differenceText(merged: Merged, width: number): string {
  const { changes, refused, vanished, conflicts, shrunk, unplaced } = merged;
  const of = <Kind extends Change["kind"]>(...kinds: readonly Kind[]) =>
    changes.filter((change): change is Extract<Change, { kind: Kind }> => kinds.some((kind) => kind === change.kind));
  const added = of("model", "endpoint").map(({ kind, model, provider, source, price, windowTokens }) => [
    ...[kind === "model" ? model : `${model} (known)`, provider, windowTokens?.toLocaleString("en-US") ?? "–"],
    ...[price === undefined ? "–" : usd(price.inputPicoUsd), price === undefined ? "–" : usd(price.outputPicoUsd)],
    source,
  ]);
  const parts = [
    section(
      "New models",
      [...place, ...["window", "$ in/M", "$ out/M"].map((title) => ({ title, ...right })), { title: "said by" }],
      added,
      width,
    ),
    section("Changed prices, US dollars per million tokens", move, of("price").flatMap(priceRows), width),
    section("Changed limits, tokens", move, of("windowTokens", "maxOutputTokens").map(limitRow), width),
    section(
      "Held back, because they move more than tenfold or to or from free (--accept MODEL takes them)",
      move,
      refused.flatMap((one) => (one.subject === "price" ? priceRows(one) : [limitRow({ ...one, kind: one.subject })])),
      width,
    ),
    section("Sources disagree; the first is taken", conflictColumns, conflicts.map(conflictRow), width),
    section(
      "No longer listed by their provider, and kept (--remove MODEL removes them)",
      [...place, { title: "its name there" }],
      vanished.map(({ model, provider, name }) => [model, provider, name]),
      width,
    ),
    section(
      "Removed",
      place,
      of("removed").map(({ model, provider }) => [model, provider]),
      width,
    ),
  ];
  const grown = of("modalities").length;
  const renamed = of("alias").length;
  const lines = [
    ...shrunk.map(
      ({ source, provider, known, listed }) =>
        `${source} lists ${listed} models of ${provider} where ${known} were known: nothing is taken from it for ${provider} (--accept ${source} takes it).`,
    ),
    ...(grown > 0 ? [`${grown} models take or give more kinds of content than was known.`] : []),
    ...(renamed > 0 ? [`${renamed} dated names become other names of known models.`] : []),
    ...(unplaced.length > 0
      ? [`${unplaced.length} names are listed of which too little is known to add them (--json names them).`]
      : []),
  ];
  return [...parts, lines.map((line) => `${line}\n`).join("")].filter((part) => part !== "").join("\n");
}

function section(
  title: string,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  if (rows.length === 0) return "";
  const hidden = rows.length - mostRows;
  const more = hidden > 0 ? `… and ${hidden} more (--json lists all)\n` : "";
  return `${title}\n${table(columns, rows.slice(0, mostRows), width)}${more}`;
}

interface PriceMove {
  readonly model: string;
  readonly provider: string;
  readonly source: string;
  readonly from: DatedPrice | undefined;
  readonly to: DatedPrice;
}

function priceRows({ model, provider, source, from, to }: PriceMove): readonly (readonly string[])[] {
  const row = (what: string, old: number | string | undefined, now: number | string | undefined) => [
    ...[model, provider, fieldText(what), valueText(old), valueText(now)],
    ...[typeof old === "number" && typeof now === "number" ? factor(old, now) : "", source],
  ];
  const appeared = priceKeys.filter((key) => (from?.[key] === undefined) !== (to[key] === undefined));
  return [
    ...(from === undefined ? [] : priceDifferences(from, to, 0).map(({ field, values }) => row(field, ...values))),
    ...appeared.map((key) => row(key, from?.[key], to[key])),
  ];
}

type LimitMove = Extract<Change, { kind: "windowTokens" | "maxOutputTokens" }>;

function limitRow({ model, provider, kind, source, from, to }: LimitMove): readonly string[] {
  const count = (tokens: number | undefined) => tokens?.toLocaleString("en-US") ?? "–";
  return [model, provider, fieldText(kind), count(from), count(to), from === undefined ? "" : factor(from, to), source];
}

export const conflictColumns: readonly Column[] = [...place, { title: "what" }, { title: "values" }];

export function conflictRow({ model, provider, subject, field, values }: Conflict): readonly string[] {
  const text = (value: number | string) =>
    subject === "price" ? valueText(value) : Number(value).toLocaleString("en-US");
  const said = values.map(({ source, value }) => `${text(value)} (${source})`);
  return [model, provider, fieldText(field), said.join(", ")];
}

const fieldNames: Readonly<Record<string, string>> = {
  inputPicoUsd: "in",
  outputPicoUsd: "out",
  cacheReadPicoUsd: "cache read",
  cacheWritePicoUsd: "cache write",
  cacheWrite1hPicoUsd: "cache write 1h",
  windowTokens: "window",
  maxOutputTokens: "output limit",
  above: "steps",
};

/** `above 200000 inputPicoUsd` is `in above 200,000`. */
function fieldText(field: string): string {
  const [, bound, key] = /^above (\d+) (\w+)$/.exec(field) ?? [];
  if (bound === undefined || key === undefined) return fieldNames[field] ?? field;
  return `${fieldNames[key] ?? key} above ${Number(bound).toLocaleString("en-US")}`;
}

const valueText = (value: number | string | undefined) =>
  value === undefined ? "–" : typeof value === "number" ? usd(value) : value;

/** Pico-dollars per token are micro-dollars per million tokens. */
export const usd = (picoUsd: number) => usdText(picoUsd * 1_000);

const factor = (from: number, to: number) => (from === 0 ? "" : `× ${(to / from).toFixed(2)}`);

/** Ids of the models whose moves were held back. */
export const refusedModels = (refused: readonly Refusal[]) => new Set(refused.map(({ model }) => model));
