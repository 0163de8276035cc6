// The journal in a file: one `writeSync` per entry, no fsync. A process that is killed loses nothing that was appended.
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Generation, HoldEntry } from "../../ledger/generation.js";
import type { Journal, JournalEntry } from "../../ledger/ports.js";
import { ownFile, ownFolder } from "../folder.js";
import { lineWriter, readLine } from "./line.js";
import { fileLines } from "./replay.js";

const newline = 0x0a;
/** Damaged lines are kept up to here, bytes, and only counted beyond. */
const maxDamagedBytes = 16 * 1024 * 1024;

/** Opens or creates `journal.log` in the folder. One process at a time: whoever claimed the folder (`ownership.ts`). */
export function openJournal(folder: string): Journal {
  ownFolder(folder);
  const path = join(folder, "journal.log");
  const nextPath = join(folder, "journal.next");
  const damagedPath = join(folder, "journal.damaged");
  const write = lineWriter();
  let fd: number | undefined;
  let sizeBytes = 0;
  let torn = false;
  let closed = false;
  let damagedLines = 0;
  let setAsideUpTo = 0;
  handle();

  /** The open file; opened again where a restart had to close it and could not reopen it. */
  function handle(): number {
    if (closed) throw new Error("the journal is closed");
    if (fd !== undefined) return fd;
    ownFile(path);
    fd = openSync(path, "a+");
    sizeBytes = fstatSync(fd).size;
    torn = sizeBytes > 0 && lastByte(fd, sizeBytes) !== newline;
    return fd;
  }

  function append(entry: JournalEntry): void {
    const file = handle();
    const line = write(entry);
    try {
      // Ends what an earlier, cut-off write left behind, so that this line stands alone.
      if (torn) sizeBytes += writeSync(file, "\n");
      torn = true;
      sizeBytes += writeWhole(file, line);
      torn = false;
    } catch (error) {
      sizeBytes = fstatSync(file).size;
      throw error;
    }
  }

  function setAside(line: Buffer, at: number): void {
    if (at < setAsideUpTo) return;
    setAsideUpTo = at + line.length;
    damagedLines += 1;
    try {
      ownFile(damagedPath);
      if (statSync(damagedPath).size + line.length > maxDamagedBytes) return;
      const damaged = openSync(damagedPath, "a");
      writeWhole(damaged, Buffer.concat([line, Buffer.from("\n")]));
      closeSync(damaged);
    } catch {
      // A full disk must not keep the whole lines from being replayed; the count tells that one was damaged.
    }
  }

  return {
    append,
    *replay() {
      for (const { line, at } of fileLines(path, sizeBytes)) {
        const entry = readLine(line);
        if (entry === undefined) setAside(line, at);
        else yield entry;
      }
    },
    get damagedLines() {
      return damagedLines;
    },
    restart(open, unstored = []) {
      const file = handle();
      writeFresh(nextPath, open, unstored, write);
      // Closed before the rename: Windows refuses to replace an open file. Whatever happens, one of the two is reopened.
      fd = undefined;
      closeSync(file);
      try {
        renameSync(nextPath, path);
        setAsideUpTo = 0;
      } finally {
        handle();
      }
    },
    get sizeBytes() {
      return sizeBytes;
    },
    close() {
      closed = true;
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}

/** Writes a whole new journal beside the old one, or none. */
function writeFresh(
  path: string,
  open: readonly HoldEntry[],
  unstored: readonly Generation[],
  write: (entry: JournalEntry) => Buffer,
): void {
  try {
    const fd = openSync(path, "w", 0o600);
    try {
      for (const hold of open) writeWhole(fd, write({ kind: "hold", hold }));
      for (const generation of unstored) writeWhole(fd, write({ kind: "settle", generation }));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

/** A full disk may take a part of the bytes; asking again for the rest brings the error to light. */
function writeWhole(fd: number, bytes: Buffer): number {
  let written = 0;
  while (written < bytes.length) written += writeSync(fd, bytes, written, bytes.length - written);
  return written;
}

function lastByte(fd: number, sizeBytes: number): number | undefined {
  const byte = Buffer.alloc(1);
  return readSync(fd, byte, 0, 1, sizeBytes - 1) === 1 ? byte[0] : undefined;
}
