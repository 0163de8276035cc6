// Parts of an answer in Gemini's dialect. Closed thinking has no part of its own: it rides on the part that follows it.
import { isArray, isObject, type JsonObject, text } from "../../canonical/json.js";
import type { ReasoningPart, TextPart, ToolCallPart } from "../../canonical/request.js";
import { readDataUrl } from "../data-url.js";
import { readArguments } from "./write-result.js";

export class PartWriter {
  /** Closed thinking that waits for the part that carries it. */
  #waiting: string[] = [];

  write(part: TextPart | ReasoningPart | ToolCallPart): JsonObject[] {
    if (part.type === "text") return part.text === "" ? [] : this.carry({ text: part.text });
    if (part.type === "tool-call") return this.carry({ functionCall: writeCall(part) });
    if (part.encrypted !== undefined) {
      this.#waiting.push(part.encrypted);
      return [];
    }
    const signed = part.signature === undefined ? {} : { thoughtSignature: part.signature };
    if (part.text === "" && part.signature === undefined) return [];
    return [...this.rest(), { text: part.text, thought: true, ...signed }];
  }

  /** The part with what waits for it; of several, all but the last get a part of their own. */
  carry(part: JsonObject): JsonObject[] {
    const signature = this.#waiting.pop();
    if (signature === undefined) return [part];
    return [...this.rest(), { ...part, thoughtSignature: signature }];
  }

  /** What nothing follows. */
  rest(): JsonObject[] {
    return this.#waiting.splice(0).map((thoughtSignature) => ({ text: "", thoughtSignature }));
  }
}

function writeCall({ id, name, argumentsJson }: ToolCallPart): JsonObject {
  return { id, name, args: readArguments(argumentsJson) ?? { arguments: argumentsJson } };
}

/** Pictures and sound, which canonical carries in the Chat dialect's words. */
export function writeExtraParts({ images, audio }: JsonObject): JsonObject[] {
  const parts: JsonObject[] = [];
  for (const image of isArray(images) ? images : []) {
    const url = isObject(image) && isObject(image.image_url) ? text(image.image_url.url) : undefined;
    if (url === undefined) continue;
    const source = readDataUrl(url);
    if ("url" in source) parts.push({ fileData: { fileUri: source.url } });
    else parts.push({ inlineData: { mimeType: source.mediaType, data: source.base64 } });
  }
  if (!isObject(audio)) return parts;
  const data = text(audio.data);
  if (data !== undefined) parts.push({ inlineData: { mimeType: `audio/${text(audio.format) ?? "wav"}`, data } });
  const transcript = text(audio.transcript) ?? "";
  return transcript === "" ? parts : [...parts, { text: transcript }];
}
