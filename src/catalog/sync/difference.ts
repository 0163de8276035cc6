// What a sync found out: changes, contradictions, what it held back, and what it cannot place. All of it plain data.
import type { CatalogFile, DatedPrice } from "../model.js";
import type { ModelFact } from "./facts.js";

/** All that one source said in one sync. */
export interface SourceFacts {
  /** `openrouter`, `models.dev`, `genai-prices`, or a provider's id for its own list. */
  readonly source: string;
  readonly url: string;
  /** SPDX name, or `facts only` where the source states none. */
  readonly licence: string;
  /** `own`: the provider speaks for itself, and is believed first. `catalogue`: someone speaks of others. */
  readonly standing: "own" | "catalogue";
  /** The provider all of whose models it lists: one that is not in it is gone. */
  readonly wholeListOf?: string;
  readonly facts: readonly ModelFact[];
}

/** Which of an endpoint's facts. */
export type Subject = "price" | "windowTokens" | "maxOutputTokens";

export interface EndpointName {
  /** Id in the catalogue. */
  readonly model: string;
  readonly provider: string;
  /** The provider's own name for it. */
  readonly name: string;
}

export type Change =
  | (EndpointName & {
      /** `model`: not in the catalogue before. `endpoint`: a known model at one more provider. */
      readonly kind: "model" | "endpoint";
      readonly source: string;
      readonly price: DatedPrice | undefined;
      readonly windowTokens: number | undefined;
    })
  | (EndpointName & {
      readonly kind: "price";
      readonly source: string;
      /** Undefined: no price was known. */
      readonly from: DatedPrice | undefined;
      readonly to: DatedPrice;
    })
  | (EndpointName & {
      readonly kind: "windowTokens" | "maxOutputTokens";
      readonly source: string;
      readonly from: number | undefined;
      readonly to: number;
    })
  | { readonly kind: "modalities"; readonly model: string; readonly source: string; readonly added: readonly string[] }
  | { readonly kind: "alias"; readonly model: string; readonly source: string; readonly alias: string }
  | (EndpointName & { readonly kind: "removed" });

/** Sources that say different things of one endpoint. */
export interface Conflict extends EndpointName {
  readonly subject: Subject;
  /** `inputPicoUsd`, `above 200000 inputPicoUsd`, `windowTokens` … */
  readonly field: string;
  /** The source that is believed. */
  readonly taken: string;
  readonly values: readonly { readonly source: string; readonly value: number | string }[];
}

/** A change that moves more than tenfold, or between free and not free: not made until the owner says so. */
export type Refusal = EndpointName & { readonly source: string } & (
    | { readonly subject: "price"; readonly from: DatedPrice; readonly to: DatedPrice }
    | { readonly subject: "windowTokens" | "maxOutputTokens"; readonly from: number; readonly to: number }
  );

/** A source that lists less than half of what was known of a provider: nothing is taken from it for that provider. */
export interface ShrunkSource {
  readonly source: string;
  readonly provider: string;
  readonly known: number;
  readonly listed: number;
}

/** In the catalogue, and no longer in the provider's whole list. Kept all the same. */
export interface Vanished extends EndpointName {
  readonly source: string;
}

/** Listed somewhere, but too little is known of it to add it. It can be called by its provider's name all the same. */
export interface Unplaced {
  readonly provider: string;
  readonly name: string;
  readonly source: string;
  readonly why: string;
}

/** What a sync leaves for the next one, and for `check`. */
export interface SyncRecord {
  /** YYYY-MM-DD in UTC. */
  readonly day: string;
  readonly sources: readonly {
    readonly name: string;
    readonly url: string;
    readonly day: string;
    /** Models listed by provider. */
    readonly models: Readonly<Record<string, number>>;
  }[];
  readonly conflicts: readonly Conflict[];
  readonly vanished: readonly Vanished[];
}

export interface Merged {
  readonly next: CatalogFile;
  readonly record: SyncRecord;
  readonly changes: readonly Change[];
  readonly conflicts: readonly Conflict[];
  readonly refused: readonly Refusal[];
  readonly shrunk: readonly ShrunkSource[];
  readonly vanished: readonly Vanished[];
  readonly unplaced: readonly Unplaced[];
}
