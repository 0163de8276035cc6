// Content of the Responses dialect's items as canonical parts.
// Source: https://platform.openai.com/docs/api-reference/responses/create
import type { CacheMark, MediaPart, TextPart } from "../../canonical/request.js";
import type { Fields } from "../body-fields.js";
import { readDataUrl } from "../data-url.js";
import type { Extra } from "../extra.js";
import { readCache } from "../openai-chat/cache-mark.js";

type Content = TextPart | MediaPart;

/** A string, or parts; a part that canonical has no word for is kept whole. */
export function readContent(item: Fields, field: string, extra: Extra): Content[] {
  const content = item.take(field);
  if (content === undefined) item.requiredText(field);
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return item.each(field).flatMap((part): Content[] => {
    const read = readPart(part, extra);
    if (read === undefined) {
      part.keepWhole(extra);
      return [];
    }
    const mark = readMark(part, extra);
    part.keepRest(extra);
    return [mark === undefined ? read : { ...read, cache: mark }];
  });
}

function readPart(part: Fields, extra: Extra): Content | undefined {
  switch (part.requiredText("type")) {
    case "input_text":
    case "output_text":
    case "text":
      return { type: "text", text: part.requiredText("text") };
    case "refusal":
      return { type: "text", text: part.requiredText("refusal") };
    case "input_image":
      return readImage(part);
    case "input_file":
      return readFile(part);
    case "input_audio": {
      const audio = part.requiredFields("input_audio");
      const source = { base64: audio.requiredText("data"), mediaType: `audio/${audio.text("format") ?? "wav"}` };
      audio.keepRest(extra);
      return { type: "audio", source };
    }
    default:
      return undefined;
  }
}

/** Undefined where the image lives at the provider: it means nothing to another. */
function readImage(part: Fields): MediaPart | undefined {
  const url = part.text("image_url");
  if (url === undefined) return undefined;
  const detail = part.text("detail");
  return { type: "image", source: readDataUrl(url), ...(detail !== undefined && { detail }) };
}

function readFile(part: Fields): MediaPart | undefined {
  const data = part.text("file_data");
  const url = part.text("file_url");
  const name = part.text("filename");
  const named = name === undefined ? {} : { name };
  if (data !== undefined) return { type: "file", source: readFileData(data), ...named };
  return url === undefined ? undefined : { type: "file", source: { url }, ...named };
}

/** A `data:` URL; some clients send bare base64, of the one kind of file that was taken first. */
function readFileData(data: string): MediaPart["source"] {
  const source = readDataUrl(data);
  return "base64" in source ? source : { base64: data, mediaType: "application/pdf" };
}

/** OpenAI's breakpoint, whose lifetime no mark can say; or `cache_control`, as OpenRouter takes it here. */
function readMark(part: Fields, extra: Extra): CacheMark | undefined {
  const point = part.fields("prompt_cache_breakpoint");
  if (point?.take("mode") === "explicit") {
    point.keepRest(extra);
    return { lifetime: "5m" };
  }
  point?.keepWhole(extra);
  const mark = readCache(part.object("cache_control"));
  if (mark === undefined) part.keep("cache_control", extra);
  return mark;
}
