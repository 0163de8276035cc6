// Server-sent events: an incremental reader over bytes (WHATWG rules, linear time in any chunking), and the only writer.
import { Buffer } from "node:buffer";
import { TrunklineError } from "../canonical/error.js";

const LF = 10;
const CR = 13;
const COLON = 58;
const SPACE = 32;
const CLOSING_BRACE = 125;
const dataField = Buffer.from("data");
const dataJson = Buffer.from("data: {");
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** One event as bytes of a stream. Takes JSON only: a line break in it can only be space between its tokens. */
export function sseData(json: string): string {
  return `data: ${json.includes("\n") || json.includes("\r") ? json.replace(/[\r\n]+/g, " ") : json}\n\n`;
}

/** An event with a name, as Anthropic and the Responses dialect send them. */
export function sseEvent(name: string, json: string): string {
  return `event: ${name}\n${sseData(json)}`;
}

export const sseDone = "data: [DONE]\n\n";

/** A line that keeps a connection alive and that clients skip. */
export function sseComment(text: string): string {
  return `: ${text.replace(/[\r\n]+/g, " ")}\n\n`;
}

export interface SseEvent {
  /**
   * The whole event as bytes that may be passed on: untouched where its lines end in LF and it has one data line,
   * else written anew in that form.
   */
  readonly raw: Buffer;
  /** Where the data stands in `raw`. */
  readonly dataStart: number;
  readonly dataEnd: number;
  readonly event: string | undefined;
}

/** The data of an event as text. */
export function dataOf(event: SseEvent): string {
  return event.raw.toString("utf8", event.dataStart, event.dataEnd);
}

export interface SseReader {
  /** Takes any split of the stream; throws TrunklineError `upstream_invalid` once an event is over the bound. */
  push(bytes: Buffer): SseEvent[];
  /** Comments seen so far: a sign of life. */
  readonly comments: number;
  /** True between events: nothing of a next one was seen. */
  readonly idle: boolean;
}

/**
 * True where the bytes are whole events of one line, from `data: {` to `}`, and have no CR: then they can be passed on
 * without being split.
 */
export function isWholeRun(bytes: Buffer): boolean {
  const length = bytes.length;
  if (length < 10 || bytes[length - 1] !== LF || bytes[length - 2] !== LF || bytes.indexOf(CR) !== -1) return false;
  for (let at = 0; at < length; ) {
    if (!startsWith(bytes, at, dataJson)) return false;
    const end = bytes.indexOf(LF, at);
    if (bytes[end + 1] !== LF || bytes[end - 1] !== CLOSING_BRACE) return false;
    at = end + 2;
  }
  return true;
}

function startsWith(bytes: Buffer, at: number, prefix: Buffer): boolean {
  if (bytes.length - at < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[at + i] !== prefix[i]) return false;
  return true;
}

/** @param options.maxEventBytes bound of one event, bytes; default 16 MiB. */
export function createSseReader({ maxEventBytes = 16 * 1024 * 1024 } = {}): SseReader {
  return new IncrementalReader(maxEventBytes);
}

