// Writes canonical events as a plain answer of Gemini's dialect.
// Source: https://ai.google.dev/api/generate-content#GenerateContentResponse
import { Buffer } from "node:buffer";
import type { Event } from "../../canonical/event.js";
import type { Finish } from "../../canonical/finish.js";
import type { JsonObject } from "../../canonical/json.js";
import { collect } from "../collect.js";
import type { Served } from "../dialect.js";
import { writeFinish } from "./finish.js";
import { writeGrounding } from "./grounding.js";
import { writeUsage } from "./usage.js";
import { PartWriter, writeExtraParts } from "./write-parts.js";

export function writeResponse(events: readonly Event[], served: Served): Buffer {
  const answer = collect(events);
  const writer = new PartWriter();
  const finish = answer.finish ?? { reason: "other", native: undefined };
  const isSaid = answer.refusal !== "" && !isFiltered(finish);
  const parts = [
    ...answer.parts.flatMap((part) => writer.write(part)),
    ...(isSaid ? writer.carry({ text: answer.refusal }) : []),
    ...writeExtraParts(answer.extra),
    ...writer.rest(),
  ];
  const candidate: JsonObject = {
    content: { parts, role: "model" },
    finishReason: writeFinish(finish),
    ...(answer.refusal !== "" && !isSaid && { finishMessage: answer.refusal }),
    index: 0,
    ...(answer.citations.length > 0 && { groundingMetadata: writeGrounding(answer.citations) }),
  };
  const body = {
    candidates: [candidate],
    ...(answer.usage !== undefined && { usageMetadata: writeUsage(answer.usage) }),
    ...identity(served),
  };
  return Buffer.from(JSON.stringify(body));
}

/** A model that refuses says so in words of its own; where a filter stopped it, the words are the reason of the end. */
export function isFiltered({ reason }: Finish): boolean {
  return reason === "content-filter";
}

/** Who serves: on every plain answer and every event of a stream. */
export function identity({ model, generationId }: Served): JsonObject {
  return { modelVersion: model, responseId: generationId };
}
