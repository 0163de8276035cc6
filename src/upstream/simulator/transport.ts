// The simulator behind the seam: answers in this process in the OpenAI chat format, word by word, without key or network.
import type { Clock, Timer, Timers } from "../../canonical/clock.js";
import { sseData, sseDone } from "../../framing/sse.js";
import {
  type AnswerHead,
  type AnswerUsage,
  completion,
  errorBody,
  finishChunk,
  openingChunk,
  textChunk,
  usageChunk,
} from "../local/chat-answer.js";
import { type ChatJob, readChatRequest } from "../local/chat-request.js";
import type { Transport, TransportCall, TransportHandler, TransportRequest } from "../transport.js";
import { echo } from "./echo.js";

export interface SimulatorOptions {
  readonly timers: Timers;
  /** For `created`; without it that is 0. */
  readonly clock?: Pick<Clock, "wallMs">;
  /** Milliseconds between two words of a stream. Default 10. */
  readonly wordDelayMs?: number;
}

/** What goes out, in order; the pause comes before each frame but the first. */
interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly frames: readonly string[];
}

const defaultWordDelayMs = 10;

export function createSimulatorTransport(options: SimulatorOptions): Transport {
  const { timers, clock, wordDelayMs = defaultWordDelayMs } = options;
  let calls = 0;
  return {
    call(request, handler) {
      calls++;
      const created = Math.floor((clock?.wallMs() ?? 0) / 1_000);
      const head = { id: `chatcmpl-simulator-${calls}`, created, model: "echo" };
      return play(answerTo(request, head), handler, timers, wordDelayMs);
    },
    async close() {},
  };
}

function answerTo(request: TransportRequest, head: AnswerHead): Answer {
  const contentType = "application/json";
  const read = readChatRequest(request.body?.toString("utf8") ?? "");
  if (!read.ok) return { status: read.refusal.status, contentType, frames: [errorBody(read.refusal)] };
  return { status: 200, ...(read.job.stream ? streamed(read.job, head) : plain(read.job, head)) };
}

function plain(job: ChatJob, head: AnswerHead): Omit<Answer, "status"> {
  const { words, reason, promptWords } = echo(job);
  const usage: AnswerUsage = { promptTokens: promptWords, completionTokens: words.length, unit: "words" };
  return { contentType: "application/json", frames: [completion(head, words.join(""), reason, usage)] };
}

function streamed(job: ChatJob, head: AnswerHead): Omit<Answer, "status"> {
  const { words, reason, promptWords } = echo(job);
  const usage: AnswerUsage = { promptTokens: promptWords, completionTokens: words.length, unit: "words" };
  const last = job.includeUsage ? [finishChunk(head, reason), usageChunk(head, usage)] : [finishChunk(head, reason)];
  const ending = `${last.map(sseData).join("")}${sseDone}`;
  const frames = [openingChunk(head), ...words.map((word) => textChunk(head, word))].map(sseData);
  return { contentType: "text/event-stream; charset=utf-8", frames: [...frames, ending] };
}

function play(answer: Answer, handler: TransportHandler, timers: Timers, delayMs: number): TransportCall {
  let at = 0;
  let paused = false;
  let over = false;
  let timer: Timer | undefined = timers.after(0, () => {
    handler.onHead(answer.status, { "content-type": answer.contentType });
    step();
  });

  function step(): void {
    timer = undefined;
    const frame = answer.frames[at];
    if (over) return;
    if (frame === undefined) {
      handler.onEnd();
      return;
    }
    at++;
    paused = !handler.onData(Buffer.from(frame));
    if (!paused && !over) next();
  }

  function next(): void {
    timer = timers.after(at < answer.frames.length ? delayMs : 0, step);
  }

  return {
    resume() {
      if (!paused || over) return;
      paused = false;
      next();
    },
    abort() {
      over = true;
      timer?.cancel();
    },
  };
}
