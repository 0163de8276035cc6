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
const typicalPdfPages = 3;

/** Not looked into, a part is taken by its length alone: as typical, and at its maximum. */
export function mediaTokens(part: MediaPart, rules: MediaRules, isLookedInto: boolean): Tokens {
  const base64 = "base64" in part.source ? part.source.base64 : undefined;
  const mediaType = "base64" in part.source ? part.source.mediaType.toLowerCase() : "";
  if (part.type === "image" || mediaType.startsWith("image/"))
    return imageTokens(rules.image, base64 !== undefined && isLookedInto ? imageSize(base64) : undefined, part.detail);
  if (part.type === "audio" || mediaType.startsWith("audio/")) return soundTokens(base64, rules, isLookedInto);
  return isTextFile(part) ? { likely: 0, most: 0 } : pdfTokens(base64, rules, isLookedInto);
}

/** How much of a request's looks a part takes: a document is read through, of the others only the head. */
export const looksOf = (part: MediaPart): number => (part.type === "file" ? 32 : 1);

/** The text of a file that is one (`text/*`, JSON, XML): it is counted as text. Undefined for any other. */
export function textOfFile(part: MediaPart): string | undefined {
  if (!isTextFile(part) || !("base64" in part.source)) return undefined;
  return Buffer.from(part.source.base64, "base64").toString("utf8");
}

function isTextFile({ type, source }: MediaPart): boolean {
  if (type !== "file" || !("base64" in source)) return false;
  return /^(text\/|application\/(json|xml|yaml)\b)/i.test(source.mediaType);
}

function soundTokens(base64: string | undefined, rules: MediaRules, isLookedInto: boolean): Tokens {
  const of = (seconds: number) => Math.ceil(Math.min(seconds, longestSoundSeconds) * rules.audioTokensPerSecond);
  if (base64 === undefined) return { likely: of(typicalSoundSeconds), most: of(longestSoundSeconds) };
  const seconds = isLookedInto ? wavSeconds(base64) : undefined;
  if (seconds !== undefined) return { likely: of(seconds), most: of(seconds) };
  const bytes = decodedBytes(base64);
  return { likely: of(bytes / typicalSoundBytesPerSecond), most: of(bytes / leastSoundBytesPerSecond) };
}

function pdfTokens(base64: string | undefined, rules: MediaRules, isLookedInto: boolean): Tokens {
  const { likely, most } = rules.pdfPage;
  const bounded = (pages: number) => Math.max(1, Math.min(rules.maxPdfPages, Math.ceil(pages)));
  if (base64 === undefined) return { likely: bounded(typicalPdfPages) * likely, most: rules.maxPdfPages * most };
  const pages = isLookedInto ? pdfPages(base64) : undefined;
  if (pages !== undefined) return { likely: bounded(pages) * likely, most: bounded(pages) * most };
  const bytes = decodedBytes(base64);
  return {
    likely: bounded(bytes / typicalPdfBytesPerPage) * likely,
    most: bounded(bytes / leastPdfBytesPerPage) * most,
  };
}
