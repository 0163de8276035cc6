// Facts of an answer, from its canonical events.
import { Buffer } from "node:buffer";
import { type Event, isContent } from "../canonical/event.js";
import type { AnswerFacts } from "./dialect.js";

export function noteEvent(event: Event, facts: AnswerFacts): void {
  if (isContent(event)) facts.content = true;
  switch (event.type) {
    case "start":
      facts.upstreamId ??= event.id;
      facts.upstreamModel ??= event.model;
      break;
    case "text-delta":
    case "reasoning-delta":
    case "refusal":
      facts.outputBytes += Buffer.byteLength(event.text);
      break;
    case "tool-call-start":
      facts.outputBytes += Buffer.byteLength(event.name);
      break;
    case "tool-call-delta":
      facts.outputBytes += Buffer.byteLength(event.argumentsJson);
      break;
    case "extra":
      // Pictures and sound are content too, though canonical has no name for them.
      if ("images" in event.fields || "audio" in event.fields) facts.content = true;
      break;
    case "usage":
      facts.usage = event.usage;
      break;
    case "finish":
      facts.finish = event.finish;
      break;
    case "error":
      facts.fault = event.error;
      break;
    default:
  }
}
