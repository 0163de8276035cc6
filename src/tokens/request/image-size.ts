// Width and height of an image, from its first bytes: PNG, JPEG, GIF, WebP, BMP. Nothing is decoded but headers.
import type { Buffer } from "node:buffer";
import { type ReadBytes, windowOn } from "./base64-window.js";

export interface ImageSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

const headBytes = 32;
/** A photograph has about ten segments before its size; a colour profile or a preview is one, or a few, that are skipped. */
const mostJpegSegments = 64;
/** No provider takes more; above this a header is not believed. */
const largestSidePx = 1 << 20;

/**
 * The size in pixels of an image given as base64; undefined where it cannot be told.
 * Reads a few dozen short pieces at most, whatever the length.
 */
export function imageSize(base64: string): ImageSize | undefined {
  const read = windowOn(base64);
  const head = read(0, headBytes);
  const size = pngSize(head) ?? gifSize(head) ?? webpSize(head) ?? bmpSize(head) ?? jpegSize(head, read);
  if (size === undefined) return undefined;
  const { widthPx, heightPx } = size;
  const isBelievable = widthPx > 0 && heightPx > 0 && widthPx <= largestSidePx && heightPx <= largestSidePx;
  return isBelievable ? size : undefined;
}

/** https://www.w3.org/TR/png-3/#11IHDR */
function pngSize(head: Buffer): ImageSize | undefined {
  if (head.length < 24 || head.readUInt32BE(0) !== 0x89504e47 || head.toString("latin1", 12, 16) !== "IHDR")
    return undefined;
  return { widthPx: head.readUInt32BE(16), heightPx: head.readUInt32BE(20) };
}

/** https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
function gifSize(head: Buffer): ImageSize | undefined {
  if (head.length < 10 || !/^GIF8[79]a$/.test(head.toString("latin1", 0, 6))) return undefined;
  return { widthPx: head.readUInt16LE(6), heightPx: head.readUInt16LE(8) };
}

/** https://developers.google.com/speed/webp/docs/riff_container: lossy, lossless, extended. */
function webpSize(head: Buffer): ImageSize | undefined {
  if (head.length < 30 || head.toString("latin1", 0, 4) !== "RIFF" || head.toString("latin1", 8, 12) !== "WEBP")
    return undefined;
  switch (head.toString("latin1", 12, 16)) {
    case "VP8 ":
      if (head.readUIntBE(23, 3) !== 0x9d012a) return undefined;
      return { widthPx: head.readUInt16LE(26) & 0x3fff, heightPx: head.readUInt16LE(28) & 0x3fff };
    case "VP8L": {
      if (head[20] !== 0x2f) return undefined;
      const bits = head.readUInt32LE(21);
      return { widthPx: (bits & 0x3fff) + 1, heightPx: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X":
      return { widthPx: head.readUIntLE(24, 3) + 1, heightPx: head.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

/** A negative height only means that the first line is the top one. */
function bmpSize(head: Buffer): ImageSize | undefined {
  if (head.length < 26 || head.toString("latin1", 0, 2) !== "BM") return undefined;
  const headerBytes = head.readUInt32LE(14);
  if (headerBytes === 12) return { widthPx: head.readUInt16LE(18), heightPx: head.readUInt16LE(20) };
  if (headerBytes < 40 || headerBytes > 256) return undefined;
  return { widthPx: head.readInt32LE(18), heightPx: Math.abs(head.readInt32LE(22)) };
}

/** From segment to segment to the start of the frame (ITU T.81, B.2.2), which holds the size. */
function jpegSize(head: Buffer, read: ReadBytes): ImageSize | undefined {
  if (head.length < 4 || head[0] !== 0xff || head[1] !== 0xd8) return undefined;
  let offset = 2;
  for (let segment = 0; segment < mostJpegSegments; segment += 1) {
    const bytes = read(offset, 9);
    if (bytes.length < 4 || bytes[0] !== 0xff) return undefined;
    const marker = bytes[1] ?? 0;
    if (marker === 0xff) {
      offset += 1;
    } else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      offset += 2;
    } else if (marker === 0xd9 || marker === 0xda) {
      return undefined;
    } else if (isFrameStart(marker)) {
      return bytes.length < 9 ? undefined : { widthPx: bytes.readUInt16BE(7), heightPx: bytes.readUInt16BE(5) };
    } else {
      offset += 2 + Math.max(2, bytes.readUInt16BE(2));
    }
  }
  return undefined;
}

/** C0 to CF, but for the tables (C4, CC) and the reserved one (C8). */
function isFrameStart(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
