// Builds canonical events from what readers find: opens and closes parts, counts them from 0 without gaps.
import type { Event } from "../canonical/event.js";
import { parseJson } from "../canonical/json.js";

interface OpenCall {
  readonly index: number;
  readonly call: number;
  argumentsJson: string;
}

/** Text and reasoning are open one at a time; several tool calls may be, as some providers mix their arguments. */
export class EventBuilder {
  #events: Event[] = [];
  #nextIndex = 0;
  #nextCall = 0;
  #open: { readonly type: "text" | "reasoning"; readonly index: number } | undefined;
  #signature = "";
  #encrypted: string | undefined;
  readonly #calls = new Map<number, OpenCall>();

  /** Tool calls begun so far. */
  get calls(): number {
    return this.#nextCall;
  }

  /** The events since the last call. */
  take(): readonly Event[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  add(event: Event): void {
    this.#events.push(event);
  }

  text(text: string): void {
    if (text === "") return;
    this.add({ type: "text-delta", index: this.#enter("text"), text });
  }

  reasoning(text: string): void {
    if (text === "") return;
    this.add({ type: "reasoning-delta", index: this.#enter("reasoning"), text });
  }

  /** A signature may come in pieces. */
  signature(signature: string): void {
    if (signature === "") return;
    this.#enter("reasoning");
    this.#signature += signature;
  }

  /** Encrypted reasoning is a part of its own. */
  encrypted(data: string): void {
    this.endPart();
    this.#enter("reasoning");
    this.#encrypted = data;
    this.endPart();
  }

  /** Ends the open text or reasoning. */
  endPart(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    if (open.type === "text") {
      this.add({ type: "text-end", index: open.index });
      return;
    }
    const signature = this.#signature === "" ? undefined : this.#signature;
    this.add({ type: "reasoning-end", index: open.index, signature, encrypted: this.#encrypted });
    this.#signature = "";
    this.#encrypted = undefined;
  }

  /** Begins a tool call and returns its number. Calls whose arguments are whole are ended. */
  startCall(id: string, name: string): number {
    this.endPart();
    for (const open of this.#calls.values())
      if (open.argumentsJson !== "" && parseJson(open.argumentsJson) !== undefined) this.#endCall(open);
    const call = this.#nextCall++;
    const index = this.#nextIndex++;
    this.#calls.set(call, { index, call, argumentsJson: "" });
    this.add({ type: "tool-call-start", index, call, id, name });
    return call;
  }

  /** Pieces for a call that was ended are dropped: its arguments were whole. */
  callArguments(call: number, argumentsJson: string): void {
    const open = this.#calls.get(call);
    if (open === undefined || argumentsJson === "") return;
    open.argumentsJson += argumentsJson;
    this.add({ type: "tool-call-delta", index: open.index, call, argumentsJson });
  }

  endCall(call: number): void {
    const open = this.#calls.get(call);
    if (open !== undefined) this.#endCall(open);
  }

  /** Ends everything that is open: only when the provider said that the answer is complete. */
  endAll(): void {
    this.endPart();
    for (const open of this.#calls.values()) this.#endCall(open);
  }

  #endCall(open: OpenCall): void {
    this.#calls.delete(open.call);
    // Clients parse the arguments: a call without any has the empty object.
    if (open.argumentsJson.trim() === "")
      this.add({ type: "tool-call-delta", index: open.index, call: open.call, argumentsJson: "{}" });
    this.add({ type: "tool-call-end", index: open.index, call: open.call });
  }

  #enter(type: "text" | "reasoning"): number {
    if (this.#open?.type !== type) {
      this.endPart();
      this.#open = { type, index: this.#nextIndex++ };
      this.add({ type: `${type}-start`, index: this.#open.index });
    }
    return this.#open.index;
  }
}
