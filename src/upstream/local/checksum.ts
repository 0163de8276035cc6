// Is a file the one that it must be? Read once, from beginning to end.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { WeightsFile } from "./weights.js";

/** A sentence when the file is not what it must be. Throws the signal's reason where that fires first. */
export async function wrongIn(
  path: string,
  file: WeightsFile,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    signal?.throwIfAborted();
    bytes += chunk.length;
    hash.update(chunk);
  }
  const found = hash.digest("hex");
  if (found === file.sha256) return undefined;
  return `Its checksum is not the expected one: SHA-256 ${found} (${bytes} bytes) instead of ${file.sha256} (${file.bytes} bytes).`;
}
