// How long a WAV sound is, from its header. Other formats do not say it in their first bytes.
import { decodedBytes, windowOn } from "./base64-window.js";

const mostChunks = 64;

/** Seconds; undefined where it is no WAV, or a broken one. */
export function wavSeconds(base64: string): number | undefined {
  const read = windowOn(base64);
  const head = read(0, 12);
  if (head.length < 12 || head.toString("latin1", 0, 4) !== "RIFF" || head.toString("latin1", 8, 12) !== "WAVE")
    return undefined;
  const bytes = decodedBytes(base64);
  let bytesPerSecond = 0;
  let offset = 12;
  for (let chunk = 0; chunk < mostChunks; chunk += 1) {
    const header = read(offset, 20);
    if (header.length < 8) return undefined;
    const name = header.toString("latin1", 0, 4);
    const length = header.readUInt32LE(4);
    if (name === "fmt " && header.length >= 20) bytesPerSecond = header.readUInt32LE(16);
    if (name === "data") {
      // A sound that was streamed gives the largest number there is: what is really there counts.
      const sound = Math.min(length, Math.max(0, bytes - offset - 8));
      return bytesPerSecond > 0 ? sound / bytesPerSecond : undefined;
    }
    offset += 8 + length + (length % 2);
  }
  return undefined;
}
