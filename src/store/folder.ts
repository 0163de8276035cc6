// The data folder and the files in it belong to their owner alone: folders 0700, files 0600 (Windows keeps its own rules).
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { TrunklineError } from "../canonical/error.js";
import { because } from "../ledger/because.js";

/** Creates the folder where it is missing. One that exists keeps its mode: it may be the user's own, or `/tmp`. */
export function ownFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new TrunklineError("internal", `The folder ${path} cannot be created: ${because(error)}.`);
  }
}

/** Creates the file where it is missing, and closes it to others where it was open to them. */
export function ownFile(path: string): void {
  try {
    closeSync(openSync(path, "a", 0o600));
    chmodSync(path, 0o600);
  } catch (error) {
    throw new TrunklineError("internal", `The file ${path} cannot be written: ${because(error)}.`);
  }
}
