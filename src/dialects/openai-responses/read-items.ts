// One output item of a provider's Responses answer, while it grows and when it is whole.
import { isArray, isObject, type Json, type JsonObject, number, text } from "../../canonical/json.js";
import type { EventBuilder } from "../event-builder.js";

/** Where a piece of text belongs, by the event that brings it. */
const pieces: ReadonlyMap<string, Piece> = new Map<string, Piece>([
  ["output_text", "text"],
  ["refusal", "refusal"],
  ["reasoning_summary_text", "summary"],
  ["reasoning_text", "thought"],
  ["function_call_arguments", "arguments"],
  ["custom_tool_call_input", "input"],
]);

type Piece = "text" | "refusal" | "summary" | "thought" | "arguments" | "input";

export class ItemReader {
  readonly #builder: EventBuilder;
  /** Our number of the tool call that the item is. */
  #call: number | undefined;
  #isEnded = false;
  /** Reasoning is told as a summary or in full; where both come, the first is taken. */
  #reasons: "summary" | "thought" | undefined;
  /** Characters told so far, by kind and part. */
  readonly #told = new Map<string, number>();
  #citations = 0;

  constructor(builder: EventBuilder) {
    this.#builder = builder;
  }

  begin(item: JsonObject): void {
    this.#builder.endPart();
    if (isCall(item) && text(item.name)) this.#startCall(item);
  }

  grow(frame: JsonObject, type: string): void {
    if (this.#isEnded) return;
    if (type === "content_part.added" || type === "reasoning_summary_part.added") {
      this.#builder.endPart();
      return;
    }
    if (type === "output_text.annotation.added") {
      this.#citation(frame.annotation);
      return;
    }
    const dot = type.lastIndexOf(".");
    const piece = pieces.get(type.slice(0, dot));
    if (piece === undefined) return;
    const part = number(frame.content_index) ?? number(frame.summary_index) ?? 0;
    if (type.endsWith(".delta")) this.#piece(piece, part, text(frame.delta) ?? "");
    else if (type.endsWith(".done"))
      this.#rest(piece, part, text(frame.text) ?? text(frame.refusal) ?? text(frame.arguments) ?? text(frame.input));
  }

  /** The item is complete: what was not told yet is told now. */
  end(item: JsonObject): void {
    if (this.#isEnded) return;
    switch (item.type) {
      case "message":
        for (const [part, content] of parts(item.content)) this.#content(part, content);
        break;
      case "reasoning":
        this.#reasoning(item);
        break;
      case "function_call":
      case "custom_tool_call":
        this.#endCall(item);
        break;
      case "image_generation_call":
        this.#image(item);
        break;
      default:
        // Searches, code and what comes later: for clients of this dialect alone.
        this.#builder.add({ type: "extra", fields: { [text(item.type) ?? "item"]: item } });
    }
    this.#builder.endPart();
    this.#isEnded = true;
  }

  #content(part: number, content: JsonObject): void {
    if (content.type === "refusal") {
      this.#rest("refusal", part, text(content.refusal));
      return;
    }
    if (part > 0 && !this.#told.has(`text ${part}`)) this.#builder.endPart();
    this.#rest("text", part, text(content.text));
    const annotations = isArray(content.annotations) ? content.annotations : [];
    for (const annotation of annotations.slice(this.#citations)) this.#citation(annotation);
    // Those of the next part are counted anew.
    this.#citations = Math.max(0, this.#citations - annotations.length);
  }

  #reasoning(item: JsonObject): void {
    const tell = (piece: "summary" | "thought", given: Json | undefined) => {
      for (const [part, { text: said }] of parts(given)) {
        if (part > 0 && !this.#told.has(`${piece} ${part}`)) this.#builder.endPart();
        this.#rest(piece, part, text(said));
      }
    };
    tell("summary", item.summary);
    tell("thought", item.content);
    const encrypted = text(item.encrypted_content);
    if (encrypted !== undefined && encrypted !== "") this.#builder.encrypted(encrypted);
  }

  #endCall(item: JsonObject): void {
    const call = this.#call ?? this.#startCall(item);
    const isCustom = item.type === "custom_tool_call";
    if (isCustom) {
      this.#rest("input", 0, text(item.input) ?? "");
      if (!this.#told.has("input 0")) this.#piece("input", 0, "");
      this.#builder.callArguments(call, '"}');
    } else {
      // Some providers send the arguments as an object.
      const given = isObject(item.arguments) ? JSON.stringify(item.arguments) : text(item.arguments);
      this.#rest("arguments", 0, given);
    }
    this.#builder.endCall(call);
  }

  #startCall(item: JsonObject): number {
    const call = this.#builder.startCall(text(item.call_id) || text(item.id) || "", text(item.name) ?? "");
    this.#call = call;
    return call;
  }

  #rest(piece: Piece, part: number, whole: string | undefined): void {
    if (whole === undefined) return;
    const told = this.#told.get(`${piece} ${part}`) ?? 0;
    if (whole.length > told) this.#piece(piece, part, told === 0 ? whole : whole.slice(told));
  }

  #piece(piece: Piece, part: number, delta: string): void {
    const key = `${piece} ${part}`;
    const told = this.#told.get(key);
    switch (piece) {
      case "text":
        this.#builder.text(delta);
        break;
      case "refusal":
        this.#builder.endPart();
        if (delta !== "") this.#builder.add({ type: "refusal", text: delta });
        break;
      case "summary":
      case "thought":
        if (delta === "") return;
        this.#reasons ??= piece;
        if (this.#reasons === piece) this.#builder.reasoning(delta);
        break;
      default:
        // A call without a name is told at its end.
        if (this.#call === undefined) return;
        if (piece === "arguments") this.#builder.callArguments(this.#call, delta);
        // A custom tool takes free text; other dialects know only JSON arguments.
        else this.#builder.callArguments(this.#call, (told === undefined ? '{"input":"' : "") + escaped(delta));
    }
    this.#told.set(key, (told ?? 0) + delta.length);
  }

  #citation(annotation: Json | undefined): void {
    this.#citations++;
    if (!isObject(annotation)) return;
    const url = text(annotation.url);
    if (url === undefined) this.#builder.add({ type: "extra", fields: { citation: annotation } });
    else
      this.#builder.add({
        type: "citation",
        url,
        title: text(annotation.title) || undefined,
        text: text(annotation.content),
      });
  }

  /** As Chat's providers send a picture. */
  #image(item: JsonObject): void {
    const base64 = text(item.result);
    if (base64 === undefined || base64 === "") return;
    const url = /^(?:https?|data):/.test(base64.slice(0, 8))
      ? base64
      : `data:image/${text(item.output_format) ?? "png"};base64,${base64}`;
    this.#builder.add({ type: "extra", fields: { images: [{ type: "image_url", image_url: { url } }] } });
  }
}

function isCall({ type }: JsonObject): boolean {
  return type === "function_call" || type === "custom_tool_call";
}

function parts(list: Json | undefined): (readonly [number, JsonObject])[] {
  return [...(isArray(list) ? list : []).entries()].flatMap(([index, part]) =>
    isObject(part) ? [[index, part] as const] : [],
  );
}

/** Inside a JSON string. */
function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
