// Pages of a PDF, as far as a cheap look tells: page objects and page trees that are not compressed.
import { decodedBytes, windowOn } from "./base64-window.js";

/** A longer file is looked at in its first and last half of this. */
const scannedBytes = 1 << 17;
const mostPageTrees = 64;
/** Dictionaries of page trees are short: their count is this near. */
const nearbyChars = 300;

/** Undefined where it cannot be told: no PDF, or its page tree is compressed. Reads 128 KiB at most. */
export function pdfPages(base64: string): number | undefined {
  const read = windowOn(base64);
  if (!read(0, 1_024).toString("latin1").includes("%PDF-")) return undefined;
  const bytes = decodedBytes(base64);
  const half = scannedBytes / 2;
  if (bytes <= scannedBytes) {
    const whole = read(0, bytes).toString("latin1");
    return positive(Math.max(countPageObjects(whole), largestPageTree(whole)));
  }
  // Page objects that were not seen would be missing: only a tree tells the whole number.
  const ends = [read(0, half), read(bytes - half, half)];
  return positive(Math.max(...ends.map((end) => largestPageTree(end.toString("latin1")))));
}

function countPageObjects(text: string): number {
  return text.match(/\/Type\s{0,4}\/Page(?![A-Za-z])/g)?.length ?? 0;
}

function largestPageTree(text: string): number {
  let largest = 0;
  let at = text.indexOf("/Pages");
  for (let seen = 0; at !== -1 && seen < mostPageTrees; seen += 1) {
    const before = text.slice(Math.max(0, at - nearbyChars), at);
    const after = text.slice(at, at + nearbyChars);
    const dictionary = before.slice(before.lastIndexOf("<<") + 1) + (after.split(">>", 1)[0] ?? "");
    if (/\/Type\s{0,4}\/Pages/.test(dictionary)) {
      const count = /\/Count\s{1,4}(\d{1,6})/.exec(dictionary)?.[1];
      largest = Math.max(largest, Number(count ?? 0));
    }
    at = text.indexOf("/Pages", at + 6);
  }
  return largest;
}

const positive = (pages: number): number | undefined => (pages > 0 ? pages : undefined);
