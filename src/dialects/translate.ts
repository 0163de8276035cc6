// Between two dialects: the provider's answer becomes canonical events, and those the client's bytes. Knows no dialect.
import { Buffer } from "node:buffer";
import { TrunklineError } from "../canonical/error.js";
import type { Event } from "../canonical/event.js";
import { createSseReader, dataOf } from "../framing/sse.js";
import {
  type AnswerStream,
  type ClientDialect,
  newFacts,
  type Outline,
  type Profile,
  type Served,
  type UpstreamDialect,
  type WholeAnswer,
} from "./dialect.js";
import { noteEvent } from "./facts.js";

export function translateStream(
  upstream: UpstreamDialect,
  client: ClientDialect,
  served: Served,
  outline: Outline,
  profile: Profile,
): AnswerStream {
  const facts = newFacts();
  const frames = createSseReader();
  const reader = upstream.readStream();
  const writer = client.writeStream(served, outline, profile);
  let alive = false;

  /** The client's text for the events up to a fault. */
  const write = (events: readonly Event[]): string => {
    let out = "";
    for (const event of events) {
      noteEvent(event, facts);
      if (facts.fault !== undefined) return out;
      out += writer.write(event);
    }
    facts.terminal = reader.terminal;
    return out;
  };

  return {
    facts,
    get alive() {
      return alive;
    },
    get done() {
      return reader.done;
    },
    push(bytes) {
      alive = false;
      if (facts.fault !== undefined) return undefined;
      let out = "";
      try {
        const comments = frames.comments;
        const events = frames.push(bytes);
        alive = events.length > 0 || frames.comments > comments;
        for (const event of events) {
          out += write(reader.read(dataOf(event), event.event));
          if (facts.fault !== undefined) break;
        }
      } catch (cause) {
        // A complete answer stays complete, whatever follows it.
        if (!facts.terminal) facts.fault = faultOf(cause);
      }
      return out === "" ? undefined : out;
    },
    end() {
      if (facts.fault !== undefined) return undefined;
      if (facts.terminal) return writer.end();
      facts.fault = new TrunklineError(
        "upstream_truncated",
        "The provider closed the stream before the answer was complete.",
      );
      return undefined;
    },
    fail: (error) => writer.fail?.(error),
  };
}

export function translateWhole(
  upstream: UpstreamDialect,
  client: ClientDialect,
  body: Buffer,
  served: Served,
  profile: Profile,
): WholeAnswer {
  const facts = newFacts();
  try {
    const events = upstream.readResponse(body);
    for (const event of events) noteEvent(event, facts);
    facts.terminal = facts.finish !== undefined;
    if (facts.fault === undefined) return { facts, body: client.writeResponse(events, served, profile) };
  } catch (cause) {
    facts.fault = faultOf(cause);
  }
  return { facts, body: Buffer.alloc(0) };
}

function faultOf(cause: unknown): TrunklineError {
  return TrunklineError.is(cause)
    ? cause
    : new TrunklineError("upstream_invalid", "The provider's answer cannot be read.");
}
