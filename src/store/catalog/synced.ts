// The synced catalogue in the data folder: `catalog/current.json`, and a dated copy of each that was ever in use. Written
// whole or not at all, read with its checksum. A damaged one is named, and the newest good copy stands in for it.
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { TrunklineError } from "../../canonical/error.js";
import { isObject, parseJson } from "../../canonical/json.js";
import { isSynced, type SyncedCatalog, syncedFault, syncedText } from "../../catalog/sync/file.js";
import { because } from "../../ledger/because.js";
import { ownFolder } from "../folder.js";
import { syncedPlaces } from "./places.js";

/** Copies that are kept; the oldest give way. */
export const mostCopies = 50;
const mostBytes = 64 * 1024 * 1024;
const copyName = /^(\d{4}-\d\d-\d\d)\.(\d{3})\.json$/;

export interface Copy {
  /** Its name for people: the catalogue's day and which one of that day it is, `2026-12-05.001`. */
  readonly name: string;
  /** YYYY-MM-DD of the catalogue in it. */
  readonly day: string;
  readonly path: string;
}

/**
 * The synced catalogue; undefined where there is none, or none that is whole.
 * @param tell takes a sentence where the file is damaged.
 */
export function readSynced(dataDir: string, tell: (sentence: string) => void): SyncedCatalog | undefined {
  const { current } = syncedPlaces(dataDir);
  if (!existsSync(current)) return undefined;
  const found = readFile(current);
  if (found.ok) return found.synced;
  for (const copy of copiesOf(dataDir)) {
    const stand = readFile(copy.path);
    if (!stand.ok) continue;
    tell(`The catalogue ${current} is damaged (${found.fault}), so its copy of ${copy.day} is used.`);
    return stand.synced;
  }
  tell(`The catalogue ${current} is damaged (${found.fault}), so the one that came with Trunkline is used.`);
  return undefined;
}

/** Keeps a dated copy, then puts the catalogue in use. @throws TrunklineError where it cannot be written. */
export function writeSynced(dataDir: string, synced: SyncedCatalog): void {
  const fault = syncedFault(synced);
  if (fault !== undefined) throw new TrunklineError("internal", `The new catalogue is not whole (${fault}).`);
  const places = syncedPlaces(dataDir);
  const text = withChecksum(syncedText(synced));
  const { generated } = synced.catalog;
  ownFolder(places.copies);
  try {
    const last = copiesOf(dataDir).find(({ day }) => day === generated);
    const number = last === undefined ? 1 : Number(last.name.slice(-3)) + 1;
    // A thousandth copy of one day takes the place of the one before.
    const serial = String(Math.min(number, 999)).padStart(3, "0");
    replace(join(places.copies, `${generated}.${serial}.json`), text);
    replace(places.current, text);
    for (const { path } of copiesOf(dataDir).slice(mostCopies)) rmSync(path, { force: true });
  } catch (error) {
    throw new TrunklineError("internal", `The catalogue cannot be written to ${places.folder}: ${because(error)}.`);
  }
}

/** The copies that are kept, the newest first. */
export function copiesOf(dataDir: string): readonly Copy[] {
  const { copies } = syncedPlaces(dataDir);
  return namesIn(copies)
    .filter((name) => copyName.test(name))
    .sort()
    .reverse()
    .map((name) => ({ name: name.slice(0, -5), day: name.slice(0, 10), path: join(copies, name) }));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Missing, or not ours to read: there are no copies then.
    return [];
  }
}

/**
 * The newest whole copy that is not newer than that; undefined where there is none.
 * @param until a day, the last copy of which counts, or a copy's name.
 */
export function copyUntil(dataDir: string, until: string): SyncedCatalog | undefined {
  for (const copy of copiesOf(dataDir)) {
    const last = until.length === copy.day.length ? `${until}.999` : until;
    if (copy.name > last) continue;
    const found = readFile(copy.path);
    if (found.ok) return found.synced;
  }
  return undefined;
}

/** Puts a catalogue in use that is kept as a copy already. */
export function useSynced(dataDir: string, synced: SyncedCatalog): void {
  try {
    replace(syncedPlaces(dataDir).current, withChecksum(syncedText(synced)));
  } catch (error) {
    throw new TrunklineError("internal", `The catalogue cannot be written to ${dataDir}: ${because(error)}.`);
  }
}

/** Takes the synced catalogue out of use; its copies stay. False where there was none. */
export function removeSynced(dataDir: string): boolean {
  const { current } = syncedPlaces(dataDir);
  const was = existsSync(current);
  try {
    rmSync(current, { force: true });
  } catch (error) {
    throw new TrunklineError("internal", `The catalogue ${current} cannot be removed: ${because(error)}.`);
  }
  return was;
}

type Found = { readonly ok: true; readonly synced: SyncedCatalog } | { readonly ok: false; readonly fault: string };

function readFile(path: string): Found {
  try {
    if (statSync(path).size > mostBytes) return { ok: false, fault: "it is far too large" };
    const text = readFileSync(path, "utf8");
    const end = text.indexOf("\n");
    const head = end < 0 || end > 200 ? undefined : parseJson(text.slice(0, end));
    const body = text.slice(end + 1);
    if (!isObject(head) || head.format !== 1) return { ok: false, fault: "its first line is not that of a catalogue" };
    if (head.sha256 !== checksum(body)) return { ok: false, fault: "its checksum is another one" };
    const synced: unknown = JSON.parse(body);
    return isSynced(synced) ? { ok: true, synced } : { ok: false, fault: syncedFault(synced) ?? "" };
  } catch (error) {
    return { ok: false, fault: because(error) };
  }
}

const checksum = (text: string) => createHash("sha256").update(text).digest("hex");

const withChecksum = (text: string) => `${JSON.stringify({ format: 1, sha256: checksum(text) })}\n${text}`;

/** Either the old content or the new one is there afterwards, whatever happens in between. */
function replace(path: string, text: string): void {
  const partial = `${path}.${process.pid}.partial`;
  try {
    writeFileSync(partial, text, { mode: 0o600, flush: true });
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  flushFolder(join(path, ".."));
}

/** So that the new name outlives a loss of power; not every system can do that. */
function flushFolder(folder: string): void {
  let file: number | undefined;
  try {
    file = openSync(folder, "r");
    fsyncSync(file);
  } catch {
    return;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
