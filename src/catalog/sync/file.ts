// The synced catalogue as it is kept: the catalogue with the record of the sync that made it. Checked whole before it is believed.
import { z } from "zod";
import type { CatalogFile } from "../model.js";
import type { SyncRecord } from "./difference.js";
import { factBounds, isName, modalityOrder } from "./facts.js";

export interface SyncedCatalog {
  readonly catalog: CatalogFile;
  readonly record: SyncRecord;
}

const day = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const name = z.string().refine(isName);
const title = z.string().max(factBounds.nameCharacters * 2);
const tokens = z.int().min(1).max(factBounds.tokens);
const picoUsd = z.int().min(0).max(factBounds.pricePicoUsd);
const modalities = z.array(z.enum(modalityOrder)).max(modalityOrder.length);

const tokenPrices = {
  inputPicoUsd: picoUsd,
  outputPicoUsd: picoUsd,
  cacheReadPicoUsd: picoUsd.optional(),
  cacheWritePicoUsd: picoUsd.optional(),
  cacheWrite1hPicoUsd: picoUsd.optional(),
};

const isRising = <Item>(items: readonly Item[], rankOf: (item: Item) => number | string) =>
  items.every((item, index) => {
    const before = items[index - 1];
    return before === undefined || rankOf(before) < rankOf(item);
  });

const price = z.object({
  ...tokenPrices,
  from: day.optional(),
  above: z
    .array(z.object({ ...tokenPrices, inputTokens: tokens }))
    .max(factBounds.tiers)
    .refine((tiers) => isRising(tiers, (tier) => tier.inputTokens), "its steps are out of order")
    .optional(),
});

const endpoint = z.object({
  provider: name,
  model: name,
  prices: z
    .array(price)
    .max(factBounds.prices)
    .refine((prices) => isRising(prices, ({ from = "" }) => from), "its prices are out of order"),
  windowTokens: tokens.optional(),
  maxOutputTokens: tokens.optional(),
});

const model = z.object({
  id: name,
  name: title,
  aliases: z.array(name).max(factBounds.otherNames),
  windowTokens: tokens.optional(),
  maxOutputTokens: tokens.optional(),
  input: modalities,
  output: modalities,
  reasoning: z.boolean(),
  tools: z.boolean(),
  endpoints: z.array(endpoint).min(1).max(200),
});

const endpointName = { model: z.string(), provider: z.string(), name: z.string() };
const subject = z.enum(["price", "windowTokens", "maxOutputTokens"]);

const synced = z.object({
  catalog: z.object({
    schema: z.literal(1),
    generated: day,
    sources: z.array(z.object({ name: title, version: title, licence: title, url: z.string().max(2_000) })).max(100),
    models: z.array(model).min(1).max(factBounds.rows),
  }),
  record: z.object({
    day,
    sources: z
      .array(z.object({ name: title, url: z.string(), day, models: z.record(z.string(), z.int().min(0)) }))
      .max(100),
    conflicts: z.array(
      z.object({
        ...endpointName,
        subject,
        field: z.string(),
        taken: z.string(),
        values: z.array(z.object({ source: z.string(), value: z.union([z.string(), z.number()]) })),
      }),
    ),
    vanished: z.array(z.object({ ...endpointName, source: z.string() })),
  }),
});

/** What is wrong with it, as the end of a sentence; undefined where nothing is. */
export function syncedFault(value: unknown): string | undefined {
  const checked = synced.safeParse(value);
  if (checked.success) return undefined;
  const [issue] = checked.error.issues;
  const path = issue?.path.join(".") ?? "";
  return `${path === "" ? "the file" : path}: ${issue?.message ?? "it is no catalogue"}`;
}

export function isSynced(value: unknown): value is SyncedCatalog {
  return syncedFault(value) === undefined;
}

/** One model a line, so that two of them can be compared with any tool. */
export function syncedText({ catalog, record }: SyncedCatalog): string {
  const { models, ...head } = catalog;
  const start = JSON.stringify(head).slice(0, -1);
  const lines = models.map((row) => JSON.stringify(row)).join(",\n");
  return `{"record":${JSON.stringify(record)},\n"catalog":${start},"models":[\n${lines}\n]}}\n`;
}
