// A client in this very process: what the gateway writes waits in memory until it is read, and no longer than the bound allows.
import type { Sink } from "./sink.js";

/** Above this the gateway is asked to wait, as a slow socket would. Bytes. */
const mostWaiting = 256 * 1024;

export interface MemorySink extends Sink {
  /** Resolves once the status is known. */
  readonly answered: Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string>> }>;
  /** Ends when the answer does. Leaving the loop early counts as leaving. */
  readonly chunks: AsyncIterable<Buffer>;
  leave(): void;
}

export function createMemorySink(): MemorySink {
  let gone = false;
  let ended = false;
  let waitingBytes = 0;
  const waiting: Buffer[] = [];
  let wake: (() => void) | undefined;
  let answer: (head: { status: number; headers: Readonly<Record<string, string>> }) => void = () => {};
  const answered = new Promise<{ status: number; headers: Readonly<Record<string, string>> }>((resolve) => {
    answer = resolve;
  });
  const push = (bytes: Buffer | string) => {
    const chunk = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
    waiting.push(chunk);
    waitingBytes += chunk.length;
    wake?.();
    return waitingBytes < mostWaiting;
  };
  const sink: MemorySink = {
    onGone: undefined,
    onDrain: undefined,
    get gone() {
      return gone;
    },
    head: (status, headers) => answer({ status, headers }),
    write: push,
    end(bytes) {
      if (bytes !== undefined) push(bytes);
      ended = true;
      wake?.();
    },
    answered,
    chunks: {
      async *[Symbol.asyncIterator]() {
        try {
          for (;;) {
            const chunk = waiting.shift();
            if (chunk !== undefined) {
              const wasFull = waitingBytes >= mostWaiting;
              waitingBytes -= chunk.length;
              if (wasFull && waitingBytes < mostWaiting) sink.onDrain?.();
              yield chunk;
            } else if (ended || gone) return;
            else
              await new Promise<void>((resolve) => {
                wake = resolve;
              });
          }
        } finally {
          sink.leave();
        }
      },
    },
    leave() {
      if (ended || gone) return;
      gone = true;
      sink.onGone?.();
      wake?.();
    },
  };
  return sink;
}
