// Where the local model lives inside a data folder. Every file of this folder asks here and nowhere else.
import { join } from "node:path";

export interface LocalPlaces {
  /** Holds everything below. */
  readonly root: string;
  /** The native runtime: a package folder with its own `node_modules`. */
  readonly runtime: string;
  readonly modelFolder: string;
}

export function localPlaces(dataDir: string): LocalPlaces {
  const root = join(dataDir, "local");
  return { root, runtime: join(root, "runtime"), modelFolder: join(root, "models") };
}
