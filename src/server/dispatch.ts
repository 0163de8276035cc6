// One door for every request: host, origin, key, then the route. Whatever a route throws becomes an error in its profile's shape.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { identify, type KeyRing } from "../admission/keys.js";
import type { Clock } from "../canonical/clock.js";
import { TrunklineError } from "../canonical/error.js";
import type { Observer } from "../canonical/observer.js";
import type { ClientDialect, ClientHeaders, Profile } from "../dialects/dialect.js";
import { errorHeaders } from "../gateway/headers.js";
import { corsHeaders, preflightHeaders } from "./cors.js";
import type { Address } from "./options.js";
import { takeQueryKey } from "./query-key.js";
import { profileOf, type Route } from "./route.js";
import { createRouteTable } from "./route-table.js";
import { checkHost, checkOneHost, isForeignOrigin } from "./visit.js";

export interface DoorParts {
  readonly routes: readonly Route[];
  readonly keys: KeyRing;
  readonly listen: Address;
  readonly hosts: readonly string[];
  readonly clock: Clock;
  readonly observe: Observer;
  /** Gives errors their shape, where the path and the client name no other dialect. */
  readonly dialect: ClientDialect;
  readonly dialectOf?: (path: string, headers: ClientHeaders) => ClientDialect | undefined;
  readonly draining: () => boolean;
}

/** @param trusted true for the socket in the data folder, which only its owner can open. */
export function createDoor(parts: DoorParts, trusted: boolean): RequestListener {
  const table = createRouteTable(parts.routes);

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startedMs = parts.clock.monotonicMs();
    const { url, key } = takeQueryKey(request.url ?? "/");
    request.url = url;
    const mark = url.indexOf("?");
    const path = mark < 0 ? url : url.slice(0, mark);
    try {
      checkOneHost(request.rawHeaders);
      if (!trusted) checkHost(request.headers, parts.listen, parts.hosts);
      if (request.headers.origin !== undefined) {
        for (const [name, value] of Object.entries(corsHeaders(request.headers))) response.setHeader(name, value);
      }
      if (request.method === "OPTIONS") {
        response.writeHead(204, preflightHeaders(request.headers)).end();
        return;
      }
      const { route, rest } = table.find(request.method ?? "GET", path, trusted);
      const principal =
        route.access === "none"
          ? { keyHash: undefined }
          : identify(parts.keys, {
              headers: request.headers,
              queryKey: key,
              foreignOrigin: isForeignOrigin(request.headers),
              trusted,
            });
      if (route.method === "POST" && parts.draining()) throw draining();
      const query = () => new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
      await route.serve({ request, response, principal, profile: profileOf(path), startedMs, rest, query });
    } catch (cause) {
      answerError(parts, request, response, path, cause);
    }
  };
  return (request, response) => void serve(request, response);
}

function draining(): TrunklineError {
  return new TrunklineError("draining", "The gateway is stopping and takes no new requests.", {
    retryAfterMs: 1_000,
    whatToDo: "Try again shortly.",
  });
}

function answerError(
  parts: DoorParts,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  cause: unknown,
): void {
  const known = TrunklineError.is(cause);
  const error = known ? cause : new TrunklineError("internal", "Trunkline failed to serve this request.");
  if (!known) {
    const where = cause instanceof Error ? (cause.stack ?? cause.message) : "server/dispatch";
    parts.observe({ type: "trouble", where, sentence: "A request failed inside the server." });
  }
  parts.observe({ type: "refused", status: error.status, code: error.code, path: path.slice(0, 200) });
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const profile: Profile = profileOf(path);
  const dialect = parts.dialectOf?.(path, request.headers) ?? parts.dialect;
  const { status, body } = dialect.writeError(error, undefined, profile);
  // What is left of the body is not read: the connection cannot serve another request.
  if (!request.complete) response.setHeader("connection", "close");
  response.writeHead(status, { ...errorHeaders(error, undefined), "content-length": Buffer.byteLength(body) });
  response.end(body);
}
