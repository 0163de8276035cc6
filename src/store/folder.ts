// The data folder and the files in it belong to their owner alone: folders 0700, files 0600 (Windows keeps its own rules).
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";

/** Creates the folder where it is missing. One that exists keeps its mode: it may be the user's own, or `/tmp`. */
export function ownFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Creates the file where it is missing, and closes it to others where it was open to them. */
export function ownFile(path: string): void {
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
}
