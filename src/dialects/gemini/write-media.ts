// Images, sound and files as parts of Gemini's dialect: the data itself, or where it is.
import type { JsonObject } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type { MediaPart } from "../../canonical/request.js";

export function writeMedia(part: MediaPart, path: string, notes: ReceiptNote[]): JsonObject {
  const { source } = part;
  if (part.detail !== undefined && part.detail !== "auto")
    notes.push({ field: `${path}.detail`, action: "dropped", why: "this API has no such choice" });
  if (part.name !== undefined)
    notes.push({ field: `${path}.filename`, action: "dropped", why: "this API takes no names of files" });
  if ("base64" in source) return { inlineData: { mimeType: source.mediaType, data: source.base64 } };
  const known = typeOfUrl(source.url);
  if (known === undefined)
    notes.push({ field: path, action: "emulated", why: `a URL needs a media type: ${usual[part.type]} was sent` });
  return { fileData: { mimeType: known ?? usual[part.type], fileUri: source.url } };
}

const usual: Readonly<Record<MediaPart["type"], string>> = {
  image: "image/jpeg",
  audio: "audio/mpeg",
  file: "application/pdf",
};

/** Source: https://ai.google.dev/gemini-api/docs/file-input-methods */
const types: ReadonlyMap<string, string> = new Map([
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["webp", "image/webp"],
  ["gif", "image/gif"],
  ["heic", "image/heic"],
  ["heif", "image/heif"],
  ["mp3", "audio/mpeg"],
  ["wav", "audio/wav"],
  ["flac", "audio/flac"],
  ["ogg", "audio/ogg"],
  ["aac", "audio/aac"],
  ["pdf", "application/pdf"],
  ["txt", "text/plain"],
  ["csv", "text/csv"],
  ["html", "text/html"],
  ["md", "text/markdown"],
  ["json", "application/json"],
]);

/** By the end of the path; undefined where that says nothing. */
function typeOfUrl(url: string): string | undefined {
  const path = url.slice(0, 2048).split(/[?#]/, 1)[0] ?? "";
  const ending = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return types.get(ending);
}
