// A gateway over HTTP: at a base URL with a key, or over the socket of a data folder, where no key is needed.
import { type Dispatcher, Pool } from "undici";
import { TrunklineError } from "../canonical/error.js";
import type { Wire, WireAnswer, WireRequest } from "./wire.js";

export type HttpAddress =
  /** `http://127.0.0.1:4100`, with or without `/v1` at its end. */
  { readonly baseUrl: string; readonly key?: string | undefined } | { readonly socketPath: string };

export interface HttpWire extends Wire {
  /** Closes idle connections at once and the others when their answers have ended. */
  close(): Promise<void>;
}

const connectMs = 5_000;
/** A plain answer has no byte before it is whole: the gateway's own limit, and a little. */
const headersMs = 610_000;
/** The gateway sends a comment every 10 s where a provider is silent. */
const silenceMs = 60_000;

/** @throws TrunklineError (`invalid_request`) where the base URL is none. */
export function createHttpWire(address: HttpAddress): HttpWire {
  const place = placeOf(address);
  const pool = new Pool(place.origin, {
    connect: { timeout: connectMs, ...(place.socketPath === undefined ? {} : { socketPath: place.socketPath }) },
    headersTimeout: headersMs,
    bodyTimeout: silenceMs,
  });
  const authorization = place.key === undefined ? {} : { authorization: `Bearer ${place.key}` };
  return {
    async send(request) {
      const answer = await pool
        .request({
          method: request.method,
          path: place.prefix + request.path,
          headers: {
            ...(request.body === undefined ? {} : { "content-type": "application/json" }),
            ...authorization,
            ...request.headers,
          },
          ...(request.body === undefined ? {} : { body: request.body }),
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        })
        .catch((cause: unknown) => {
          throw faultOf(cause, request.signal, place.shown);
        });
      return wireAnswer(answer, request, place.shown);
    },
    close: () => pool.close(),
  };
}

interface Place {
  readonly origin: string;
  /** What stands before `/v1`, where the gateway is behind a proxy with a path. */
  readonly prefix: string;
  readonly socketPath?: string;
  readonly key?: string | undefined;
  /** For people. */
  readonly shown: string;
}

function placeOf(address: HttpAddress): Place {
  if ("socketPath" in address) {
    const { socketPath } = address;
    return { origin: "http://localhost", prefix: "", socketPath, shown: socketPath };
  }
  const { baseUrl, key } = address;
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TrunklineError("invalid_request", "The base URL of the gateway is not a web address.", {
      param: "baseUrl",
      whatToDo: "Write it as http://127.0.0.1:4100.",
    });
  }
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, "").replace(/\/v1$/, ""), key, shown: url.origin };
}

function wireAnswer(answer: Dispatcher.ResponseData, request: WireRequest, shown: string): WireAnswer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers))
    if (value !== undefined) headers[name] = typeof value === "string" ? value : value.join(", ");
  return { status: answer.statusCode, headers, body: chunksOf(answer, request.signal, shown) };
}

/** Leaving the loop early destroys the body, and with it the call. */
async function* chunksOf(answer: Dispatcher.ResponseData, signal: AbortSignal | undefined, shown: string) {
  const chunks: AsyncIterable<Buffer> = answer.body;
  try {
    yield* chunks;
  } catch (cause) {
    throw signal?.aborted === true
      ? aborted()
      : new TrunklineError("upstream_reset", `The connection to the gateway at ${shown} broke (${reasonOf(cause)}).`, {
          whatToDo: "Ask again; `trunkline logs` shows what became of this call.",
        });
  }
}

function faultOf(cause: unknown, signal: AbortSignal | undefined, shown: string): TrunklineError {
  if (signal?.aborted === true) return aborted();
  return new TrunklineError("upstream_connect", `No gateway answers at ${shown} (${reasonOf(cause)}).`, {
    whatToDo: "Start one with `trunkline serve`.",
  });
}

function aborted(): TrunklineError {
  return new TrunklineError("client_gone", "The call was aborted.");
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "no reason given";
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}
