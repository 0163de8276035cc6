// Which catalogue is in use, the synced one or the package's, how old it is, and what the next sync starts from.
import { isNewer, packagedCatalog } from "../catalog/load.js";
import type { CatalogFile } from "../catalog/model.js";
import { carryPast } from "../catalog/sync/carry.js";
import type { SyncRecord } from "../catalog/sync/difference.js";
import { readSynced } from "../store/catalog/synced.js";

export interface CatalogInUse {
  readonly catalog: CatalogFile;
  /** What the last sync left; undefined where there was none. */
  readonly record: SyncRecord | undefined;
  readonly from: "synced" | "packaged";
}

/** Days after which prices should be looked at again. */
export const staleDays = 30;

export function catalogInUse(dataDir: string, tell: (sentence: string) => void): CatalogInUse {
  const synced = readSynced(dataDir, tell);
  if (synced !== undefined && isNewer(synced.catalog)) return { ...synced, from: "synced" };
  return { catalog: packagedCatalog(), record: synced?.record, from: "packaged" };
}

/** The same, and where the package's is the newer one, with the past that only the synced one knows. */
export function baseForSync(dataDir: string, tell: (sentence: string) => void): CatalogInUse {
  const synced = readSynced(dataDir, tell);
  if (synced === undefined || isNewer(synced.catalog)) {
    return synced === undefined
      ? { catalog: packagedCatalog(), record: undefined, from: "packaged" }
      : { ...synced, from: "synced" };
  }
  return { catalog: carryPast(packagedCatalog(), synced.catalog), record: synced.record, from: "packaged" };
}

/** Whole days between the catalogue's date and a day; never negative. */
export function ageDays(generated: string, day: string): number {
  return Math.max(0, Math.round((Date.parse(day) - Date.parse(generated)) / 86_400_000));
}

/** A sentence for a catalogue that is older than 30 days; undefined for one that is not. */
export function staleSentence(generated: string, day: string): string | undefined {
  const age = ageDays(generated, day);
  if (age <= staleDays) return undefined;
  return `The catalogue is ${age} days old, and so are its prices. To refresh it: trunkline catalog sync`;
}
