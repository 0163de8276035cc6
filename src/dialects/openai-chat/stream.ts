// Reads a provider's chat answer, streamed or plain, as canonical events. A plain answer is a stream of one frame.
import type { Buffer } from "node:buffer";
import { TrunklineError } from "../../canonical/error.js";
import type { Event } from "../../canonical/event.js";
import type { Finish } from "../../canonical/finish.js";
import { isArray, isObject, type Json, type JsonObject, text } from "../../canonical/json.js";
import type { StreamReader } from "../dialect.js";
import { EventBuilder } from "../event-builder.js";
import { CallReader } from "./calls.js";
import { readInnerError } from "./errors.js";
import { readFinish } from "./finish.js";
import { parseObject, textOfParts, thoughtOfParts } from "./profile.js";
import { usageOf } from "./usage.js";

export function readStream(): StreamReader {
  return new ChatReader(false);
}

export function readResponse(body: Buffer): readonly Event[] {
  const answer = parseObject(body.toString("utf8"));
  if (answer === undefined) throw invalid("The provider's answer is not a JSON object.");
  if (answer.error !== undefined && answer.error !== null) throw readInnerError(answer.error);
  if (!isArray(answer.choices) || !answer.choices.some(isObject))
    throw invalid("The provider's answer holds no choices.");
  const reader = new ChatReader(true);
  return [...reader.frame(answer), ...reader.close()];
}

function invalid(message: string): TrunklineError {
  return new TrunklineError("upstream_invalid", message);
}

class ChatReader implements StreamReader {
  terminal = false;
  done = false;
  readonly #builder = new EventBuilder();
  readonly #calls = new CallReader(this.#builder);
  readonly #isWhole: boolean;
  #started = false;
  #finished = false;

  constructor(isWhole: boolean) {
    this.#isWhole = isWhole;
  }

  read(data: string, event: string | undefined): readonly Event[] {
    const source = data.trim();
    if (source === "[DONE]") {
      this.terminal = true;
      this.done = true;
      return this.close();
    }
    // What is no object can hold no content: some providers send words to keep a connection alive.
    if (!source.startsWith("{")) return [];
    const frame = parseObject(source);
    if (frame === undefined) throw invalid("The provider sent a stream event that is not JSON.");
    const error = frame.error ?? (event === "error" ? frame : undefined);
    if (error === undefined || error === null) return this.frame(frame);
    if (this.done) return [];
    const usage = usageOf(frame);
    if (usage !== undefined) this.#builder.add({ type: "usage", usage });
    this.#builder.add({ type: "error", error: readInnerError(error) });
    return this.#builder.take();
  }

  frame(frame: JsonObject): readonly Event[] {
    if (!this.#started) {
      this.#started = true;
      const model = text(frame.model) || undefined;
      this.#builder.add({ type: "start", id: text(frame.id) || undefined, model });
      this.#calls.prefix = text(frame.id) ?? "";
    }
    const usage = usageOf(frame);
    if (usage !== undefined) this.#builder.add({ type: "usage", usage });
    for (const choice of isArray(frame.choices) ? frame.choices : [])
      if (isObject(choice) && (choice.index ?? 0) === 0 && !this.#finished) this.#choice(choice);
    return this.#builder.take();
  }

  /** The end marker: a provider that sent no finish reason until now sends none. */
  close(): readonly Event[] {
    if (!this.#finished) this.#finish({ reason: this.#builder.calls > 0 ? "tool-calls" : "other", native: undefined });
    return this.#builder.take();
  }

  #choice(choice: JsonObject): void {
    const own = this.#isWhole ? choice.message : choice.delta;
    const part = isObject(own) ? own : {};
    this.#reasoning(part);
    const { content } = part;
    if (isArray(content)) {
      this.#builder.reasoning(thoughtOfParts(content) ?? "");
      this.#builder.text(textOfParts(content));
    } else this.#builder.text(text(content) ?? text(choice.text) ?? "");
    if (typeof part.refusal === "string" && part.refusal !== "") {
      this.#builder.endPart();
      this.#builder.add({ type: "refusal", text: part.refusal });
    }
    this.#calls.read(part, this.#isWhole);
    for (const note of isArray(part.annotations) ? part.annotations : []) this.#annotation(note);
    const { images, audio } = part;
    if ((isArray(images) && images.length > 0) || isObject(audio))
      this.#builder.add({
        type: "extra",
        fields: { ...(isArray(images) && { images }), ...(isObject(audio) && { audio }) },
      });
    const finish = readFinish(choice.finish_reason);
    if (finish !== undefined) this.#finish(finish);
  }

  #finish(finish: Finish): void {
    this.#calls.end();
    this.#builder.endAll();
    this.#finished = true;
    this.terminal = true;
    this.#builder.add({ type: "finish", finish });
  }

  #reasoning(part: JsonObject): void {
    const details = isArray(part.reasoning_details) ? part.reasoning_details.filter(isObject) : [];
    let told = false;
    for (const detail of details) {
      const shown = text(detail.text) ?? text(detail.summary) ?? "";
      if (shown !== "") told = true;
      this.#builder.reasoning(shown);
      this.#builder.signature(text(detail.signature) ?? "");
      if (detail.type === "reasoning.encrypted") this.#builder.encrypted(text(detail.data) ?? "");
    }
    // The plain field repeats what the details say.
    if (!told) this.#builder.reasoning(text(part.reasoning) || text(part.reasoning_content) || "");
  }

  #annotation(note: Json): void {
    const citation = isObject(note) && isObject(note.url_citation) ? note.url_citation : undefined;
    const url = text(citation?.url);
    if (citation === undefined || url === undefined) return;
    this.#builder.add({ type: "citation", url, title: text(citation.title), text: text(citation.content) });
  }
}
