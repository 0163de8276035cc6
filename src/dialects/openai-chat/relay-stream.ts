// Relays a streamed chat answer. The hot path: once content flows, whole frames without news pass as the bytes that came.
import { Buffer } from "node:buffer";
import { TrunklineError } from "../../canonical/error.js";
import { isArray, isObject, type JsonObject, text } from "../../canonical/json.js";
import { changeMembers, readMembers } from "../../framing/json-members.js";
import { createSseReader, dataOf, isWholeRun, type SseEvent, sseData, sseDone } from "../../framing/sse.js";
import { type AnswerFacts, type AnswerStream, newFacts, type Outline, type Profile, type Served } from "../dialect.js";
import { readInnerError } from "./errors.js";
import { openRouterChanges, parseObject, plainChoices, usageWithCost } from "./profile.js";
import { usageOf, writeUsage } from "./usage.js";
import { allEnded, type Choices, watch } from "./watch.js";

const news = [Buffer.from('"finish_reason"'), Buffer.from('"usage"')];
const errorWord = Buffer.from('"error"');
const LOWER_N = 110;

/** True where no finish reason, usage or error stands in the frames: in JSON text these words can only be names of members. */
function isWithoutNews(bytes: Buffer): boolean {
  if (bytes.indexOf(errorWord) !== -1) return false;
  for (const word of news) {
    for (let at = bytes.indexOf(word); at !== -1; at = bytes.indexOf(word, at)) {
      at += word.length;
      let value = at;
      while (bytes[value] === 58 || bytes[value] === 32) value++;
      // Only null begins with n.
      if (bytes[value] !== LOWER_N) return false;
    }
  }
  return true;
}

const noFinish: JsonObject = { choices: [{ index: 0, delta: {}, finish_reason: null }] };

/** A finish frame that waits for the usage. */
interface Held {
  readonly json: Buffer;
  readonly frame: JsonObject;
}

export class ChatRelay implements AnswerStream {
  readonly facts: AnswerFacts = newFacts();
  alive = false;
  readonly #reader = createSseReader();
  readonly #choices: Choices = new Map();
  readonly #served: Served;
  readonly #askedChoices: number;
  readonly #isOpenRouter: boolean;
  /** The client wants usage in a frame of its own, so the finish frame need not wait for it. */
  readonly #usageApart: boolean;
  #held: Held | undefined;
  /** The provider's own usage, as JSON text, where it came before the finish frame. */
  #usageJson: string | undefined;
  #usageSent = false;
  #usageFrameSent = false;
  /** The provider sends content as parts, which are made plain frame by frame. */
  #sendsParts = false;
  #closed = false;
  /** The provider's own end marker came. Ours is written by `end`, once the generation is on record. */
  #ended = false;
  /** Bytes of a frame that are not content; the fast path estimates content by it. */
  #frameBytes = 0;
  /** The first frame: later ones of our own borrow its id. */
  #first: JsonObject | undefined;

  constructor(served: Served, outline: Outline, profile: Profile) {
    this.#served = served;
    this.#askedChoices = outline.choices;
    this.#isOpenRouter = profile === "openrouter";
    this.#usageApart = profile === "openai" && outline.includeUsage;
  }

  get done(): boolean {
    return this.#ended;
  }

