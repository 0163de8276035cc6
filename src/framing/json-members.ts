// Finds the members of a JSON object in bytes, and changes some of them without touching the rest.
// Strings are skipped by native search, so a prompt of 200 KB costs microseconds.
import { Buffer } from "node:buffer";
import { parseJson, text } from "../canonical/json.js";

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;

export interface Member {
  readonly key: string;
  /** Where the key's quote stands. */
  readonly start: number;
  readonly valueStart: number;
  /** Behind the value's last byte. */
  readonly valueEnd: number;
}

export interface MemberList {
  readonly members: readonly Member[];
  /** Where the object's closing brace stands. */
  readonly end: number;
}

/** The members of the object whose opening brace stands at `at` (after space); undefined where there is none that closes. */
export function readMembers(bytes: Buffer, at = 0): MemberList | undefined {
  let i = skipSpace(bytes, at);
  if (bytes[i] !== 123) return undefined;
  const members: Member[] = [];
  i = skipSpace(bytes, i + 1);
  while (bytes[i] === QUOTE) {
    const start = i;
    const keyEnd = skipString(bytes, start);
    const key = readKey(bytes, start, keyEnd);
    i = skipSpace(bytes, keyEnd);
    if (bytes[i] !== COLON || key === undefined) return undefined;
    const valueStart = skipSpace(bytes, i + 1);
    const valueEnd = skipValue(bytes, valueStart);
    if (valueEnd === -1) return undefined;
    members.push({ key, start, valueStart, valueEnd });
    i = skipSpace(bytes, valueEnd);
    if (bytes[i] === COMMA) i = skipSpace(bytes, i + 1);
  }
  return bytes[i] === 125 ? { members, end: i } : undefined;
}

/** Where the elements of the array at `at` begin and end; undefined where there is no array that closes. */
export function readElements(bytes: Buffer, at: number): readonly { start: number; end: number }[] | undefined {
  let i = skipSpace(bytes, at);
  if (bytes[i] !== 91) return undefined;
  const elements: { start: number; end: number }[] = [];
  i = skipSpace(bytes, i + 1);
  while (i < bytes.length && bytes[i] !== 93) {
    const end = skipValue(bytes, i);
    if (end <= i) return undefined;
    elements.push({ start: i, end });
    i = skipSpace(bytes, end);
    if (bytes[i] === COMMA) i = skipSpace(bytes, i + 1);
  }
  return i < bytes.length ? elements : undefined;
}

/** True where arrays and objects are nested deeper than `max`. Reads any bytes, also those that are no JSON. */
export function isDeeperThan(bytes: Buffer, max: number): boolean {
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) i = skipString(bytes, i) - 1;
    else if (byte === 123 || byte === 91) {
      if (++depth > max) return true;
    } else if (byte === 125 || byte === 93) depth--;
  }
  return false;
}

/** Replaces the bytes from `start` to `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** New members by key as JSON text; undefined takes the member out. Keys that are not there are added at the end. */
export type Changes = ReadonlyMap<string, string | undefined>;

/** The edits that make `changes` to an object. A key that stands there twice is changed at its last place, as parsers read it. */
export function memberEdits({ members, end }: MemberList, changes: Changes): Edit[] {
  const edits: Edit[] = [];
  const last = new Map<string, number>();
  for (const [index, member] of members.entries()) if (changes.has(member.key)) last.set(member.key, index);
  let kept = 0;
  for (const [index, member] of members.entries()) {
    const change = changes.get(member.key);
    if (changes.has(member.key) && (change === undefined || last.get(member.key) !== index)) {
      const next = members[index + 1];
      // With the comma behind it; the last one takes the comma before it, if a member is left there.
      if (next !== undefined) edits.push({ start: member.start, end: next.start, text: "" });
      else edits.push({ start: kept === 0 ? member.start : lastKeptEnd(members, changes, last, index), end, text: "" });
      continue;
    }
    kept++;
    if (change !== undefined) edits.push({ start: member.valueStart, end: member.valueEnd, text: change });
  }
  const added: string[] = [];
  for (const [key, change] of changes)
    if (change !== undefined && !last.has(key)) added.push(`${JSON.stringify(key)}:${change}`);
  if (added.length > 0) edits.push({ start: end, end, text: (kept === 0 ? "" : ",") + added.join(",") });
  return withoutOverlap(edits);
}

function lastKeptEnd(
  members: readonly Member[],
  changes: Changes,
  last: ReadonlyMap<string, number>,
  before: number,
): number {
  for (let i = before - 1; i >= 0; i--) {
    const member = members[i];
    if (member === undefined) break;
    const gone = changes.has(member.key) && (changes.get(member.key) === undefined || last.get(member.key) !== i);
    if (!gone) return member.valueEnd;
  }
  return members[before]?.start ?? 0;
}

/** Members taken out at the end overlap those taken out right before them. */
function withoutOverlap(edits: readonly Edit[]): Edit[] {
  const clean: Edit[] = [];
  for (const edit of edits) {
    let last = clean.at(-1);
    while (last !== undefined && last.text === "" && last.start >= edit.start && last.end > edit.start) {
      clean.pop();
      last = clean.at(-1);
    }
    clean.push(edit);
  }
  return clean;
}

/** The bytes with the edits made; they must be in order and not overlap. */
export function applyEdits(bytes: Buffer, edits: readonly Edit[]): Buffer {
  if (edits.length === 0) return bytes;
  const pieces: Buffer[] = [];
  let at = 0;
  for (const edit of edits) {
    pieces.push(bytes.subarray(at, edit.start), Buffer.from(edit.text));
    at = edit.end;
  }
  pieces.push(bytes.subarray(at));
  return Buffer.concat(pieces);
}

/** Changes members of the object at the front of `bytes`; the bytes as they are where no object stands there. */
export function changeMembers(bytes: Buffer, changes: Changes): Buffer {
  const list = readMembers(bytes);
  return list === undefined ? bytes : applyEdits(bytes, memberEdits(list, changes));
}

function readKey(bytes: Buffer, start: number, end: number): string | undefined {
  if (end > bytes.length) return undefined;
  const raw = bytes.toString("utf8", start + 1, end - 1);
  return raw.includes("\\") ? text(parseJson(`"${raw}"`)) : raw;
}

function skipSpace(bytes: Buffer, at: number): number {
  let i = at;
  for (; ; i++) {
    const byte = bytes[i];
    if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) return i;
  }
}

/** From a string's opening quote to behind its closing one; behind the end of the bytes where it never closes. */
function skipString(bytes: Buffer, at: number): number {
  const from = at + 1;
  // Most strings of JSON are short: a native search costs more than it saves on them.
  const near = Math.min(from + 32, bytes.length);
  for (let i = from; i < near; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i++;
  }
  for (let i = from; ; ) {
    const quote = bytes.indexOf(QUOTE, i);
    if (quote === -1) return bytes.length + 1;
    let slashes = 0;
    while (quote - 1 - slashes >= from && bytes[quote - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    i = quote + 1;
  }
}

/** Behind the value that begins at `at`; -1 where it does not end. */
function skipValue(bytes: Buffer, at: number): number {
  let depth = 0;
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      i = skipString(bytes, i) - 1;
      if (i >= bytes.length) return -1;
      if (depth === 0) return i + 1;
    } else if (byte === 123 || byte === 91) depth++;
    else if (byte === 125 || byte === 93) {
      if (depth === 0) return i > at ? i : -1;
      if (--depth === 0) return i + 1;
    } else if (depth === 0 && (byte === COMMA || byte === 32 || byte === 10 || byte === 13 || byte === 9))
      return i > at ? i : -1;
  }
  return -1;
}
