// Tool calls of a chat answer. Providers leave out the index, start it at 1, skip numbers, send every call as 0,
// repeat or forget the id, and give the name late: each of these is met here and nowhere else.
import { isArray, isObject, type Json, type JsonObject, number, text } from "../../canonical/json.js";
import type { EventBuilder } from "../event-builder.js";

interface Pending {
  readonly index: number | undefined;
  id: string;
  name: string;
  /** Arguments that came before the name. */
  early: string;
  call: number | undefined;
}

export class CallReader {
  /** The answer's own id: calls without one get theirs from it, so that two answers never share one. */
  prefix = "";
  readonly #builder: EventBuilder;
  readonly #pending: Pending[] = [];

  constructor(builder: EventBuilder) {
    this.#builder = builder;
  }

  /** @param isWhole each entry is a call of its own, as in a plain answer. */
  read(part: JsonObject, isWhole: boolean): void {
    for (const call of isArray(part.tool_calls) ? part.tool_calls : []) this.#piece(call, isWhole);
    if (isObject(part.function_call)) this.#piece({ index: -1, function: part.function_call }, isWhole);
  }

  /** The answer is complete: a call whose name never came is told as it is. */
  end(): void {
    for (const pending of this.#pending) if (pending.call === undefined) this.#begin(pending);
  }

  #piece(piece: Json, isWhole: boolean): void {
    if (!isObject(piece)) return;
    const isCustom = isObject(piece.custom);
    const called = isObject(piece.function) ? piece.function : isObject(piece.custom) ? piece.custom : {};
    const id = text(piece.id) ?? "";
    const name = text(called.name) ?? "";
    const given = isCustom ? called.input : called.arguments;
    // Some providers send the arguments as an object.
    const piecesOfArguments = isObject(given) ? JSON.stringify(given) : (text(given) ?? "");
    // Some providers send all fields of a message, empty.
    if (id === "" && name === "" && piecesOfArguments === "") return;
    const pending = (isWhole ? undefined : this.#find(number(piece.index), id, name)) ?? this.#add(piece, id);
    if (pending.name === "") pending.name = name;
    if (pending.id === "") pending.id = id;
    pending.early += isCustom && isWhole ? JSON.stringify({ input: piecesOfArguments }) : piecesOfArguments;
    if (pending.name === "") return;
    this.#begin(pending);
  }

  #begin(pending: Pending): void {
    if (pending.call === undefined) {
      const id = pending.id === "" ? this.#madeUpId() : pending.id;
      pending.call = this.#builder.startCall(id, pending.name);
    }
    this.#builder.callArguments(pending.call, pending.early);
    pending.early = "";
  }

  #madeUpId(): string {
    const prefix = this.prefix.replace(/[^A-Za-z0-9_-]/g, "").slice(0, 40);
    return prefix === "" ? `call_${this.#builder.calls}` : `call_${prefix}_${this.#builder.calls}`;
  }

  #add(piece: JsonObject, id: string): Pending {
    const pending: Pending = { index: number(piece.index), id, name: "", early: "", call: undefined };
    this.#pending.push(pending);
    return pending;
  }

  /** The call that a piece belongs to; undefined where it begins a new one. */
  #find(index: number | undefined, id: string, name: string): Pending | undefined {
    const same = this.#pending.findLast((pending) =>
      index === undefined ? id === "" || pending.id === id : pending.index === index,
    );
    if (same === undefined) return undefined;
    // Another id under the same index is another call.
    if (id !== "" && same.id !== "" && same.id !== id) return undefined;
    return index === undefined && id === "" && name !== "" && same.name !== "" ? undefined : same;
  }
}
