// Reads a provider's Responses answer, streamed or plain, as canonical events. A plain answer is its items read whole; in a
// stream each item is read whole at its end too, for what no delta told.
// Source: https://platform.openai.com/docs/api-reference/responses-streaming
import { Buffer } from "node:buffer";
import { TrunklineError } from "../../canonical/error.js";
import type { Event } from "../../canonical/event.js";
import { isArray, isObject, type Json, type JsonObject, number, text } from "../../canonical/json.js";
import type { StreamReader } from "../dialect.js";
import { EventBuilder } from "../event-builder.js";
import { parseObject } from "../openai-chat/profile.js";
import { readRefusal, refusalError } from "../refusal.js";
import { readFinish } from "./finish.js";
import { ItemReader } from "./read-items.js";
import { readUsage } from "./usage.js";

export function readStream(): StreamReader {
  return new ResponsesReader();
}

export function readResponse(body: Buffer): readonly Event[] {
  const response = parseObject(body.toString("utf8"));
  if (response === undefined) throw invalid("The provider's answer is not a JSON object.");
  if (isObject(response.error)) throw readInnerError(response.error);
  if (!isArray(response.output)) throw invalid("The provider's answer holds no output.");
  const reader = new ResponsesReader();
  const events = [...reader.frame({ response: { status: "completed", ...response } }, "response.whole")];
  if (!reader.terminal)
    throw invalid(`The provider's answer is not complete: it is ${text(response.status) ?? "odd"}.`);
  return events;
}

export function readError(status: number, body: Buffer): TrunklineError {
  return refusalError(readRefusal(status, body));
}

/** The error that a 200 carried, in a plain answer or in an event. */
function readInnerError(error: Json): TrunklineError {
  return readError(200, Buffer.from(JSON.stringify({ error })));
}

function invalid(message: string): TrunklineError {
  return new TrunklineError("upstream_invalid", message);
}

export class ResponsesReader implements StreamReader {
  terminal = false;
  done = false;
  #started = false;
  readonly #builder = new EventBuilder();
  readonly #items = new Map<number | string, ItemReader>();

  read(data: string, event: string | undefined): readonly Event[] {
    const source = data.trim();
    if (source === "[DONE]") {
      this.done = true;
      return [];
    }
    // What is no object can hold no content: some providers send words to keep a connection alive.
    if (!source.startsWith("{")) return [];
    const frame = parseObject(source);
    if (frame === undefined) throw invalid("The provider sent a stream event that is not JSON.");
    return this.frame(frame, event);
  }

  /** An event that was parsed already. */
  frame(frame: JsonObject, event: string | undefined): readonly Event[] {
    if (this.terminal) return [];
    const type = text(frame.type) ?? event ?? "";
    if (type === "error" || (frame.type === undefined && isObject(frame.error)))
      this.#builder.add({
        type: "error",
        error: readInnerError(isObject(frame.error) ? frame.error : withoutType(frame)),
      });
    else if (isObject(frame.response)) this.#response(frame.response, type);
    else if (type.startsWith("response.")) this.#grow(frame, type.slice("response.".length));
    return this.#builder.take();
  }

  #response(response: JsonObject, type: string): void {
    if (!this.#started) {
      this.#started = true;
      const model = text(response.model) || undefined;
      this.#builder.add({ type: "start", id: text(response.id) || undefined, model });
    }
    const usage = readUsage(response.usage);
    if (usage !== undefined) this.#builder.add({ type: "usage", usage });
    if (type === "response.failed" || response.status === "failed" || response.status === "cancelled") {
      this.#builder.add({ type: "error", error: readInnerError(response.error ?? null) });
      return;
    }
    const isEnd = /^response\.(completed|incomplete|whole)$/.test(type);
    if (!isEnd) return;
    const items = isArray(response.output) ? response.output : [];
    for (const [index, item] of items.entries()) if (isObject(item)) this.#item(index).end(item);
    const said = type === "response.whole" ? response : { status: type.slice("response.".length), ...response };
    const finish = readFinish(said, this.#builder.calls);
    if (finish === undefined) return;
    this.#builder.endAll();
    this.#builder.add({ type: "finish", finish });
    this.terminal = true;
    this.done = true;
  }

  #grow(frame: JsonObject, type: string): void {
    const item = this.#item(number(frame.output_index) ?? text(frame.item_id) ?? 0);
    if (type === "output_item.added" && isObject(frame.item)) item.begin(frame.item);
    else if (type === "output_item.done" && isObject(frame.item)) item.end(frame.item);
    else item.grow(frame, type);
  }

  #item(key: number | string): ItemReader {
    const known = this.#items.get(key);
    if (known !== undefined) return known;
    const item = new ItemReader(this.#builder);
    this.#items.set(key, item);
    return item;
  }
}

/** The documented form of the event has its fields at the top. Its own type says nothing. */
function withoutType({ type: _type, ...rest }: JsonObject): JsonObject {
  return rest;
}
