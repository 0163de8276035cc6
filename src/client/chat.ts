// One chat call through a wire: sends the body, reads the answer as canonical events, whether it comes streamed or whole.
import { TrunklineError } from "../canonical/error.js";
import type { Event } from "../canonical/event.js";
import { isObject, type JsonObject, number, parseJson } from "../canonical/json.js";
import { openaiChat } from "../dialects/openai-chat/dialect.js";
import { createSseReader, dataOf } from "../framing/sse.js";
import type { ServedFacts } from "./answer.js";
import { readOwnError, readRefusal } from "./refusal.js";
import type { Wire, WireAnswer } from "./wire.js";

export interface Chat {
  /** Complete once `events` has ended. */
  readonly served: ServedFacts;
  /** Throws TrunklineError where the answer breaks off. Leaving the loop early ends the call. */
  readonly events: AsyncIterable<Event>;
}

const path = "/v1/chat/completions";
/** Bounds of what is kept in memory, bytes. */
const longestRefusal = 256 * 1024;
const longestAnswer = 64 * 1024 * 1024;

/**
 * @param nowMs wall clock, for a `retry-after` that is a date.
 * @throws TrunklineError where the gateway refuses, with the code and the sentence that it gave.
 */
export async function openChat(wire: Wire, body: string, signal: AbortSignal, nowMs: () => number): Promise<Chat> {
  const answer = await wire.send({ method: "POST", path, body, signal });
  if (answer.status >= 400) {
    throw readRefusal(answer.status, answer.headers, await wholeBody(answer, longestRefusal), nowMs());
  }
  const facts = { ...headFacts(answer.headers) };
  const streamed = answer.headers["content-type"]?.startsWith("text/event-stream") === true;
  const noteFrame = (frame: JsonObject) => {
    const cost = isObject(frame.usage) ? number(frame.usage.cost) : undefined;
    if (cost !== undefined) facts.costUsd = cost;
  };
  return { served: facts, events: streamed ? streamedEvents(answer, noteFrame) : wholeEvents(answer, noteFrame) };
}

function headFacts(headers: Readonly<Record<string, string>>): ServedFacts {
  const costUsd = headers["x-trunkline-cost-usd"];
  return {
    generationId: headers["x-generation-id"],
    provider: decoded(headers["x-trunkline-provider"]),
    model: decoded(headers["x-trunkline-model"]),
    costUsd: costUsd === undefined ? undefined : number(Number(costUsd)),
  };
}

/** Names of another alphabet come percent-encoded. */
function decoded(value: string | undefined): string | undefined {
  if (value === undefined || !/%[0-9A-F]{2}/.test(value)) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

async function* streamedEvents(answer: WireAnswer, note: (frame: JsonObject) => void): AsyncGenerator<Event> {
  const reader = openaiChat.readStream();
  const frames = createSseReader();
  for await (const bytes of answer.body) {
    for (const event of frames.push(bytes)) {
      const data = dataOf(event);
      // Our own codes are finer than what the dialect makes of a provider's words.
      const frame = data.includes('"error"') || data.includes('"usage"') ? parseJson(data) : undefined;
      if (isObject(frame)) {
        const error = readOwnError(frame.error);
        if (error !== undefined) throw error;
        note(frame);
      }
      for (const one of reader.read(data, event.event)) {
        if (one.type === "error") throw one.error;
        yield one;
      }
      if (reader.done) return;
    }
  }
  if (!reader.terminal) throw truncated();
}

async function* wholeEvents(answer: WireAnswer, note: (frame: JsonObject) => void): AsyncGenerator<Event> {
  const body = await wholeBody(answer, longestAnswer);
  if (body.length === 0) throw truncated();
  const events = openaiChat.readResponse(body);
  const frame = parseJson(body.toString("utf8"));
  if (isObject(frame)) note(frame);
  yield* events;
}

async function wholeBody(answer: WireAnswer, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > most) break;
  }
  return Buffer.concat(chunks);
}

function truncated(): TrunklineError {
  return new TrunklineError("upstream_truncated", "The connection ended before the answer was whole.", {
    whatToDo: "Ask again; `trunkline logs` shows what became of this call.",
  });
}
