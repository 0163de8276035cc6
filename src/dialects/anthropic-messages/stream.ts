// Reads an answer of the Messages dialect, streamed or plain, as canonical events.
import { Buffer } from "node:buffer";
import { TrunklineError } from "../../canonical/error.js";
import type { Event } from "../../canonical/event.js";
import { isArray, isObject, type Json, type JsonObject, number, parseJson, text } from "../../canonical/json.js";
import type { StreamReader } from "../dialect.js";
import { EventBuilder } from "../event-builder.js";
import { readRefusal, refusalError } from "../refusal.js";
import { readFinish } from "./finish.js";
import { mergeUsage, readUsage } from "./usage.js";

export function readStream(): StreamReader {
  return new MessagesReader();
}

export function readResponse(body: Buffer): readonly Event[] {
  const message = parseJson(body.toString("utf8"));
  if (!isObject(message)) throw invalid("The provider's answer is not a JSON object.");
  if (isObject(message.error)) throw readInnerError(message.error);
  if (!isArray(message.content)) throw invalid("The provider's answer holds no content.");
  return new MessagesReader().whole(message, message.content);
}

export function readError(status: number, body: Buffer): TrunklineError {
  return refusalError(readRefusal(status, body));
}

function readInnerError(error: Json): TrunklineError {
  return readError(200, Buffer.from(JSON.stringify({ error })));
}

function invalid(message: string): TrunklineError {
  return new TrunklineError("upstream_invalid", message);
}

class MessagesReader implements StreamReader {
  terminal = false;
  done = false;
  readonly #builder = new EventBuilder();
  /** Our number of each open tool call, by the provider's index of its block. */
  readonly #calls = new Map<number, number>();
  #usage: JsonObject = {};

  read(data: string, event: string | undefined): readonly Event[] {
    if (!data.trim().startsWith("{")) return [];
    const frame = parseJson(data);
    if (!isObject(frame)) throw invalid("The provider sent a stream event that is not JSON.");
    this.#frame(frame, text(frame.type) ?? event);
    return this.#builder.take();
  }

  whole(message: JsonObject, content: readonly Json[]): readonly Event[] {
    this.#start(message);
    for (const [index, block] of content.entries()) {
      this.#blockStart(block, index);
      this.#blockStop(index);
    }
    this.#end(message, message.usage);
    return this.#builder.take();
  }

  #frame(frame: JsonObject, type: string | undefined): void {
    const index = number(frame.index) ?? 0;
    switch (type) {
      case "message_start":
        if (isObject(frame.message)) this.#start(frame.message);
        break;
      case "content_block_start":
        if (!this.terminal) this.#blockStart(frame.content_block, index);
        break;
      case "content_block_delta":
        if (!this.terminal && isObject(frame.delta)) this.#blockDelta(frame.delta, index);
        break;
      case "content_block_stop":
        if (!this.terminal) this.#blockStop(index);
        break;
      case "message_delta":
        this.#end(isObject(frame.delta) ? frame.delta : {}, frame.usage);
        break;
      case "message_stop":
        this.terminal = true;
        this.done = true;
        break;
      case "error":
        if (!this.terminal) this.#builder.add({ type: "error", error: readInnerError(frame.error ?? frame) });
        break;
      // Pings, and whatever the provider adds later.
      default:
    }
  }

  #start(message: JsonObject): void {
    this.#usage = mergeUsage({}, message.usage);
    this.#builder.add({ type: "start", id: text(message.id), model: text(message.model) });
  }

  #blockStart(block: Json | undefined, index: number): void {
    if (!isObject(block)) return;
    switch (block.type) {
      case "text":
        this.#builder.text(text(block.text) ?? "");
        for (const citation of isArray(block.citations) ? block.citations : []) this.#citation(citation);
        break;
      case "thinking":
        this.#builder.endPart();
        this.#builder.reasoning(text(block.thinking) ?? "");
        this.#builder.signature(text(block.signature) ?? "");
        break;
      case "redacted_thinking":
        this.#builder.encrypted(text(block.data) ?? "");
        break;
      case "tool_use": {
        const call = this.#builder.startCall(text(block.id) ?? "", text(block.name) ?? "");
        this.#calls.set(index, call);
        const input = isObject(block.input) ? block.input : {};
        // In a stream the input follows in pieces, and stands here empty.
        if (Object.keys(input).length > 0) this.#builder.callArguments(call, JSON.stringify(input));
        break;
      }
      default:
        this.#builder.endPart();
        this.#builder.add({ type: "extra", fields: { [text(block.type) ?? "block"]: block } });
    }
  }

  #blockDelta(delta: JsonObject, index: number): void {
    switch (delta.type) {
      case "text_delta":
        this.#builder.text(text(delta.text) ?? "");
        break;
      case "thinking_delta":
        this.#builder.reasoning(text(delta.thinking) ?? "");
        break;
      case "signature_delta":
        this.#builder.signature(text(delta.signature) ?? "");
        break;
      case "input_json_delta": {
        const call = this.#calls.get(index);
        if (call !== undefined) this.#builder.callArguments(call, text(delta.partial_json) ?? "");
        break;
      }
      case "citations_delta":
        this.#citation(delta.citation);
        break;
      default:
    }
  }

  #blockStop(index: number): void {
    const call = this.#calls.get(index);
    this.#calls.delete(index);
    if (call === undefined) this.#builder.endPart();
    else this.#builder.endCall(call);
  }

  #citation(citation: Json | undefined): void {
    if (!isObject(citation)) return;
    const url = text(citation.url);
    if (url === undefined) this.#builder.add({ type: "extra", fields: { citation } });
    else this.#builder.add({ type: "citation", url, title: text(citation.title), text: text(citation.cited_text) });
  }

  /** Usage is told here and not at the start: until now its output is a first guess. */
  #end(message: JsonObject, usage: Json | undefined): void {
    this.#usage = mergeUsage(this.#usage, usage);
    const read = readUsage(this.#usage);
    if (read !== undefined) this.#builder.add({ type: "usage", usage: read });
    const finish = readFinish(message.stop_reason);
    if (finish === undefined || this.terminal) return;
    const details = isObject(message.stop_details) ? text(message.stop_details.explanation) : undefined;
    this.#builder.endAll();
    if (details !== undefined && finish.reason === "content-filter")
      this.#builder.add({ type: "refusal", text: details });
    this.terminal = true;
    this.#builder.add({ type: "finish", finish });
  }
}
