// One GET with bounds: so many redirects, so long for an answer to begin, so long between two pieces of it.
import type { Timer, Timers } from "../../canonical/clock.js";

export interface Get {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Not sent to another origin. */
  readonly authorization: string | undefined;
  readonly fetchImpl: typeof fetch;
  readonly timers: Timers;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds without a byte after which the answer counts as stalled. */
  readonly stallMs: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The bytes. Throws where they stall or break off. */
  body(): AsyncGenerator<Uint8Array, void>;
  /** Ends the connection, read or not. */
  close(): void;
}

/** Where nothing began. The message is a sentence for people. */
export class UnansweredError extends Error {
  override readonly name = "UnansweredError";
}

const answerLimitMs = 10_000;
const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Follows redirects itself, as https must not become http on the way.
 * @throws UnansweredError, or the signal's reason
 */
export async function get(request: Get): Promise<Answer> {
  const stop = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal;
  const watchdog = createWatchdog(request.timers, stop);
  watchdog.within(answerLimitMs, `It gave no answer within ${answerLimitMs / 1_000} seconds.`);
  try {
    const response = await follow(request, signal);
    return {
      status: response.status,
      headers: response.headers,
      body: () => piecesOf(response, watchdog, request.stallMs),
      close: () => stop.abort(),
    };
  } catch (error) {
    stop.abort();
    request.signal?.throwIfAborted();
    throw error instanceof UnansweredError ? error : new UnansweredError(unreached(error), { cause: error });
  } finally {
    watchdog.rest();
  }
}

async function follow(request: Get, signal: AbortSignal): Promise<Response> {
  const first = new URL(request.url);
  let url = first;
  for (let followed = 0; followed <= mostRedirects; followed++) {
    const secret = url.origin === first.origin ? request.authorization : undefined;
    const headers = secret === undefined ? request.headers : { ...request.headers, authorization: secret };
    const response = await request.fetchImpl(url.href, { headers, signal, redirect: "manual" });
    const location = redirects.has(response.status) ? response.headers.get("location") : null;
    if (location === null) return response;
    await response.body?.cancel();
    if (!URL.canParse(location, url.href)) throw new UnansweredError("It redirects to what is no address.");
    const next = new URL(location, url);
    if (next.protocol !== "https:" && next.protocol !== "http:") {
      throw new UnansweredError("It redirects to what is no http or https address.");
    }
    if (url.protocol === "https:" && next.protocol === "http:") {
      throw new UnansweredError("It redirects from https to http, which isn't followed.");
    }
    url = next;
  }
  throw new UnansweredError(`It redirects more than ${mostRedirects} times.`);
}

async function* piecesOf(response: Response, watchdog: Watchdog, stallMs: number): AsyncGenerator<Uint8Array, void> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      watchdog.within(stallMs, `No byte came for ${stallMs / 1_000} seconds.`);
      const next = await reader.read();
      // While the reader writes, the disk may take its time.
      watchdog.rest();
      if (next.done) return;
      yield next.value;
    }
  } finally {
    watchdog.rest();
    await reader.cancel().catch(() => undefined);
  }
}

interface Watchdog {
  within(ms: number, sentence: string): void;
  rest(): void;
}

function createWatchdog(timers: Timers, stop: AbortController): Watchdog {
  let timer: Timer | undefined;
  return {
    within(ms, sentence) {
      timer?.cancel();
      timer = timers.after(ms, () => stop.abort(new UnansweredError(sentence)));
    },
    rest() {
      timer?.cancel();
      timer = undefined;
    },
  };
}

function unreached(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined;
  const reason = cause ?? (error instanceof Error && error.message !== "fetch failed" ? error.message : undefined);
  return reason === undefined || reason === "" ? "It can't be reached." : `It can't be reached (${reason}).`;
}
