// An unfinished download: the file under its own name, and beside it a note that says what it is to become and from where.
// Whatever doesn't fit together is thrown away. Only the holder of pull's lock may call these.
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isObject, type Json, parseJson, text } from "../../canonical/json.js";
import type { WeightsFile } from "./weights.js";

/** Where the bytes come from, and what the server said that they are. */
export interface Origin {
  /** Without what stands for a secret in it: neither user, password nor query. */
  readonly url: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

export interface PartialFile {
  readonly path: string;
  /** At least 1, at most the whole file's. */
  readonly bytes: number;
  readonly origin: Origin;
}

const noteVersion = 1;
const noteEnding = ".json";
const longestNote = 16_384;
const keptForMs = 30 * 86_400_000;

export function partialPath(folder: string, file: WeightsFile): string {
  return join(folder, file.fileName);
}

/** What can be gone on with, if anything. */
export async function findPartial(folder: string, file: WeightsFile): Promise<PartialFile | undefined> {
  const path = partialPath(folder, file);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const origin = await readNote(path + noteEnding, file);
  if (origin && found.isFile() && found.size > 0 && found.size <= file.bytes)
    return { path, bytes: found.size, origin };
  await discardPartial(folder, file);
  return undefined;
}

/** Writes the note, before the first byte from there: a file without a note is never gone on with. */
export async function notePartial(folder: string, file: WeightsFile, origin: Origin): Promise<void> {
  const path = partialPath(folder, file) + noteEnding;
  const note = { version: noteVersion, ...origin, bytes: file.bytes, sha256: file.sha256 };
  await mkdir(folder, { recursive: true });
  const handle = await open(`${path}.new`, "w", 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(note, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.new`, path);
}

export async function discardPartial(folder: string, file: WeightsFile): Promise<void> {
  const path = partialPath(folder, file);
  // The file first: a note alone means nothing.
  for (const one of [path, path + noteEnding]) await rm(one, { recursive: true, force: true });
}

/** Removes what nobody went on with for 30 days, and all that is no partial file with its note. */
export async function tidyPartials(folder: string, nowMs: number): Promise<void> {
  const names = new Set(await readdir(folder).catch(() => []));
  for (const name of names) {
    const stem = name.endsWith(noteEnding) ? name.slice(0, -noteEnding.length) : name;
    const found = names.has(stem + noteEnding) ? await stat(join(folder, stem)).catch(() => undefined) : undefined;
    const kept = found?.isFile() === true && nowMs - found.mtimeMs <= keptForMs;
    // Of two that belong together the file may be gone already, and both must be.
    if (!kept) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function readNote(path: string, file: WeightsFile): Promise<Origin | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size > longestNote) return undefined;
  const note: Json | undefined = parseJson(await readFile(path, "utf8"));
  if (!isObject(note) || note.version !== noteVersion) return undefined;
  const url = text(note.url);
  if (url === undefined || note.bytes !== file.bytes || note.sha256 !== file.sha256) return undefined;
  return { url, etag: text(note.etag), lastModified: text(note.lastModified) };
}
