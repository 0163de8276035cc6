// Calls providers over HTTP with undici's `dispatch`: no fetch, no redirects, identity encoding, pooled connections.
import { Agent, type Dispatcher } from "undici";
import type { Transport, TransportFault, TransportHandler } from "../transport.js";
import { readFault } from "./fault.js";

/** Connections kept open per origin. */
const connectionsPerOrigin = 512;
const keepAliveMs = 60_000;
const maxHeaderBytes = 16_384;

function flatten(headers: Dispatcher.ResponseData["headers"]): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) flat[name] = typeof value === "string" ? value : value.join(", ");
  }
  return flat;
}

export function createHttpTransport(): Transport {
  /** One agent per connect timeout: undici takes it when a pool is made. In practice there is one. */
  const agents = new Map<number, Agent>();
  const agentFor = (connectTimeoutMs: number): Agent => {
    let agent = agents.get(connectTimeoutMs);
    if (agent === undefined) {
      agent = new Agent({
        connect: { timeout: connectTimeoutMs },
        connections: connectionsPerOrigin,
        pipelining: 1,
        keepAliveTimeout: keepAliveMs,
        maxHeaderSize: maxHeaderBytes,
        // The gateway's own timers watch the answer.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      agents.set(connectTimeoutMs, agent);
    }
    return agent;
  };

  return {
    call(request, handler) {
      const call = new HttpCall(handler);
      const { origin, path } = splitUrl(request.url);
      try {
        agentFor(request.connectTimeoutMs).dispatch(
          { origin, path, method: request.method, headers: request.headers, body: request.body ?? null },
          call,
        );
      } catch (cause) {
        call.onResponseError(null, cause instanceof Error ? cause : new Error(String(cause)));
      }
      return call;
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

const origins = new Map<string, { readonly origin: string; readonly path: string }>();
const mostOrigins = 1_000;

/** Base URLs are few and come from the owner's configuration, so their parts are remembered. */
function splitUrl(url: string): { readonly origin: string; readonly path: string } {
  const known = origins.get(url);
  if (known !== undefined) return known;
  const parsed = new URL(url);
  const parts = { origin: parsed.origin, path: parsed.pathname + parsed.search };
  if (origins.size < mostOrigins) origins.set(url, parts);
  return parts;
}

/** Bridges undici's handler to ours, and holds the call so that it can be resumed or aborted from outside. */
class HttpCall implements Dispatcher.DispatchHandler {
  readonly #handler: TransportHandler;
  #controller: Dispatcher.DispatchController | undefined;
  #sent = false;
  #aborted = false;
  #headSeen = false;

  constructor(handler: TransportHandler) {
    this.#handler = handler;
  }

  resume(): void {
    this.#controller?.resume();
  }

  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#controller?.abort(new Error("aborted by the gateway"));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#sent = true;
    if (this.#aborted) controller.abort(new Error("aborted by the gateway"));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Dispatcher.ResponseData["headers"],
  ): void {
    if (this.#aborted || status < 200) return;
    this.#headSeen = true;
    this.#handler.onHead(status, flatten(headers));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#aborted) return;
    if (!this.#handler.onData(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (!this.#aborted) this.#handler.onEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#aborted) return;
    const fault: TransportFault = readFault(error, this.#sent, this.#headSeen);
    this.#handler.onFault(fault);
  }
}