class IncrementalReader implements SseReader {
  comments = 0;
  /** Bytes of the event that is being read, from 0 to `#length`. */
  #store: Buffer = Buffer.alloc(0);
  #length = 0;
  /** Up to where line ends were looked for. */
  #scanned = 0;
  #lineStart = 0;
  /** The last byte was a CR that ended a line: an LF right after it belongs to it. */
  #afterCr = false;
  #firstLine = true;
  readonly #maxEventBytes: number;

  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes;
  }

  get idle(): boolean {
    return this.#length === 0;
  }

  push(chunk: Buffer): SseEvent[] {
    if (chunk.length === 0) return [];
    const buffered = this.#length > 0;
    if (buffered) this.#append(chunk);
    const bytes = buffered ? this.#store.subarray(0, this.#length) : chunk;
    const events: SseEvent[] = [];
    const start = this.#scan(bytes, events);
    if (bytes.length - start > this.#maxEventBytes) throw tooLarge(this.#maxEventBytes);
    if (!buffered || start > 0) this.#keep(bytes.subarray(start), start);
    return events;
  }

  /** Reads whole events off the front; returns where the unfinished one begins. */
  #scan(bytes: Buffer, events: SseEvent[]): number {
    const end = bytes.length;
    let start = 0;
    let lf = -2;
    let cr = -2;
    for (;;) {
      if (this.#afterCr && this.#scanned < end) {
        this.#afterCr = false;
        if (bytes[this.#scanned] === LF) {
          if (start === this.#lineStart) start++;
          this.#lineStart++;
          this.#scanned++;
        }
      }
      // Each kind of line end is looked for once and remembered, so that a stream of one kind is not searched twice.
      if (lf !== -1 && lf < this.#scanned) lf = bytes.indexOf(LF, this.#scanned);
      if (cr !== -1 && cr < this.#scanned) cr = bytes.indexOf(CR, this.#scanned);
      if (lf === -1 && cr === -1) {
        this.#scanned = end;
        return start;
      }
      const atCr = lf === -1 || (cr !== -1 && cr < lf);
      const lineEnd = atCr ? cr : lf;
      if (this.#firstLine) {
        this.#firstLine = false;
        if (startsWith(bytes, 0, byteOrderMark)) {
          start = 3;
          this.#lineStart = 3;
        }
      }
      const lineStart = this.#lineStart;
      this.#afterCr = atCr;
      this.#lineStart = lineEnd + 1;
      this.#scanned = lineEnd + 1;
      if (lineEnd === lineStart) {
        if (lineStart - start > this.#maxEventBytes) throw tooLarge(this.#maxEventBytes);
        const event = lineStart > start ? readEvent(bytes.subarray(start, lineEnd + 1), lineStart - start) : undefined;
        if (event !== undefined) events.push(event);
        start = lineEnd + 1;
      } else if (bytes[lineStart] === COLON) {
        this.comments++;
        // Only comments so far: nothing to keep, else endless comments would fill the memory.
        if (lineStart === start) start = lineEnd + 1;
      }
    }
  }

  #append(chunk: Buffer): void {
    const needed = this.#length + chunk.length;
    if (this.#store.length < needed) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#store.length, 1024));
      this.#store.copy(larger, 0, 0, this.#length);
      this.#store = larger;
    }
    chunk.copy(this.#store, this.#length);
    this.#length = needed;
  }

  /** Events handed out point into the old bytes, so the rest moves to new ones. */
  #keep(rest: Buffer, start: number): void {
    this.#length = rest.length;
    this.#store = rest.length === 0 ? rest : Buffer.from(rest);
    this.#scanned -= start;
    this.#lineStart -= start;
  }
}

function tooLarge(maxEventBytes: number): TrunklineError {
  return new TrunklineError(
    "upstream_invalid",
    `The provider sent one stream event of more than ${maxEventBytes} bytes.`,
  );
}

/** Reads the lines of one event up to `linesEnd`; a blank line follows. Undefined where no data is in them. */
function readEvent(bytes: Buffer, linesEnd: number): SseEvent | undefined {
  const clean = bytes.indexOf(CR) === -1;
  const data: (readonly [from: number, to: number])[] = [];
  let event: string | undefined;
  for (let at = 0; at < linesEnd; ) {
    let lineEnd = at;
    if (clean) lineEnd = bytes.indexOf(LF, at);
    else while (lineEnd < linesEnd && bytes[lineEnd] !== LF && bytes[lineEnd] !== CR) lineEnd++;
    if (startsWith(bytes, at, dataField) && (at + 4 === lineEnd || bytes[at + 4] === COLON)) {
      data.push([valueStart(bytes, at + 4, lineEnd), lineEnd]);
    } else if (bytes[at] !== COLON) {
      const line = bytes.toString("utf8", at, lineEnd);
      if (line === "event" || line.startsWith("event:")) event = line.slice(6).replace(/^ /, "");
    }
    at = lineEnd + 1;
  }
  const first = data[0];
  if (first === undefined) return undefined;
  if (clean && data.length === 1) return { raw: bytes, dataStart: first[0], dataEnd: first[1], event };
  const joined = data.map(([from, to]) => bytes.toString("utf8", from, to)).join(" ");
  const head = event === undefined ? "" : `event: ${event}\n`;
  const raw = Buffer.from(head + sseData(joined));
  return { raw, dataStart: Buffer.byteLength(head) + 6, dataEnd: raw.length - 2, event };
}

/** After the field name: skips the colon and one space. */
function valueStart(bytes: Buffer, at: number, lineEnd: number): number {
  if (at >= lineEnd) return lineEnd;
  return at + 1 < lineEnd && bytes[at + 1] === SPACE ? at + 2 : at + 1;
}
