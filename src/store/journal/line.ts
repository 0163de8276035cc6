// One line of the journal: eight hex digits of CRC-32, a space, JSON, a newline.
import { crc32 } from "node:zlib";
import { parseJson } from "../../canonical/json.js";
import type { JournalEntry } from "../../ledger/ports.js";
import { readEntry } from "../../ledger/record.js";

const newline = 0x0a;
const space = 0x20;
const prefixBytes = 9;
const hexDigits = Buffer.from("0123456789abcdef", "latin1");

/** Longer lines are neither written nor believed, bytes. */
export const maxLineBytes = 16 * 1024 * 1024;

/**
 * Makes a writer of lines that reuses one buffer, as this runs twice in every exchange.
 * What it gives is only good until its next call.
 */
export function lineWriter(): (entry: JournalEntry) => Buffer {
  let buffer = Buffer.allocUnsafe(16 * 1024);
  return (entry) => {
    const json = JSON.stringify(entry);
    // A UTF-16 unit becomes at most three bytes.
    const needed = prefixBytes + json.length * 3 + 1;
    if (needed > maxLineBytes) throw new Error(`a journal line of ${json.length} characters is too long`);
    if (needed > buffer.length) buffer = Buffer.allocUnsafe(needed);
    const end = prefixBytes + buffer.write(json, prefixBytes);
    let checksum = crc32(buffer.subarray(prefixBytes, end));
    for (let digit = 7; digit >= 0; digit -= 1) {
      buffer[digit] = hexDigits[checksum & 15] ?? 0;
      checksum >>>= 4;
    }
    buffer[prefixBytes - 1] = space;
    buffer[end] = newline;
    return buffer.subarray(0, end + 1);
  };
}

/** The entry of a line without its newline; undefined where the line is damaged. */
export function readLine(line: Buffer): JournalEntry | undefined {
  if (line.length <= prefixBytes || line[prefixBytes - 1] !== space) return undefined;
  const checksum = line.toString("latin1", 0, prefixBytes - 1);
  if (!/^[0-9a-f]{8}$/.test(checksum)) return undefined;
  const body = line.subarray(prefixBytes);
  if (crc32(body) !== Number.parseInt(checksum, 16)) return undefined;
  return readEntry(parseJson(body.toString("utf8")));
}
