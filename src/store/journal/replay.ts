// Reads a journal's lines in bounded memory, however large the file has grown while a store was dead.
import { closeSync, openSync, readSync } from "node:fs";
import { maxLineBytes } from "./line.js";

const chunkBytes = 256 * 1024;
const newline = 0x0a;

/**
 * Every line in the first `sizeBytes` bytes, without its newline, empty ones left out. The last one may have lost its end.
 * Each is only good until the next is asked for. Bytes without a newline beyond the limit come in pieces.
 */
export function* fileLines(path: string, sizeBytes: number): Generator<{ readonly line: Buffer; readonly at: number }> {
  const fd = openSync(path, "r");
  try {
    let rest: Buffer = Buffer.alloc(0);
    let at = 0;
    const chunk = Buffer.allocUnsafe(chunkBytes);
    for (let read = 0; read < sizeBytes; ) {
      const count = readSync(fd, chunk, 0, Math.min(chunkBytes, sizeBytes - read), read);
      if (count === 0) break;
      read += count;
      const bytes = rest.length === 0 ? chunk.subarray(0, count) : Buffer.concat([rest, chunk.subarray(0, count)]);
      let start = 0;
      for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
        if (end > start) yield { line: bytes.subarray(start, end), at: at + start };
        start = end + 1;
      }
      at += start;
      rest = Buffer.from(bytes.subarray(start));
      if (rest.length > maxLineBytes) {
        yield { line: rest, at };
        at += rest.length;
        rest = Buffer.alloc(0);
      }
    }
    if (rest.length > 0) yield { line: rest, at };
  } finally {
    closeSync(fd);
  }
}
