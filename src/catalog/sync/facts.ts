// What public catalogues and providers' own lists say, brought to one shape. A row that makes no sense is left out and named.
import type { Json, JsonObject } from "../../canonical/json.js";
import { isArray, text } from "../../canonical/json.js";
import type { DatedPrice, Modality } from "../model.js";

/** What one source says of one model at one provider. What it does not say is absent. */
export interface ModelFact {
  /** A provider row's id. */
  readonly provider: string;
  /** The provider's own name for the model. */
  readonly model: string;
  /** Further names that the source gives for the very same thing. */
  readonly otherNames: readonly string[];
  /** For people. */
  readonly name?: string;
  readonly windowTokens?: number;
  readonly maxOutputTokens?: number;
  readonly input?: readonly Modality[];
  readonly output?: readonly Modality[];
  readonly reasoning?: boolean;
  readonly tools?: boolean;
  /** YYYY-MM-DD or YYYY-MM on which the model came out. */
  readonly released?: string;
  /** Oldest first. Absent: the source says nothing of its price. */
  readonly prices?: readonly DatedPrice[];
}

export interface Facts {
  readonly ok: true;
  readonly facts: readonly ModelFact[];
  /** Rows that could not be read, with the reason, as sentences; at most 20 of them. */
  readonly unreadable: readonly string[];
  readonly unreadableCount: number;
}

/** `sentence` says why the text as a whole is no such catalogue. */
export type Reading = Facts | { readonly ok: false; readonly sentence: string };

/** Ids of the provider rows that facts may be about. */
export type ProviderIds = ReadonlySet<string>;

export const factBounds = {
  /** 10,000 US dollars per million tokens. */
  pricePicoUsd: 10_000_000_000,
  tokens: 100_000_000,
  rows: 20_000,
  nameCharacters: 200,
  otherNames: 50,
  tiers: 8,
  /** Dated prices of one endpoint. */
  prices: 200,
} as const;

const namedFaults = 20;

/** A row that cannot be read. The message completes "its …". */
export class RowFault extends Error {
  override readonly name = "RowFault";
}

/**
 * Reads row after row. `read` gives undefined for a row that is of no interest here, and throws a RowFault for one that
 * makes no sense. A source whose rows mostly make no sense is not believed at all.
 */
export function readRows<Row>(
  rows: Iterable<readonly [label: string, row: Row]>,
  read: (row: Row) => ModelFact | undefined,
): Reading {
  const facts: ModelFact[] = [];
  const unreadable: string[] = [];
  let unreadableCount = 0;
  let count = 0;
  for (const [label, row] of rows) {
    count += 1;
    if (count > factBounds.rows)
      return { ok: false, sentence: `It lists more than ${factBounds.rows.toLocaleString("en-US")} models.` };
    try {
      const fact = read(row);
      if (fact !== undefined) facts.push(fact);
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      unreadableCount += 1;
      if (unreadable.length < namedFaults) unreadable.push(`${label.slice(0, 100)}: its ${error.message}.`);
    }
  }
  if (count === 0) return { ok: false, sentence: "It lists no models." };
  if (unreadableCount * 2 > count)
    return { ok: false, sentence: `Most of its rows make no sense; the first is ${unreadable[0]}` };
  return { ok: true, facts, unreadable, unreadableCount };
}

/** A name that may stand in a request and on a terminal. @throws RowFault */
export function nameOf(value: Json | undefined): string {
  const name = text(value);
  if (name === undefined || !isName(name)) throw new RowFault("name is no name of a model");
  return name;
}

export function isName(name: string): boolean {
  return name.length <= factBounds.nameCharacters && /^[~\w][\w.:/@+-]*$/.test(name) && !name.includes("__proto__");
}

/** Text for people: bounded, and without what steers a terminal. */
export function titleOf(value: Json | undefined): string | undefined {
  const title = text(value)
    ?.replace(/[\p{Cc}\p{Cf}]/gu, "")
    .trim()
    .slice(0, factBounds.nameCharacters);
  return title === "" ? undefined : title;
}

/** A count of tokens; undefined where it is missing, null or 0, which sources write for "not known". @throws RowFault */
export function tokensOf(row: JsonObject, key: string): number | undefined {
  const value = row[key];
  if (value === undefined || value === null || value === 0) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > factBounds.tokens)
    throw new RowFault(`${key} is no count of tokens from 1 to ${factBounds.tokens.toLocaleString("en-US")}`);
  return value;
}

const modalityNames: ReadonlyMap<string, Modality> = new Map([
  ["text", "text"],
  ["image", "image"],
  ["audio", "audio"],
  ["video", "video"],
  ["file", "file"],
  ["pdf", "file"],
  ["embeddings", "embeddings"],
]);

export const modalityOrder: readonly Modality[] = ["text", "image", "audio", "video", "file", "embeddings"];

/** The kinds that the catalogue knows; undefined where the source gives no list. */
export function modalitiesOf(value: Json | undefined): readonly Modality[] | undefined {
  if (!isArray(value)) return undefined;
  const found = new Set(value.slice(0, 20).flatMap((kind) => modalityNames.get(text(kind) ?? "") ?? []));
  return modalityOrder.filter((kind) => found.has(kind));
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** The fields that are known. */
export function known<T extends object>(fields: T): Partial<Defined<T>> {
  const kept: Partial<Defined<T>> = {};
  for (const key in fields) {
    const value = fields[key];
    if (isDefined(value)) kept[key] = value;
  }
  return kept;
}

function isDefined<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined;
}
