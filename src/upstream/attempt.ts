// Step 5: one call to one endpoint, under its timers. Successful bytes go to the listener; everything else becomes one error.

import type { Clock, Timer, Timers } from "../canonical/clock.js";
import { type ErrorCode, TrunklineError } from "../canonical/error.js";
import type { Provider } from "../catalog/provider.js";
import type { Credential } from "../credentials/ring.js";
import { authenticate } from "../credentials/sign/authenticate.js";
import type { UpstreamDialect, UpstreamRequest } from "../dialects/dialect.js";
import { readRetryAfter } from "./retry.js";
import type { Timeouts } from "./timeouts.js";
import type { Transport, TransportCall, TransportFault } from "./transport.js";

export interface AttemptParts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timers: Timers;
}

export interface AttemptOrder {
  readonly provider: Provider;
  readonly credential: Credential | undefined;
  readonly dialect: UpstreamDialect;
  readonly request: UpstreamRequest;
  readonly stream: boolean;
  readonly timeouts: Timeouts;
  /** Monotonic milliseconds after which nothing may go on, and the code that says whose limit it was. */
  readonly deadline: { readonly atMs: number; readonly code: "timeout_total" | "deadline_exceeded" };
}

/** Told `data` any number of times, then `end` or `fault` once. */
export interface AttemptListener {
  /** Bytes of a 2xx answer. Returns false to pause the upstream. */
  data(bytes: Buffer): boolean;
  end(): void;
  fault(error: TrunklineError, status: number | undefined): void;
}

export interface AttemptHandle {
  /** A whole event or comment came: the idle timer starts again. */
  alive(): void;
  /** The first content came: from here on the idle timer watches instead of the first-token timer. */
  content(): void;
  /** The client reads slowly: no timer but the deadline runs while paused. */
  resume(): void;
  /** Ends the call; the listener hears nothing more. */
  abort(): void;
}

/** An answer of status 400 or more, as far as it has come. */
interface Refusal {
  readonly chunks: Buffer[];
  bytes: number;
  readonly retryAfterMs: number | undefined;
}

/** Of a call that was over before it began. */
const idleHandle: AttemptHandle = { alive() {}, content() {}, resume() {}, abort() {} };

const errorBodyBytes = 65_536;
const plainAnswerBytes = 64 * 1024 * 1024;

const codeOfFault: Readonly<Record<TransportFault["kind"], ErrorCode>> = {
  connect: "upstream_connect",
  dns: "upstream_dns",
  tls: "upstream_tls",
  "timeout-connect": "timeout_connect",
  reset: "upstream_reset",
  invalid: "upstream_invalid",
  aborted: "upstream_reset",
};

export function startAttempt(parts: AttemptParts, order: AttemptOrder, listener: AttemptListener): AttemptHandle {
  const { provider, timeouts, deadline } = order;
  const { clock } = parts;
  let over = false;
  let paused = false;
  let status: number | undefined;
  let refusal: Refusal | undefined;
  let received = 0;
  let watching: "first-token" | "idle" | "nothing" = order.stream ? "first-token" : "nothing";
  let watchFromMs = clock.monotonicMs();
  let timer: Timer | undefined;
  let call: TransportCall | undefined;

  const close = (): boolean => {
    if (over) return false;
    over = true;
    timer?.cancel();
    return true;
  };
  const fail = (error: TrunklineError) => {
    if (!close()) return;
    call?.abort();
    listener.fault(error.with({ provider: provider.id }), status);
  };

  /** One timer for all limits: it fires at the nearest, and is set again where life came in between. */
  const watch = () => {
    const now = clock.monotonicMs();
    const limitMs = watching === "first-token" ? timeouts.firstToken : timeouts.idle;
    const silentUntil = watching === "nothing" || paused ? Number.POSITIVE_INFINITY : watchFromMs + limitMs;
    if (now >= deadline.atMs) {
      const whose = deadline.code === "deadline_exceeded" ? "that the client set" : "for a whole request";
      fail(new TrunklineError(deadline.code, `${provider.name} had not answered within the time limit ${whose}.`));
    } else if (now >= silentUntil) {
      const code = watching === "first-token" ? "timeout_first_token" : "timeout_idle";
      const what = watching === "first-token" ? "sent no content" : "fell silent in its answer";
      fail(new TrunklineError(code, `${provider.name} ${what} for ${limitMs / 1_000} s.`));
    } else {
      timer = parts.timers.after(Math.min(silentUntil, deadline.atMs) - now, watch);
    }
  };
  /** A refusal is what its status and the beginning of its body say, also where the rest never comes. */
  const refuse = ({ chunks, retryAfterMs }: Refusal) => {
    const error = order.dialect.readError(status ?? 502, Buffer.concat(chunks).subarray(0, errorBodyBytes));
    listener.fault(
      error.with({ provider: provider.id, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }),
      status,
    );
  };
  watch();
  if (over) return idleHandle;

  call = parts.transport.call(
    {
      method: "POST",
      url: provider.baseUrl + order.request.path,
      headers: headersOf(order),
      body: order.request.body,
      connectTimeoutMs: timeouts.connect,
    },
    {
      onHead(code, headers) {
        if (over) return;
        status = code;
        if (code >= 300 && code < 400) {
          fail(
            new TrunklineError(
              "upstream_redirect",
              `${provider.name} redirects (${code}); redirects are never followed.`,
              {
                whatToDo: `Set the base URL of "${provider.id}" to the address it redirects to.`,
              },
            ),
          );
        } else if (code >= 400) {
          refusal = { chunks: [], bytes: 0, retryAfterMs: readRetryAfter(headers, clock.wallMs()) };
        }
      },
      onData(bytes) {
        if (over) return true;
        if (refusal !== undefined) {
          refusal.chunks.push(bytes);
          refusal.bytes += bytes.length;
          if (refusal.bytes >= errorBodyBytes && close()) {
            call?.abort();
            refuse(refusal);
          }
          return true;
        }
        received += bytes.length;
        if (!order.stream && received > plainAnswerBytes) {
          fail(new TrunklineError("upstream_invalid", `${provider.name} sent more than 64 MiB.`));
          return true;
        }
        const flowing = listener.data(bytes);
        paused = !flowing;
        return flowing;
      },
      onEnd() {
        if (!close()) return;
        if (refusal === undefined) listener.end();
        else refuse(refusal);
      },
      onFault(fault) {
        if (refusal !== undefined) {
          if (close()) refuse(refusal);
          return;
        }
        const cut = received > 0 ? "upstream_truncated" : codeOfFault[fault.kind];
        fail(new TrunklineError(cut, `${provider.name} cannot be used: ${fault.message}.`));
      },
    },
  );
  if (over) call.abort();

  return {
    alive() {
      watchFromMs = clock.monotonicMs();
    },
    content() {
      watchFromMs = clock.monotonicMs();
      if (watching !== "first-token") return;
      watching = "idle";
      // The timer that is set looks as far ahead as the first token may take, which may be minutes.
      timer?.cancel();
      if (!over) watch();
    },
    resume() {
      paused = false;
      watchFromMs = clock.monotonicMs();
      timer?.cancel();
      if (!over) watch();
      call?.resume();
    },
    abort() {
      if (close()) call?.abort();
    },
  };
}

function headersOf({ stream, request, provider, credential }: AttemptOrder): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept: stream ? "text/event-stream" : "application/json",
    "accept-encoding": "identity",
    "user-agent": "trunkline",
  };
  return Object.assign(headers, request.headers, authenticate(provider.authentication, credential));
}
