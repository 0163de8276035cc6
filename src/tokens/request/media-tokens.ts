// Tokens of an image, a sound or a file. What lies at an address is never fetched: it is taken as typical, and at its maximum.
import { Buffer } from "node:buffer";
import type { MediaPart } from "../../canonical/request.js";
import { decodedBytes } from "./base64-window.js";
import { imageSize } from "./image-size.js";
import { imageTokens, type Tokens } from "./image-tokens.js";
import { pdfPages } from "./pdf-pages.js";
import type { MediaRules } from "./rules.js";
import { wavSeconds } from "./wav-seconds.js";

/** A compressed sound of 128 and of 16 kbit/s. */
const typicalSoundBytesPerSecond = 16_000;
const leastSoundBytesPerSecond = 2_000;
const typicalSoundSeconds = 30;
/** 9.5 hours, the longest that Gemini takes. */
const longestSoundSeconds = 34_200;
const typicalPdfBytesPerPage = 50_000;
const leastPdfBytesPerPage = 1_000;
const typicalPdfPages = 5;

export function mediaTokens(part: MediaPart, rules: MediaRules): Tokens {
  const base64 = "base64" in part.source ? part.source.base64 : undefined;
  const mediaType = "base64" in part.source ? part.source.mediaType.toLowerCase() : "";
  if (part.type === "image" || mediaType.startsWith("image/"))
    return imageTokens(rules.image, base64 === undefined ? undefined : imageSize(base64), part.detail);
  if (part.type === "audio" || mediaType.startsWith("audio/")) return soundTokens(base64, rules);
  return textOfFile(part) === undefined ? pdfTokens(base64, rules) : { likely: 0, most: 0 };
}

/** The text of a file that is one (`text/*`, JSON, XML): it is counted as text. Undefined for any other. */
export function textOfFile(part: MediaPart): string | undefined {
  if (part.type !== "file" || !("base64" in part.source)) return undefined;
  const { base64, mediaType } = part.source;
  if (!/^(text\/|application\/(json|xml|yaml)\b)/i.test(mediaType)) return undefined;
  return Buffer.from(base64, "base64").toString("utf8");
}

function soundTokens(base64: string | undefined, rules: MediaRules): Tokens {
  const of = (seconds: number) => Math.ceil(Math.min(seconds, longestSoundSeconds) * rules.audioTokensPerSecond);
  if (base64 === undefined) return { likely: of(typicalSoundSeconds), most: of(longestSoundSeconds) };
  const seconds = wavSeconds(base64);
  if (seconds !== undefined) return { likely: of(seconds), most: of(seconds) };
  const bytes = decodedBytes(base64);
  return { likely: of(bytes / typicalSoundBytesPerSecond), most: of(bytes / leastSoundBytesPerSecond) };
}

function pdfTokens(base64: string | undefined, rules: MediaRules): Tokens {
  const { likely, most } = rules.pdfPage;
  const bounded = (pages: number) => Math.max(1, Math.min(rules.maxPdfPages, Math.ceil(pages)));
  if (base64 === undefined) return { likely: bounded(typicalPdfPages) * likely, most: rules.maxPdfPages * most };
  const pages = pdfPages(base64);
  if (pages !== undefined) return { likely: bounded(pages) * likely, most: bounded(pages) * most };
  const bytes = decodedBytes(base64);
  return {
    likely: bounded(bytes / typicalPdfBytesPerPage) * likely,
    most: bounded(bytes / leastPdfBytesPerPage) * most,
  };
}
