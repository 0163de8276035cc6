// The two ways in which Gemini's dialect streams: server-sent events, and one JSON array.
import { JsonArrayWriter } from "../../framing/json-array.js";
import { sseData } from "../../framing/sse.js";

export interface GeminiFraming {
  event(json: string): string;
  end(): string;
}

export function geminiFraming(sse: boolean): GeminiFraming {
  if (sse) return { event: sseData, end: () => "" };
  const array = new JsonArrayWriter();
  return { event: (json) => array.item(json), end: () => array.end() };
}
