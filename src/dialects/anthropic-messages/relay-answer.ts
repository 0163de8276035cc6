// Relays a Messages answer, plain or streamed: read for its facts; its bytes stay, but for who served and the cost on /api/v1.
import { Buffer } from "node:buffer";
import { TrunklineError } from "../../canonical/error.js";
import { isArray, isObject, type JsonObject, parseJson, text } from "../../canonical/json.js";
import type { Usage } from "../../canonical/usage.js";
import { changeMembers, readMembers } from "../../framing/json-members.js";
import { createSseReader, dataOf, type SseEvent, sseEvent } from "../../framing/sse.js";
import {
  type AnswerFacts,
  type AnswerStream,
  newFacts,
  type Profile,
  type Served,
  type WholeAnswer,
} from "../dialect.js";
import { noteEvent } from "../facts.js";
import { readResponse, readStream } from "./stream.js";
import { usageWithCost } from "./usage.js";
import { messageStop } from "./write-answer.js";

export function relayResponse(body: Buffer, served: Served, profile: Profile): WholeAnswer {
  const facts = newFacts();
  try {
    for (const event of readResponse(body)) noteEvent(event, facts);
    // What a provider's own tools found is content too.
    facts.content = true;
    facts.terminal = true;
    if (profile === "openai") return { facts, body };
    return { facts, body: withUsage(withIdentity(body, served), facts.usage, served, profile) };
  } catch (cause) {
    facts.fault = faultOf(cause);
    return { facts, body: Buffer.alloc(0) };
  }
}

/** OpenRouter's clients find the generation by the message's id, and who served beside it. */
function withIdentity(message: Buffer, served: Served): Buffer {
  return changeMembers(
    message,
    new Map([
      ["id", JSON.stringify(served.generationId)],
      ["model", JSON.stringify(served.model)],
      ["provider", JSON.stringify(served.providerName)],
    ]),
  );
}

/** The provider's own usage object, with the cost in it. */
function withUsage(holder: Buffer, usage: Usage | undefined, served: Served, profile: Profile): Buffer {
  return changeInner(holder, "usage", (json) =>
    Buffer.from(usageWithCost(json.toString("utf8"), usage, served, profile)),
  );
}

/** Changes the object that is a member of an object; bytes without that member stay as they are. */
function changeInner(holder: Buffer, key: string, change: (json: Buffer) => Buffer): Buffer {
  const member = readMembers(holder)?.members.findLast((one) => one.key === key);
  if (member === undefined) return holder;
  const inner = change(holder.subarray(member.valueStart, member.valueEnd));
  return changeMembers(holder, new Map([[key, inner.toString("utf8")]]));
}

const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

export class MessagesRelay implements AnswerStream {
  readonly facts: AnswerFacts = newFacts();
  alive = false;
  readonly #frames = createSseReader();
  readonly #reader = readStream();
  readonly #served: Served;
  readonly #profile: Profile;
  /** The provider's own end marker. It is sent by `end`, once the generation is on record. */
  #stop: Buffer | string = messageStop;
  #ended = false;
  /** Bytes of a delta that are not content; the fast path estimates content by it. */
  #deltaBytes = 0;

  constructor(served: Served, profile: Profile) {
    this.#served = served;
    this.#profile = profile;
  }

  get done(): boolean {
    return this.#reader.done;
  }

  push(bytes: Buffer): Buffer | undefined {
    this.alive = false;
    if (this.facts.fault !== undefined) return undefined;
    const comments = this.#frames.comments;
    const out: (Buffer | string)[] = [];
    try {
      const events = this.#frames.push(bytes);
      this.alive = events.length > 0 || this.#frames.comments > comments;
      for (const event of events) {
        const passed = this.#take(event);
        if (this.facts.fault !== undefined) break;
        if (passed !== undefined) out.push(passed);
      }
    } catch (cause) {
      // A complete answer stays complete, whatever follows it.
      if (!this.facts.terminal) this.facts.fault = faultOf(cause);
    }
    return joined(out);
  }

  end(): Buffer | string | undefined {
    if (this.facts.fault !== undefined || this.#ended) return undefined;
    if (!this.facts.terminal) {
      this.facts.fault = new TrunklineError(
        "upstream_truncated",
        "The provider closed the stream before the answer was complete.",
      );
      return undefined;
    }
    this.#ended = true;
    return this.#stop;
  }

  #take(event: SseEvent): Buffer | string | undefined {
    if (this.#reader.done) return undefined;
    if (this.#isPlainDelta(event)) {
      this.facts.outputBytes += Math.max(1, event.dataEnd - event.dataStart - this.#deltaBytes);
      return event.raw;
    }
    const data = dataOf(event);
    const before = this.facts.outputBytes;
    const wasTerminal = this.facts.terminal;
    for (const read of this.#reader.read(data, event.event)) {
      noteEvent(read, this.facts);
      if (this.facts.fault !== undefined) return undefined;
    }
    this.facts.terminal = this.#reader.terminal;
    const frame = parseJson(data);
    if (!isObject(frame)) return undefined;
    const type = text(frame.type) ?? event.event;
    if (type === "content_block_delta")
      this.#deltaBytes = Math.max(0, event.dataEnd - event.dataStart - (this.facts.outputBytes - before));
    // A block of the provider's own tools is seen by clients of this dialect, whatever it means elsewhere.
    if (type === "content_block_start" && !isEmptyBlock(frame.content_block)) this.facts.content = true;
    // After the terminal only usage counts: late text is dropped.
    if (wasTerminal && type?.startsWith("content_block_") === true) return undefined;
    if (wasTerminal && type === "error") return undefined;
    const passed = this.#passed(event, type, data);
    if (type !== "message_stop") return passed;
    this.#stop = passed;
    return undefined;
  }

  /** Once content flows, a delta brings no news. */
  #isPlainDelta({ event, raw, dataStart, dataEnd }: SseEvent): boolean {
    return (
      event === "content_block_delta" &&
      this.facts.content &&
      !this.facts.terminal &&
      this.#deltaBytes > 0 &&
      raw[dataStart] === OPENING_BRACE &&
      raw[dataEnd - 1] === CLOSING_BRACE
    );
  }

  #passed(event: SseEvent, type: string | undefined, data: string): Buffer | string {
    if (this.#profile === "openrouter" && type === "message_start")
      return sseEvent(
        type,
        changeInner(Buffer.from(data), "message", (message) => withIdentity(message, this.#served)).toString("utf8"),
      );
    if (this.#profile === "openrouter" && type === "message_delta")
      return sseEvent(
        type,
        withUsage(Buffer.from(data), this.facts.usage, this.#served, this.#profile).toString("utf8"),
      );
    // Some providers leave the name out, and clients of this dialect go by it.
    return event.event === undefined && type !== undefined ? sseEvent(type, data) : event.raw;
  }
}

/** Text and thinking begin empty, and then nothing of them is seen yet. */
function isEmptyBlock(block: JsonObject[string]): boolean {
  if (!isObject(block)) return true;
  if (block.type === "text")
    return (block.text ?? "") === "" && !(isArray(block.citations) && block.citations.length > 0);
  return block.type === "thinking" && (block.thinking ?? "") === "";
}

function joined(out: readonly (Buffer | string)[]): Buffer | undefined {
  const [first] = out;
  if (first === undefined) return undefined;
  if (out.length === 1) return typeof first === "string" ? Buffer.from(first) : first;
  return Buffer.concat(out.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}

function faultOf(cause: unknown): TrunklineError {
  return TrunklineError.is(cause)
    ? cause
    : new TrunklineError("upstream_invalid", "The provider's answer cannot be read.");
}
