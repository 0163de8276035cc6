// A few bytes out of the middle of a base64 text, without decoding the rest.
import { Buffer } from "node:buffer";

/** Reads `length` bytes from byte `offset`: fewer at the end. */
export type ReadBytes = (offset: number, length: number) => Buffer;

/** Line breaks shift every offset: a text that begins with any is cleaned as far as this. */
const longestCleaned = 1 << 20;
const headChars = 256;

/** The bytes of a base64 text, standard or URL-safe, to be read in pieces. */
export function windowOn(base64: string): ReadBytes {
  const text = /\s/.test(base64.slice(0, headChars)) ? base64.slice(0, longestCleaned).replaceAll(/\s+/g, "") : base64;
  return (offset, length) => {
    const group = Math.floor(offset / 3);
    const skipped = offset - group * 3;
    const chars = Math.ceil((skipped + length) / 3) * 4;
    return Buffer.from(text.slice(group * 4, group * 4 + chars), "base64").subarray(skipped, skipped + length);
  };
}

/** Bytes that a base64 text holds; line breaks, where there are any, are counted as well. */
export function decodedBytes(base64: string): number {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return Math.max(0, Math.floor((base64.length * 3) / 4) - padding);
}
