// The rules of a Gemini stream, as a grammar: what an event holds, what only the last one has, and how an error ends it.
// Source: https://ai.google.dev/api/generate-content#GenerateContentResponse
import { isArray, isObject, type JsonObject, parseJson } from "../src/canonical/json.js";

/** The events of a stream in either framing, in order. Throws where one is no JSON object. */
export function geminiEvents(stream: string): readonly JsonObject[] {
  const items = stream.startsWith("data:") ? sseItems(stream) : parseJson(stream);
  if (!isArray(items)) throw new Error(`no array: ${stream.slice(0, 200)}`);
  return items.map((item) => {
    if (!isObject(item)) throw new Error(`no JSON object: ${JSON.stringify(item)}`);
    return item;
  });
}

function sseItems(stream: string) {
  if (!stream.endsWith("\n\n")) throw new Error("the last event is not whole");
  return stream
    .split(/\r?\n\r?\n/)
    .filter((frame) => frame !== "")
    .map((frame) => {
      if (!frame.startsWith("data: ")) throw new Error(`no data line: ${frame}`);
      return parseJson(frame.slice(6)) ?? null;
    });
}

const kinds = ["text", "functionCall", "inlineData", "fileData"];

function partFault(part: unknown): string | undefined {
  if (!isObject(part)) return "a part is an object";
  if (kinds.filter((kind) => part[kind] !== undefined).length !== 1) return `one kind of part: ${JSON.stringify(part)}`;
  if (part.text !== undefined && typeof part.text !== "string") return "text is a string";
  const call = part.functionCall;
  if (call !== undefined && !(isObject(call) && typeof call.name === "string" && isObject(call.args)))
    return "a call has a name and arguments";
  return undefined;
}

/** What breaks the rules in a whole stream, as a sentence; undefined where nothing does. */
export function geminiFault(stream: string): string | undefined {
  const events = geminiEvents(stream);
  let first: JsonObject | undefined;
  for (const [at, event] of events.entries()) {
    const fault = (what: string) => `event ${at}: ${what}`;
    const isLast = at === events.length - 1;
    if (event.error !== undefined) {
      if (!isObject(event.error) || typeof event.error.message !== "string" || typeof event.error.code !== "number")
        return fault("an error has a code and a message");
      return isLast ? undefined : fault("nothing may follow an error");
    }
    first ??= event;
    if (event.responseId !== first.responseId || event.modelVersion !== first.modelVersion)
      return fault("one answer has one id and one model");
    const candidates = isArray(event.candidates) ? event.candidates : [];
    const [candidate] = candidates;
    if (candidates.length !== 1 || !isObject(candidate)) return fault("one candidate");
    if (candidate.index !== 0) return fault("candidates count from 0");
    const { content } = candidate;
    if (!isObject(content) || content.role !== "model" || !isArray(content.parts)) return fault("content of the model");
    if (content.parts.length === 0) return fault("at least one part");
    for (const part of content.parts) {
      const wrong = partFault(part);
      if (wrong !== undefined) return fault(wrong);
    }
    if ((typeof candidate.finishReason === "string") !== isLast)
      return fault("the last event, and no other, has a reason");
    if ((candidate.groundingMetadata !== undefined || event.usageMetadata !== undefined) && !isLast)
      return fault("sources and usage come last");
  }
  return events.length === 0 ? "it is empty" : undefined;
}
