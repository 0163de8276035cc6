// Writes canonical events as a stream of Gemini's dialect, in either framing. Each event of it holds whole parts: a call is
// written once its arguments are.
import type { Event } from "../../canonical/event.js";
import type { Finish } from "../../canonical/finish.js";
import type { JsonObject } from "../../canonical/json.js";
import type { ToolCallPart } from "../../canonical/request.js";
import type { Usage } from "../../canonical/usage.js";
import type { Citation } from "../collect.js";
import type { Served, StreamWriter } from "../dialect.js";
import { writeFinish } from "./finish.js";
import type { GeminiFraming } from "./framing.js";
import { writeGrounding } from "./grounding.js";
import { identity, isFiltered } from "./response.js";
import { writeUsage } from "./usage.js";
import { PartWriter, writeExtraParts } from "./write-parts.js";

export class GeminiStreamWriter implements StreamWriter {
  readonly #served: Served;
  readonly #framing: GeminiFraming;
  readonly #parts = new PartWriter();
  readonly #calls = new Map<number, ToolCallPart>();
  readonly #citations: Citation[] = [];
  /** Waits for the reason of the end, which says what it is. */
  #refusal = "";
  #usage: Usage | undefined;
  #finish: Finish | undefined;

  constructor(served: Served, framing: GeminiFraming) {
    this.#served = served;
    this.#framing = framing;
  }

  write(event: Event): string {
    switch (event.type) {
      case "text-delta":
        return this.#say(this.#parts.write({ type: "text", text: event.text }));
      case "refusal":
        this.#refusal += event.text;
        return "";
      case "reasoning-delta":
        return this.#say(this.#parts.write({ type: "reasoning", text: event.text }));
      case "reasoning-end":
        return this.#reasoningEnd(event.signature, event.encrypted);
      case "tool-call-start":
        this.#calls.set(event.index, { type: "tool-call", id: event.id, name: event.name, argumentsJson: "" });
        return "";
      case "tool-call-delta": {
        const call = this.#calls.get(event.index);
        if (call !== undefined)
          this.#calls.set(event.index, { ...call, argumentsJson: call.argumentsJson + event.argumentsJson });
        return "";
      }
      case "tool-call-end": {
        const call = this.#calls.get(event.index);
        this.#calls.delete(event.index);
        return call === undefined ? "" : this.#say(this.#parts.write(call));
      }
      case "citation":
        this.#citations.push({ url: event.url, title: event.title, text: event.text });
        return "";
      case "extra":
        return this.#say(writeExtraParts(event.fields));
      case "usage":
        this.#usage = event.usage;
        return "";
      case "finish":
        this.#finish = event.finish;
        return "";
      default:
        return "";
    }
  }

  /** The last event has the reason of the end, the sources and the usage. */
  end(): string {
    const finish = this.#finish ?? { reason: "other", native: undefined };
    const isSaid = this.#refusal !== "" && !isFiltered(finish);
    const rest = [...(isSaid ? this.#parts.carry({ text: this.#refusal }) : []), ...this.#parts.rest()];
    const candidate = {
      // Some clients look for a part in every event.
      content: { parts: rest.length > 0 ? rest : [{ text: "" }], role: "model" },
      finishReason: writeFinish(finish),
      ...(this.#refusal !== "" && !isSaid && { finishMessage: this.#refusal }),
      index: 0,
      ...(this.#citations.length > 0 && { groundingMetadata: writeGrounding(this.#citations) }),
    };
    const usage = this.#usage === undefined ? {} : { usageMetadata: writeUsage(this.#usage) };
    return this.#event(candidate, usage) + this.#framing.end();
  }

  /** Closed thinking waits for the part that it led to; a signature closes the thought that was told before. */
  #reasoningEnd(signature: string | undefined, encrypted: string | undefined): string {
    if (encrypted !== undefined) return this.#say(this.#parts.write({ type: "reasoning", text: "", encrypted }));
    if (signature === undefined) return "";
    return this.#say(this.#parts.write({ type: "reasoning", text: "", signature }));
  }

  #say(parts: readonly JsonObject[]): string {
    return parts.length === 0 ? "" : this.#event({ content: { parts, role: "model" }, index: 0 }, {});
  }

  #event(candidate: JsonObject, more: JsonObject): string {
    return this.#framing.event(JSON.stringify({ candidates: [candidate], ...more, ...identity(this.#served) }));
  }
}
