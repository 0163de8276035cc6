// Canonical events as output items of the Responses dialect, each with the events that tell of its growth. The plain answer
// and the stream are written from the same items.
// Source: https://platform.openai.com/docs/api-reference/responses-streaming
import type { Event } from "../../canonical/event.js";
import { isArray, isObject, type Json, type JsonObject, text } from "../../canonical/json.js";
import type { Citation } from "../collect.js";
import { readDataUrl } from "../data-url.js";
import { writeSeal } from "./seal.js";

export interface ItemEvent {
  readonly type: string;
  readonly fields: JsonObject;
}

interface Message {
  readonly index: number;
  readonly id: string;
  /** Parts that have ended. */
  readonly content: JsonObject[];
  open: { readonly type: "output_text" | "refusal"; text: string; readonly annotations: JsonObject[] } | undefined;
}

interface Thought {
  readonly index: number;
  readonly id: string;
  text: string;
}

interface Call {
  readonly index: number;
  readonly id: string;
  readonly callId: string;
  readonly name: string;
  argumentsJson: string;
}

export class Output {
  /** Items by their index; what is open stands as it began. */
  readonly #items: JsonObject[] = [];
  readonly #idTail: string;
  #events: ItemEvent[] = [];
  #message: Message | undefined;
  #thought: Thought | undefined;
  readonly #calls = new Map<number, Call>();
  /** Told before there was text that they could stand at. */
  #citations: Citation[] = [];

  constructor(generationId: string) {
    this.#idTail = generationId.replace(/^gen-/, "");
  }

  /** What an event changes. */
  add(event: Event): readonly ItemEvent[] {
    switch (event.type) {
      case "text-start":
        this.#openPart("output_text");
        break;
      case "text-delta":
        this.#text(event.text);
        break;
      case "refusal":
        this.#refusal(event.text);
        break;
      case "citation":
        this.#citation(event);
        break;
      case "reasoning-start":
        this.#startThought();
        break;
      case "reasoning-delta":
        this.#think(event.text);
        break;
      case "reasoning-end":
        this.#endThought(event.signature, event.encrypted);
        break;
      case "tool-call-start":
        this.#startCall(event.call, event.id, event.name);
        break;
      case "tool-call-delta":
        this.#arguments(event.call, event.argumentsJson);
        break;
      case "tool-call-end":
        this.#endCall(event.call, "completed");
        break;
      case "extra":
        for (const image of isArray(event.fields.images) ? event.fields.images : []) this.#image(image);
        break;
      default:
    }
    return this.#take();
  }

  /** Ends what is open. The last message of an answer that is incomplete is so too. */
  end(status: "completed" | "incomplete"): readonly ItemEvent[] {
    this.#endThought(undefined, undefined);
    this.#endMessage(status);
    for (const call of [...this.#calls.keys()]) this.#endCall(call, status);
    return this.#take();
  }

  /** The items as they stand, open ones as far as they came. */
  items(): readonly JsonObject[] {
    const items = [...this.#items];
    const message = this.#message;
    if (message !== undefined) {
      const content = message.open === undefined ? message.content : [...message.content, partOf(message.open)];
      items[message.index] = messageItem(message.id, "incomplete", content);
    }
    for (const call of this.#calls.values()) items[call.index] = callItem(call, "incomplete", call.argumentsJson);
    if (this.#thought !== undefined) items[this.#thought.index] = thoughtItem(this.#thought, undefined, undefined);
    return items;
  }

  #take(): readonly ItemEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #tell(type: string, fields: JsonObject): void {
    this.#events.push({ type, fields });
  }

  /** An id that says what it is, which generation it is from and where it stands. */
  #begin(prefix: string, item: (id: string) => JsonObject): { readonly index: number; readonly id: string } {
    const index = this.#items.length;
    const id = `${prefix}_${this.#idTail}_${index}`;
    const begun = item(id);
    this.#items.push(begun);
    this.#tell("response.output_item.added", { output_index: index, item: begun });
    return { index, id };
  }

  #done(index: number, item: JsonObject): void {
    this.#items[index] = item;
    this.#tell("response.output_item.done", { output_index: index, item });
  }

  /** A message stays open until something else begins: citations may follow its text. */
  #openMessage(): Message {
    if (this.#message !== undefined) return this.#message;
    const message = { ...this.#begin("msg", (id) => messageItem(id, "in_progress", [])), content: [], open: undefined };
    this.#message = message;
    return message;
  }

  #openPart(type: "output_text" | "refusal"): NonNullable<Message["open"]> {
    const message = this.#openMessage();
    this.#endPart(message);
    const open = { type, text: "", annotations: [] };
    message.open = open;
    this.#tell("response.content_part.added", { ...at(message), part: partOf(open) });
    for (const citation of this.#citations.splice(0)) this.#citation(citation);
    return open;
  }

  #text(delta: string): void {
    const open = this.#message?.open?.type === "output_text" ? this.#message.open : this.#openPart("output_text");
    open.text += delta;
    if (this.#message !== undefined)
      this.#tell("response.output_text.delta", { ...at(this.#message), delta, logprobs: [] });
  }

  #refusal(delta: string): void {
    const open = this.#message?.open?.type === "refusal" ? this.#message.open : this.#openPart("refusal");
    open.text += delta;
    if (this.#message !== undefined) this.#tell("response.refusal.delta", { ...at(this.#message), delta });
  }

  /** Where in the text it belongs is not known: it stands where it was told. */
  #citation(citation: Citation): void {
    const message = this.#message;
    if (message?.open?.type !== "output_text") {
      this.#citations.push(citation);
      return;
    }
    const { text: written, annotations } = message.open;
    const annotation = {
      type: "url_citation",
      start_index: written.length,
      end_index: written.length,
      url: citation.url,
      title: citation.title ?? "",
      ...(citation.text !== undefined && { content: citation.text }),
    };
    annotations.push(annotation);
    this.#tell("response.output_text.annotation.added", {
      ...at(message),
      annotation_index: annotations.length - 1,
      annotation,
    });
  }

