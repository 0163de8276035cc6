// Reads an answer of Gemini's dialect, streamed or plain, as canonical events. The first of several candidates is read.
// Source: https://ai.google.dev/api/generate-content#GenerateContentResponse
import type { Buffer } from "node:buffer";
import { TrunklineError } from "../../canonical/error.js";
import type { Event } from "../../canonical/event.js";
import type { Finish } from "../../canonical/finish.js";
import { isArray, isObject, type Json, type JsonObject, parseJson, text } from "../../canonical/json.js";
import { writeDataUrl } from "../data-url.js";
import type { StreamReader } from "../dialect.js";
import { EventBuilder } from "../event-builder.js";
import { readInnerError } from "./errors.js";
import { readBlock, readFinish } from "./finish.js";
import { readGrounding } from "./grounding.js";
import { mergeUsage, readUsage } from "./usage.js";

export function readStream(): StreamReader {
  return new GeminiReader();
}

export function readResponse(body: Buffer): readonly Event[] {
  const answer = parseJson(body.toString("utf8"));
  if (!isObject(answer)) throw invalid("The provider's answer is not a JSON object.");
  if (isObject(answer.error)) throw readInnerError(answer.error);
  if (!isArray(answer.candidates) && blockOf(answer) === undefined)
    throw invalid("The provider's answer holds no candidates.");
  return new GeminiReader().whole(answer);
}

function invalid(message: string): TrunklineError {
  return new TrunklineError("upstream_invalid", message);
}

function blockOf({ promptFeedback }: JsonObject): string | undefined {
  const word = isObject(promptFeedback) ? text(promptFeedback.blockReason) : undefined;
  return word === "" ? undefined : word;
}

class GeminiReader implements StreamReader {
  /** This dialect has no end marker: the stream is over when it closes. */
  readonly done = false;
  terminal = false;
  readonly #builder = new EventBuilder();
  #started = false;
  /** The answer's own id: calls without one get theirs from it, so that two answers never share one. */
  #answerId = "";
  #usage: JsonObject = {};
  /** Pictures so far: in a plain answer they are told together, as one field. */
  readonly #images: JsonObject[] = [];
  /** Sources that were told: each event of a stream may repeat those before. */
  readonly #cited = new Set<string>();

  read(data: string, _event: string | undefined): readonly Event[] {
    const source = data.trim();
    if (!source.startsWith("{")) return [];
    const frame = parseJson(source);
    if (!isObject(frame)) throw invalid("The provider sent a stream event that is not JSON.");
    if (isObject(frame.error)) {
      if (!this.terminal) this.#builder.add({ type: "error", error: readInnerError(frame.error) });
      return this.#builder.take();
    }
    this.#frame(frame);
    this.#tellImages();
    return this.#builder.take();
  }

  whole(answer: JsonObject): readonly Event[] {
    this.#frame(answer, true);
    return this.#builder.take();
  }

  #frame(frame: JsonObject, isWhole = false): void {
    if (!this.#started) {
      this.#started = true;
      this.#answerId = text(frame.responseId) ?? "";
      const model = text(frame.modelVersion) || undefined;
      this.#builder.add({ type: "start", id: this.#answerId || undefined, model });
    }
    this.#usage = mergeUsage(this.#usage, frame.usageMetadata);
    const usage = isObject(frame.usageMetadata) ? readUsage(this.#usage) : undefined;
    if (usage !== undefined) this.#builder.add({ type: "usage", usage });
    const candidate = firstOf(frame.candidates);
    if (candidate !== undefined && !this.terminal) this.#candidate(candidate, isWhole);
    const block = blockOf(frame);
    if (block !== undefined && !this.terminal) {
      const why = isObject(frame.promptFeedback) ? text(frame.promptFeedback.blockReasonMessage) : undefined;
      this.#finish(readBlock(block), why);
    }
  }

  #candidate(candidate: JsonObject, isWhole: boolean): void {
    const parts = isObject(candidate.content) ? candidate.content.parts : undefined;
    for (const part of isArray(parts) ? parts : []) if (isObject(part)) this.#part(part);
    const finish = readFinish(candidate.finishReason, this.#builder.calls > 0);
    if (finish === undefined && !isWhole) {
      this.#citations(candidate);
      return;
    }
    this.#builder.endPart();
    if (isWhole) this.#tellImages();
    this.#citations(candidate);
    if (finish !== undefined) this.#finish(finish, text(candidate.finishMessage));
  }

  #citations(candidate: JsonObject): void {
    for (const citation of readGrounding(candidate)) {
      if (this.#cited.has(citation.url)) continue;
      this.#cited.add(citation.url);
      this.#builder.add(citation);
    }
  }

  #finish(finish: Finish, why?: string): void {
    this.#tellImages();
    this.#builder.endAll();
    if (finish.reason === "content-filter" && why !== undefined && why !== "")
      this.#builder.add({ type: "refusal", text: why });
    this.terminal = true;
    this.#builder.add({ type: "finish", finish });
  }

  #part(part: JsonObject): void {
    const signature = text(part.thoughtSignature) ?? "";
    if (isObject(part.functionCall)) {
      if (signature !== "") this.#builder.encrypted(signature);
      this.#call(part.functionCall);
    } else if (typeof part.text === "string" || isOnlySigned(part)) {
      this.#text(text(part.text) ?? "", part.thought === true, signature);
    } else if (isObject(part.inlineData) && part.thought !== true) this.#inlineData(part.inlineData);
    // Code that ran, the provider's own tools, and whatever is added later.
    else this.#builder.add({ type: "extra", fields: part });
  }

  #text(words: string, isThought: boolean, signature: string): void {
    if (isThought) {
      this.#builder.reasoning(words);
      this.#builder.signature(signature);
      if (signature !== "") this.#builder.endPart();
      return;
    }
    if (signature !== "") this.#builder.encrypted(signature);
    this.#builder.text(words);
  }

  #call(called: JsonObject): void {
    const args = isObject(called.args) ? called.args : {};
    const call = this.#builder.startCall(text(called.id) || this.#madeUpId(), text(called.name) ?? "");
    this.#builder.callArguments(call, JSON.stringify(args));
    this.#builder.endCall(call);
  }

  #madeUpId(): string {
    const prefix = this.#answerId.replace(/[^A-Za-z0-9_-]/g, "").slice(0, 40);
    return prefix === "" ? `call_${this.#builder.calls}` : `call_${prefix}_${this.#builder.calls}`;
  }

  #inlineData(data: JsonObject): void {
    const mediaType = text(data.mimeType) ?? "";
    const base64 = text(data.data) ?? "";
    if (mediaType.startsWith("image/"))
      this.#images.push({ type: "image_url", image_url: { url: writeDataUrl({ base64, mediaType }) } });
    else if (mediaType.startsWith("audio/"))
      this.#builder.add({ type: "extra", fields: { audio: { id: this.#answerId, data: base64, transcript: "" } } });
    else this.#builder.add({ type: "extra", fields: { inlineData: data } });
  }

  /** As the Chat dialect has them: canonical has no name for pictures of the model's own. */
  #tellImages(): void {
    if (this.#images.length === 0) return;
    this.#builder.add({ type: "extra", fields: { images: this.#images.splice(0) } });
  }
}

function firstOf(candidates: Json | undefined): JsonObject | undefined {
  return isArray(candidates)
    ? candidates.filter(isObject).find(({ index }) => index === undefined || index === null || index === 0)
    : undefined;
}

/** The signature of thinking that ended without a word. */
function isOnlySigned(part: JsonObject): boolean {
  return Object.keys(part).every((name) => name === "thoughtSignature" || name === "thought");
}
