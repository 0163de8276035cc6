// An answer as it comes: canonical events for the loop, and the whole answer when they have ended.
import type { Clock, Timers } from "../canonical/clock.js";
import { type Event, isContent } from "../canonical/event.js";
import { type Answer, answerOf, type ServedFacts } from "./answer.js";
import { openChat } from "./chat.js";
import { startDeadline } from "./deadline.js";
import { type Question, writeQuestion } from "./question.js";
import type { Wire } from "./wire.js";

export interface ClientParts {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** To be read once. The call is made when reading begins; leaving the loop early ends it at the provider too. */
export interface AnswerStream extends AsyncIterable<Event> {
  /** The text alone, piece by piece. */
  text(): AsyncIterable<string>;
  /** Reads what was not read yet and gives the whole answer. */
  answer(): Promise<Answer>;
}

const nobody: ServedFacts = { generationId: undefined, provider: undefined, model: undefined, costUsd: undefined };

/** @param streamed false: asks for the answer in one piece; its events then come all at once. */
export function streamQuestion(parts: ClientParts, question: Question, streamed = true): AnswerStream {
  const events: Event[] = [];
  let served = nobody;
  let firstTokenMs: number | undefined;
  let totalMs = 0;

  async function* run(): AsyncGenerator<Event> {
    const startedMs = parts.clock.monotonicMs();
    const elapsedMs = () => parts.clock.monotonicMs() - startedMs;
    const deadline = startDeadline(parts.timers, question.timeoutMs, question.signal);
    try {
      if (deadline.cause !== undefined) throw deadline.cause;
      const body = writeQuestion(question, streamed);
      const chat = await openChat(parts.wire, body, deadline.signal, parts.clock.wallMs);
      served = chat.served;
      for await (const event of chat.events) {
        if (streamed && firstTokenMs === undefined && isContent(event)) firstTokenMs = elapsedMs();
        events.push(event);
        yield event;
      }
    } catch (cause) {
      // Whatever broke after the time was up broke because of it.
      throw deadline.cause ?? cause;
    } finally {
      totalMs = elapsedMs();
      deadline.clear();
    }
  }

  const reading = run();
  return {
    [Symbol.asyncIterator]: () => reading,
    async *text() {
      for await (const event of reading) if (event.type === "text-delta") yield event.text;
    },
    async answer() {
      for await (const _ of reading);
      return answerOf(events, served, { firstTokenMs, totalMs });
    },
  };
}
