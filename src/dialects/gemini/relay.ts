// Gemini on both sides: the body goes on as it came, and so does the answer; its facts are read in passing.
import { Buffer } from "node:buffer";
import { TrunklineError } from "../../canonical/error.js";
import { isArray, isObject, type JsonObject, parseJson } from "../../canonical/json.js";
import { changeMembers } from "../../framing/json-members.js";
import { createSseReader, dataOf, type SseEvent } from "../../framing/sse.js";
import {
  type AnswerFacts,
  type AnswerStream,
  type ClientRequest,
  newFacts,
  type Outline,
  type UpstreamRequest,
  type UpstreamTarget,
  type WholeAnswer,
} from "../dialect.js";
import { noteEvent } from "../facts.js";
import type { GeminiFraming } from "./framing.js";
import { readResponse, readStream } from "./stream.js";
import { pathOf } from "./write-request.js";

/** The path names the model; a name in the body would be the client's. */
export function relayRequest({ body, bytes }: ClientRequest, target: UpstreamTarget): UpstreamRequest {
  const changes = new Map<string, undefined>();
  for (const field of ["trunkline", "model"]) if (body[field] !== undefined) changes.set(field, undefined);
  const sent = changes.size === 0 ? bytes : changeMembers(bytes, changes);
  return { path: pathOf(target), headers: {}, body: sent, notes: [] };
}

export function relayResponse(body: Buffer): WholeAnswer {
  const facts = newFacts();
  try {
    for (const event of readResponse(body)) noteEvent(event, facts);
    facts.terminal = facts.finish !== undefined;
  } catch (cause) {
    facts.fault = faultOf(cause);
  }
  return { facts, body: facts.fault === undefined ? body : Buffer.alloc(0) };
}

/** @param framing the client's; undefined: server-sent events, whose bytes go through. */
export class GeminiRelay implements AnswerStream {
  readonly facts: AnswerFacts = newFacts();
  /** This dialect has no end marker. */
  readonly done = false;
  alive = false;
  readonly #frames = createSseReader();
  readonly #reader = readStream();
  readonly #framing: GeminiFraming | undefined;
  readonly #askedChoices: number;
  /** Candidates that have ended, by index. */
  readonly #ended = new Set<unknown>();

  constructor(outline: Outline, framing: GeminiFraming | undefined) {
    this.#askedChoices = outline.choices;
    this.#framing = framing;
  }

  push(bytes: Buffer): Buffer | string | undefined {
    this.alive = false;
    if (this.facts.fault !== undefined) return undefined;
    const passed: (Buffer | string)[] = [];
    try {
      const comments = this.#frames.comments;
      const events = this.#frames.push(bytes);
      this.alive = events.length > 0 || this.#frames.comments > comments;
      for (const event of events) {
        this.#take(event, passed);
        if (this.facts.fault !== undefined) break;
      }
    } catch (cause) {
      // A complete answer stays complete, whatever follows it.
      if (!this.facts.terminal) this.facts.fault = faultOf(cause);
    }
    return joined(passed);
  }

  end(): string | undefined {
    if (this.facts.fault !== undefined) return undefined;
    this.facts.terminal ||= this.#reader.terminal;
    if (this.facts.terminal) return this.#framing?.end();
    this.facts.fault = new TrunklineError(
      "upstream_truncated",
      "The provider closed the stream before the answer was complete.",
    );
    return undefined;
  }

  #take(event: SseEvent, passed: (Buffer | string)[]): void {
    const data = dataOf(event);
    for (const told of this.#reader.read(data, event.event)) noteEvent(told, this.facts);
    if (this.facts.fault !== undefined) return;
    this.#watchEnds(data);
    if (this.#framing === undefined) passed.push(event.raw);
    else if (data.trim().startsWith("{")) passed.push(this.#framing.event(data.trim()));
  }

  /** Of several candidates each must end before the answer has. */
  #watchEnds(data: string): void {
    if (this.#askedChoices > 1) {
      const frame = parseJson(data);
      const candidates = isObject(frame) && isArray(frame.candidates) ? frame.candidates.filter(isObject) : [];
      for (const candidate of candidates) if (hasEnded(candidate)) this.#ended.add(candidate.index ?? 0);
    }
    this.facts.terminal = this.#reader.terminal && (this.#askedChoices === 1 || this.#ended.size >= this.#askedChoices);
  }
}

function hasEnded({ finishReason }: JsonObject): boolean {
  return typeof finishReason === "string" && finishReason !== "";
}

function joined(passed: readonly (Buffer | string)[]): Buffer | string | undefined {
  const [first] = passed;
  if (first === undefined || passed.length === 1) return first;
  return Buffer.concat(passed.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}

function faultOf(cause: unknown): TrunklineError {
  return TrunklineError.is(cause)
    ? cause
    : new TrunklineError("upstream_invalid", "The provider's answer cannot be read.");
}