  #endPart(message: Message): void {
    const { open } = message;
    if (open === undefined) return;
    const part = partOf(open);
    if (open.type === "output_text")
      this.#tell("response.output_text.done", { ...at(message), text: open.text, logprobs: [] });
    else this.#tell("response.refusal.done", { ...at(message), refusal: open.text });
    this.#tell("response.content_part.done", { ...at(message), part });
    message.content.push(part);
    message.open = undefined;
  }

  #endMessage(status: "completed" | "incomplete"): void {
    const message = this.#message;
    if (message === undefined) return;
    this.#endPart(message);
    this.#message = undefined;
    this.#done(message.index, messageItem(message.id, status, message.content));
  }

  #startThought(): void {
    this.#endMessage("completed");
    this.#thought = { ...this.#begin("rs", (id) => ({ id, type: "reasoning", summary: [] })), text: "" };
  }

  #think(delta: string): void {
    const thought = this.#thought;
    if (thought === undefined || delta === "") return;
    const place = { item_id: thought.id, output_index: thought.index, summary_index: 0 };
    if (thought.text === "")
      this.#tell("response.reasoning_summary_part.added", { ...place, part: { type: "summary_text", text: "" } });
    thought.text += delta;
    this.#tell("response.reasoning_summary_text.delta", { ...place, delta });
  }

  #endThought(signature: string | undefined, encrypted: string | undefined): void {
    const thought = this.#thought;
    if (thought === undefined) return;
    this.#thought = undefined;
    if (thought.text !== "") {
      const place = { item_id: thought.id, output_index: thought.index, summary_index: 0 };
      const part = { type: "summary_text", text: thought.text };
      this.#tell("response.reasoning_summary_text.done", { ...place, text: thought.text });
      this.#tell("response.reasoning_summary_part.done", { ...place, part });
    }
    this.#done(thought.index, thoughtItem(thought, signature, encrypted));
  }

  #startCall(call: number, callId: string, name: string): void {
    this.#endMessage("completed");
    const begun = { callId, name, argumentsJson: "" };
    this.#calls.set(call, {
      ...this.#begin("fc", (id) => callItem({ ...begun, id }, "in_progress", "")),
      ...begun,
    });
  }

  #arguments(call: number, delta: string): void {
    const open = this.#calls.get(call);
    if (open === undefined) return;
    open.argumentsJson += delta;
    this.#tell("response.function_call_arguments.delta", { item_id: open.id, output_index: open.index, delta });
  }

  #endCall(call: number, status: "completed" | "incomplete"): void {
    const open = this.#calls.get(call);
    if (open === undefined) return;
    this.#calls.delete(call);
    this.#tell("response.function_call_arguments.done", {
      item_id: open.id,
      output_index: open.index,
      name: open.name,
      arguments: open.argumentsJson,
    });
    this.#done(open.index, callItem(open, status, open.argumentsJson));
  }

  /** A picture that the model made, as Chat's providers send it. */
  #image(image: Json): void {
    const url = isObject(image) && isObject(image.image_url) ? text(image.image_url.url) : undefined;
    const source = url === undefined ? undefined : readDataUrl(url);
    if (source === undefined || !("base64" in source)) return;
    this.#endMessage("completed");
    const item = { type: "image_generation_call", status: "in_progress", result: null };
    const { index, id } = this.#begin("ig", (made) => ({ id: made, ...item }));
    this.#done(index, { id, ...item, status: "completed", result: source.base64 });
  }
}

function at({ id, index, content }: Message): JsonObject {
  return { item_id: id, output_index: index, content_index: content.length };
}

function partOf({ type, text: written, annotations }: NonNullable<Message["open"]>): JsonObject {
  return type === "refusal"
    ? { type, refusal: written }
    : { type, text: written, annotations: [...annotations], logprobs: [] };
}

function messageItem(id: string, status: string, content: readonly JsonObject[]): JsonObject {
  return { id, type: "message", role: "assistant", status, content };
}

function callItem({ id, callId, name }: Omit<Call, "index">, status: string, argumentsJson: string): JsonObject {
  return { id, type: "function_call", status, call_id: callId, name, arguments: argumentsJson };
}

function thoughtItem(thought: Thought, signature: string | undefined, encrypted: string | undefined): JsonObject {
  return {
    id: thought.id,
    type: "reasoning",
    summary: thought.text === "" ? [] : [{ type: "summary_text", text: thought.text }],
    ...writeSeal(signature, encrypted),
  };
}
