// What is asked of a server to go on with a partial file, and whether its answer fits.
// Range requests: https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
import type { Answer } from "./http-get.js";
import type { Origin, PartialFile } from "./partial-file.js";
import type { WeightsFile } from "./weights.js";

/** How one request ended. */
export type Attempt =
  | { readonly kind: "whole" }
  /** The connection ended before the file did: go on there. */
  | { readonly kind: "cut"; readonly sentence: string }
  /** What is here and what is there don't fit together: begin again. */
  | { readonly kind: "unfit"; readonly sentence: string }
  /** `rotten`: the bytes that are here belong to no file that can become whole. */
  | { readonly kind: "refused"; readonly sentence: string; readonly rotten?: boolean };

const longestValidator = 1_024;

/** Only a strong validator may stand in `If-Range` (RFC 9110 §13.1.5). */
export function rangeHeaders(url: string, partial: PartialFile | undefined): Record<string, string> {
  if (!partial) return {};
  const range = { range: `bytes=${partial.bytes}-` };
  // The bytes of another source are the same ones, or the checksum will say so.
  if (!sameUrl(partial, url)) return range;
  const { etag, lastModified } = partial.origin;
  const validator = etag === undefined || etag.startsWith("W/") ? lastModified : etag;
  return validator === undefined ? range : { ...range, "if-range": validator };
}

/** Why the answer's body is not to be written, seen from its head alone. */
export function misfit(
  url: string,
  partial: PartialFile | undefined,
  answer: Answer,
  file: WeightsFile,
): Attempt | undefined {
  const { status, headers } = answer;
  if (status === 416 && partial) return { kind: "unfit", sentence: "It has no such part of the file." };
  if (status !== 200 && !(status === 206 && partial)) {
    return { kind: "refused", sentence: `It answered with status ${status}.` };
  }
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") return { kind: "refused", sentence: "It serves the file only packed." };
  if (/^text\/html\b/i.test(headers.get("content-type") ?? "")) {
    return { kind: "refused", sentence: "It answers with a web page instead of the file." };
  }
  const same = sameUrl(partial, url);
  if (status === 206 && partial) {
    const etag = headers.get("etag") ?? undefined;
    if (same && etag !== undefined && partial.origin.etag !== undefined && etag !== partial.origin.etag) {
      return { kind: "unfit", sentence: "The file there has changed." };
    }
    const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(headers.get("content-range")?.trim() ?? "");
    if (Number(range?.[1]) !== partial.bytes) {
      return { kind: "unfit", sentence: "It sent another part of the file than was asked for." };
    }
    if (range?.[3] !== "*" && Number(range?.[3]) !== file.bytes) return otherSize(Number(range?.[3]), file, same);
    return undefined;
  }
  const length = headers.get("content-length");
  return length === null || Number(length) === file.bytes ? undefined : otherSize(Number(length), file, same);
}

/** Bytes of a file that has another size now are worth nothing; those of other sources are. */
function otherSize(bytes: number, file: WeightsFile, same: boolean): Attempt {
  return { kind: "refused", rotten: same, sentence: `The file there has ${bytes} bytes instead of ${file.bytes}.` };
}

export function originOf(url: string, { headers }: Answer): Origin {
  const bounded = (name: string) => {
    const value = headers.get(name) ?? "";
    return value === "" || value.length > longestValidator ? undefined : value;
  };
  return { url: plain(url), etag: bounded("etag"), lastModified: bounded("last-modified") };
}

/** What may be written down: a query can hold a secret. */
function plain(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

export function sameUrl(partial: PartialFile | undefined, url: string): boolean {
  return partial?.origin.url === plain(url);
}
