// A lock that the kernel takes back when its holder dies, however it dies. A file that holds a pid cannot promise that:
// whoever clears a stale one may clear the fresh one of somebody who was faster, and pids are reused.
import { TrunklineError } from "../canonical/error.js";
import { because } from "../ledger/because.js";
import { ownFile } from "./folder.js";
import { loadEngine } from "./sqlite/engine.js";

export interface Lock {
  release(): void;
}

/**
 * Takes the lock, or undefined where another process (or another call in this one) holds it.
 * It is SQLite's exclusive lock on an empty file, as Node itself offers none. The file stays behind: to delete it would
 * let two processes lock two files of the same name.
 */
export async function tryLock(path: string): Promise<Lock | undefined> {
  const engine = await loadEngine();
  ownFile(path);
  const connection = engine.connect(path, { readOnly: false });
  try {
    connection.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
  } catch (error) {
    connection.close();
    if (isBusy(error)) return undefined;
    throw new TrunklineError("internal", `The lock ${path} cannot be taken: ${because(error)}.`, {
      whatToDo: "The data folder must be on a file system with file locks, as local disks are.",
    });
  }
  let held = true;
  return {
    release() {
      if (held) connection.close();
      held = false;
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /database is locked/i.test(error.message);
}
