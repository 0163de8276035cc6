// The result of a call, as Gemini's dialect has it: an object, with media inside it where the model takes them there.
// Source: https://ai.google.dev/api/caching#FunctionResponse
import { isObject, type JsonObject, parseJson } from "../../canonical/json.js";
import type { ReceiptNote } from "../../canonical/receipt.js";
import type { MediaPart, ToolResultPart } from "../../canonical/request.js";
import type { Generation } from "./generation.js";
import { writeMedia } from "./write-media.js";

interface ResultPlace {
  readonly path: string;
  /** Of the function; undefined where the conversation has no such call. */
  readonly name: string | undefined;
  readonly generation: Generation;
  readonly notes: ReceiptNote[];
}

export interface WrittenResult {
  readonly result: JsonObject;
  /** What the result cannot hold, to stand behind it. */
  readonly beside: readonly JsonObject[];
}

export function writeResult(part: ToolResultPart, { path, name, generation, notes }: ResultPlace): WrittenResult {
  const media = part.content.filter((inner): inner is MediaPart => inner.type !== "text");
  const written = media.map((inner) => writeMedia(inner, path, notes));
  if (name === undefined)
    notes.push({ field: path, action: "emulated", why: "a result names its function: its call is not there" });
  if (media.length > 0 && !generation.mediaInResults)
    notes.push({ field: path, action: "emulated", why: "media of a result stand behind it for this model" });
  const isInside = written.length > 0 && generation.mediaInResults;
  return {
    result: {
      functionResponse: {
        ...(part.callId !== "" && { id: part.callId }),
        name: name ?? (part.callId === "" ? "function" : part.callId),
        response: writeResponse(part),
        ...(isInside && { parts: written }),
      },
    },
    beside: isInside ? [] : written,
  };
}

/** A field that stands alone under one of these names is the result itself. */
export const resultFields = ["output", "error", "result"];

/** What is an object already stays one; other words go under the name that says whether they are a failure. */
function writeResponse({ content, isError }: ToolResultPart): JsonObject {
  const said = content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
  if (isError) return { error: said };
  const json = said.startsWith("{") ? parseJson(said) : undefined;
  if (!isObject(json) || isAlone(json) || JSON.stringify(json) !== said) return { output: said };
  return json;
}

function isAlone(json: JsonObject): boolean {
  const [field, ...others] = Object.keys(json);
  return others.length === 0 && field !== undefined && resultFields.includes(field);
}

/** The arguments of a call; undefined where they are no JSON object. */
export function readArguments(argumentsJson: string): JsonObject | undefined {
  if (argumentsJson.trim() === "") return {};
  const args = parseJson(argumentsJson);
  return isObject(args) ? args : undefined;
}
