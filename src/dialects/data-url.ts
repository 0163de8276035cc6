// `data:` URLs of images and files: apart into base64 and media type, and together again.
import type { MediaPart } from "../canonical/request.js";

const base64Url = /^data:([^;,]*)(?:;[^;,]*)*;base64,/i;

/** Base64 with its media type where the URL holds the data itself, else the URL. */
export function readDataUrl(url: string): MediaPart["source"] {
  const match = base64Url.exec(url.slice(0, 256));
  if (match === null) return { url };
  return { base64: url.slice(match[0].length), mediaType: match[1] === "" ? "text/plain" : (match[1] ?? "") };
}

export function writeDataUrl(source: MediaPart["source"]): string {
  return "url" in source ? source.url : `data:${source.mediaType};base64,${source.base64}`;
}
