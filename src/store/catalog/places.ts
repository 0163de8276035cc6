// Where the synced catalogue lies in a data folder. Apart from its reader, so that a start without one loads nothing more.
import { join } from "node:path";

export interface SyncedPlaces {
  readonly folder: string;
  readonly current: string;
  /** Folder of the dated copies. */
  readonly copies: string;
}

export function syncedPlaces(dataDir: string): SyncedPlaces {
  const folder = join(dataDir, "catalog");
  return { folder, current: join(folder, "current.json"), copies: join(folder, "history") };
}
