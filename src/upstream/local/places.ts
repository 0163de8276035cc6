// Where the local model lives inside a data folder. Every file of this folder asks here and nowhere else.
import { join } from "node:path";

export interface LocalPlaces {
  /** Holds everything below. */
  readonly root: string;
  /** The native runtime: a package folder with its own `node_modules`. */
  readonly runtime: string;
  readonly modelFolder: string;
  /** What `pull` is at work on, and what a stopped one can go on with. Gone when all is installed. */
  readonly partialFolder: string;
  /** Inside `partialFolder`: what can't be gone on with and is removed. */
  readonly scratch: string;
  /** Held by the one `pull` that may write here. */
  readonly lock: string;
}

export function localPlaces(dataDir: string): LocalPlaces {
  const root = join(dataDir, "local");
  const partialFolder = join(root, "partial");
  return {
    root,
    runtime: join(root, "runtime"),
    modelFolder: join(root, "models"),
    partialFolder,
    scratch: join(partialFolder, "scratch"),
    lock: join(root, "pull.lock"),
  };
}