  push(bytes: Buffer): Buffer | undefined {
    this.alive = false;
    if (this.facts.fault !== undefined) return undefined;
    if (this.#mayPass() && this.#reader.idle && isWholeRun(bytes) && isWithoutNews(bytes)) {
      this.alive = true;
      this.facts.outputBytes += Math.max(1, bytes.length - this.#frameBytes);
      return bytes;
    }
    const comments = this.#reader.comments;
    const out: (Buffer | string)[] = [];
    try {
      const events = this.#reader.push(bytes);
      this.alive = events.length > 0 || this.#reader.comments > comments;
      for (const event of events) {
        this.#take(event, out);
        if (this.facts.fault !== undefined) break;
      }
    } catch (error) {
      if (!this.facts.terminal)
        this.facts.fault = TrunklineError.is(error) ? error : invalid("The provider's stream cannot be read.");
    }
    return joined(out);
  }

  end(): Buffer | undefined {
    if (this.facts.fault !== undefined || this.#closed) return undefined;
    this.facts.terminal ||= allEnded(this.#choices);
    if (!this.facts.terminal) {
      this.facts.fault = new TrunklineError(
        "upstream_truncated",
        "The provider closed the stream before the answer was complete.",
      );
      return undefined;
    }
    const out: (Buffer | string)[] = [];
    this.#close(out);
    return joined(out);
  }

  /** Of several choices each must be seen to begin and to end, so their frames are all read. */
  #mayPass(): boolean {
    return (
      this.#askedChoices === 1 && this.facts.content && !this.facts.terminal && !this.#isOpenRouter && !this.#sendsParts
    );
  }

  #take(event: SseEvent, out: (Buffer | string)[]): void {
    if (this.#mayPass() && isWholeRun(event.raw) && isWithoutNews(event.raw)) {
      this.facts.outputBytes += Math.max(1, event.raw.length - this.#frameBytes);
      out.push(event.raw);
      return;
    }
    const data = dataOf(event).trim();
    if (data === "[DONE]") {
      this.facts.terminal = true;
      this.#ended = true;
      return;
    }
    // What is no object can hold no content: some providers send words to keep a connection alive.
    if (!data.startsWith("{")) return;
    const frame = parseObject(data);
    if (frame === undefined) {
      if (!this.facts.terminal) this.facts.fault = invalid("The provider sent a stream event that is not JSON.");
      return;
    }
    const error = frame.error ?? (event.event === "error" ? frame : undefined);
    if (error !== undefined && error !== null) {
      if (this.#closed) return;
      this.facts.usage = usageOf(frame) ?? this.facts.usage;
      this.facts.fault = readInnerError(error);
      return;
    }
    this.#frame(frame, event, out);
  }

  #frame(frame: JsonObject, event: SseEvent, out: (Buffer | string)[]): void {
    const wasTerminal = this.facts.terminal;
    this.#first ??= frame;
    const json = event.raw.subarray(event.dataStart, event.dataEnd);
    if (isObject(frame.usage)) this.#usageJson = usageText(json);
    if (wasTerminal) {
      this.#late(frame, json, out);
      return;
    }
    const before = this.facts.outputBytes;
    if (watch(frame, "delta", this.facts, this.#choices))
      this.#frameBytes = Math.max(0, event.raw.length - (this.facts.outputBytes - before));
    const isUsageFrame = isArray(frame.choices) && frame.choices.length === 0 && isObject(frame.usage);
    if (isUsageFrame && !this.#usageApart) return;
    this.facts.terminal = this.#choices.size >= this.#askedChoices && allEnded(this.#choices);
    if (!this.facts.terminal || this.#usageApart) {
      out.push(this.#passed(json, frame, event));
      return;
    }
    this.#hold(frame, json);
    if (isObject(frame.usage)) this.#release(out);
  }

  /** After the terminal only usage counts: late text is dropped. */
  #late(frame: JsonObject, json: Buffer, out: (Buffer | string)[]): void {
    this.facts.usage = usageOf(frame) ?? this.facts.usage;
    if (this.#closed || !isObject(frame.usage)) return;
    this.#release(out);
    if (!this.#usageApart || this.#usageFrameSent) return;
    this.#usageFrameSent = true;
    const isBare = isArray(frame.choices) && frame.choices.length === 0;
    const bare = isBare ? json : changeMembers(json, new Map([["choices", "[]"]]));
    out.push(sseData(this.#withCost(bare).toString("utf8")));
  }

  /** A frame on its way to the client: untouched on /v1 unless it carries usage. */
  #passed(json: Buffer, frame: JsonObject, event: SseEvent): Buffer | string {
    if (this.#isOpenRouter)
      return sseData(changeMembers(json, openRouterChanges(frame, "delta", this.#served, undefined)).toString("utf8"));
    const plain = this.#plain(json, frame);
    if (plain === json && !isObject(frame.usage)) return event.raw;
    return sseData((isObject(frame.usage) ? this.#withCost(plain) : plain).toString("utf8"));
  }

  #plain(json: Buffer, frame: JsonObject): Buffer {
    const choices = this.#isOpenRouter ? undefined : plainChoices(frame, "delta");
    if (choices === undefined) return json;
    this.#sendsParts = true;
    return changeMembers(json, new Map([["choices", choices]]));
  }

  /** OpenAI's profile: cost and who served, beside the usage. */
  #withCost(json: Buffer): Buffer {
    const { usage } = this.facts;
    const sent = this.#usageJson ?? (usage === undefined ? undefined : JSON.stringify(writeUsage(usage)));
    if (sent === undefined) return json;
    if (this.facts.terminal) this.#usageSent = true;
    const cost = usage === undefined ? undefined : this.#served.costOf(usage);
    return changeMembers(
      json,
      new Map([
        ["usage", usageWithCost(sent, usage, cost)],
        ["provider", JSON.stringify(this.#served.providerName)],
      ]),
    );
  }

  #hold(frame: JsonObject, json: Buffer = Buffer.from(JSON.stringify(frame))): void {
    this.#held = { json: this.#plain(json, frame), frame };
  }

  #release(out: (Buffer | string)[]): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    const json = this.#isOpenRouter
      ? changeMembers(held.json, openRouterChanges(held.frame, "delta", this.#served, this.facts.usage))
      : this.#withCost(held.json);
    out.push(sseData(json.toString("utf8")));
  }

  /** What is still owed, then the end marker. */
  #close(out: (Buffer | string)[]): void {
    if (this.#closed) return;
    // Without a finish reason OpenRouter's clients still count on a last frame with usage.
    if (this.#isOpenRouter && !this.facts.finish && this.facts.usage !== undefined) this.#hold(noFinish);
    this.#release(out);
    if (this.#usageApart && !this.#usageSent && this.facts.usage !== undefined) out.push(this.#ownUsageFrame());
    this.#closed = true;
    out.push(sseDone);
  }

  /** The client asked for a usage frame, and the provider said it elsewhere only. */
  #ownUsageFrame(): string {
    const frame = {
      id: text(this.#first?.id) ?? this.#served.generationId,
      object: "chat.completion.chunk",
      created: this.#first?.created ?? this.#served.createdSeconds,
      model: text(this.#first?.model) ?? this.#served.model,
      choices: [],
    };
    return sseData(this.#withCost(Buffer.from(JSON.stringify(frame))).toString("utf8"));
  }
}

function usageText(json: Buffer): string | undefined {
  const member = readMembers(json)?.members.findLast(({ key }) => key === "usage");
  return member === undefined ? undefined : json.toString("utf8", member.valueStart, member.valueEnd);
}

function joined(out: readonly (Buffer | string)[]): Buffer | undefined {
  const [first] = out;
  if (first === undefined) return undefined;
  if (out.length === 1) return typeof first === "string" ? Buffer.from(first) : first;
  return Buffer.concat(out.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}

function invalid(message: string): TrunklineError {
  return new TrunklineError("upstream_invalid", message);
}
