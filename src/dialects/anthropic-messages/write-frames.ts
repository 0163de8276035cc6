// Canonical events as the events of a Messages stream. This dialect has one block open at a time, and canonical may have
// several: what belongs to a later block waits until the one before it has ended.
// Source: https://docs.claude.com/en/docs/build-with-claude/streaming
import type { Event } from "../../canonical/event.js";
import type { Finish } from "../../canonical/finish.js";
import type { JsonObject } from "../../canonical/json.js";
import type { Usage } from "../../canonical/usage.js";
import type { Profile, Served } from "../dialect.js";
import { writeFinish } from "./finish.js";
import { writeUsage } from "./usage.js";

/** A block whose events wait, or the first one, whose events go out at once. */
interface Block {
  readonly type: "text" | "thinking" | "redacted_thinking" | "tool_use";
  readonly start: JsonObject;
  readonly waiting: JsonObject[];
  ended: boolean;
}

/** How an answer ended: the `delta` of its `message_delta`, and what it used. */
export interface Ending {
  readonly delta: JsonObject;
  readonly usage: Usage | undefined;
}

export class MessageFrames {
  readonly #served: Served;
  readonly #profile: Profile;
  #frames: JsonObject[] = [];
  #started = false;
  /** The first is open on the wire, the others wait. */
  readonly #blocks: Block[] = [];
  /** The blocks of canonical parts that have not ended. */
  readonly #byPart = new Map<number, Block>();
  #nextIndex = 0;
  /** Of the text that is to come: this dialect puts citations into text. */
  #citations: JsonObject[] = [];
  #refusal = "";
  #usage: Usage | undefined;
  #finish: Finish = { reason: "other", native: undefined };
  #stopReason = "end_turn";

  constructor(served: Served, profile: Profile) {
    this.#served = served;
    this.#profile = profile;
  }

  /** The frames of one event. @throws TrunklineError `upstream_error` where the finish is an error */
  write(event: Event): readonly JsonObject[] {
    switch (event.type) {
      case "start":
        this.#begin();
        break;
      case "text-delta":
        if (event.text !== "") this.#delta(this.#text(event.index), { type: "text_delta", text: event.text });
        break;
      case "reasoning-delta":
        if (event.text !== "")
          this.#delta(this.#thinking(event.index), { type: "thinking_delta", thinking: event.text });
        break;
      case "reasoning-end":
        this.#endReasoning(event.index, event.signature, event.encrypted);
        break;
      case "tool-call-start": {
        const { id, name } = event;
        this.#open(event.index, { type: "tool_use", start: { type: "tool_use", id, name, input: {} } });
        break;
      }
      case "tool-call-delta": {
        const block = this.#byPart.get(event.index);
        if (block !== undefined) this.#delta(block, { type: "input_json_delta", partial_json: event.argumentsJson });
        break;
      }
      case "text-end":
      case "tool-call-end":
        this.#end(event.index);
        break;
      case "refusal":
        this.#begin();
        this.#refusal += event.text;
        break;
      case "citation":
        this.#cite(event.url, event.title, event.text);
        break;
      case "usage":
        this.#usage = event.usage;
        break;
      case "finish":
        this.#finish = event.finish;
        this.#stopReason = writeFinish(event.finish);
        break;
      default:
    }
    return this.#take();
  }

  /** The frames up to the end of the last block. */
  close(): readonly JsonObject[] {
    this.#begin();
    if (this.#citations.length > 0) this.#open(undefined, textBlock).ended = true;
    for (const block of this.#blocks) block.ended = true;
    this.#flush(true);
    return this.#take();
  }

  /** Call after `close`. */
  get ending(): Ending {
    const isRefused = this.#refusal !== "" && ["stop", "other", "content-filter"].includes(this.#finish.reason);
    return {
      delta: {
        stop_reason: isRefused ? "refusal" : this.#stopReason,
        stop_sequence: null,
        ...(this.#refusal !== "" && {
          stop_details: { type: "refusal", category: null, explanation: this.#refusal },
        }),
      },
      usage: this.#usage,
    };
  }

  #take(): readonly JsonObject[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  #begin(): void {
    if (this.#started) return;
    this.#started = true;
    const { generationId, model, providerName } = this.#served;
    this.#frames.push({
      type: "message_start",
      message: {
        id: generationId,
        type: "message",
        role: "assistant",
        model,
        ...(this.#profile === "openrouter" && { provider: providerName }),
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: writeUsage(this.#usage),
      },
    });
  }

  #text(part: number): Block {
    return this.#byPart.get(part) ?? this.#open(part, textBlock);
  }

  #thinking(part: number): Block {
    return this.#byPart.get(part) ?? this.#open(part, thinkingBlock);
  }

  #open(part: number | undefined, { type, start }: Pick<Block, "type" | "start">): Block {
    this.#begin();
    const block: Block = { type, start, waiting: [], ended: false };
    if (part !== undefined) this.#byPart.set(part, block);
    this.#blocks.push(block);
    if (this.#blocks.length === 1) this.#show(block);
    else this.#flush(false);
    if (type !== "text") return block;
    for (const citation of this.#citations) this.#delta(block, { type: "citations_delta", citation });
    this.#citations = [];
    return block;
  }

  #endReasoning(part: number, signature: string | undefined, encrypted: string | undefined): void {
    if (signature !== undefined) this.#delta(this.#thinking(part), { type: "signature_delta", signature });
    this.#end(part);
    if (encrypted === undefined) return;
    this.#open(undefined, {
      type: "redacted_thinking",
      start: { type: "redacted_thinking", data: encrypted },
    }).ended = true;
    this.#flush(false);
  }

  #cite(url: string, title: string | undefined, text: string | undefined): void {
    // Where the search result stands at Anthropic is known to Anthropic alone.
    const citation = {
      type: "web_search_result_location",
      url,
      title: title ?? null,
      encrypted_index: "",
      cited_text: text ?? "",
    };
    const block = this.#blocks.findLast(({ type }) => type === "text");
    if (block === undefined) this.#citations.push(citation);
    else this.#delta(block, { type: "citations_delta", citation });
  }

  #delta(block: Block, delta: JsonObject): void {
    if (block !== this.#blocks[0]) block.waiting.push(delta);
    else this.#frames.push({ type: "content_block_delta", index: this.#nextIndex, delta });
  }

  #end(part: number): void {
    const block = this.#byPart.get(part);
    if (block === undefined) return;
    this.#byPart.delete(part);
    block.ended = true;
    this.#flush(false);
  }

  /** Ends the first block where it has ended, and shows what waited for that. */
  #flush(isLast: boolean): void {
    for (let block = this.#blocks[0]; block?.ended === true; block = this.#blocks[0]) {
      // Citations may follow their text.
      if (block.type === "text" && this.#blocks.length === 1 && !isLast) return;
      this.#frames.push({ type: "content_block_stop", index: this.#nextIndex++ });
      this.#blocks.shift();
      const next = this.#blocks[0];
      if (next !== undefined) this.#show(next);
    }
  }

  #show(block: Block): void {
    this.#frames.push({ type: "content_block_start", index: this.#nextIndex, content_block: block.start });
    for (const delta of block.waiting.splice(0)) this.#delta(block, delta);
  }
}

const textBlock = { type: "text", start: { type: "text", text: "" } } as const;
const thinkingBlock = { type: "thinking", start: { type: "thinking", thinking: "", signature: "" } } as const;
