// The HTTP servers of a gateway: the address that clients use, and the socket in the data folder. Same routes, other trust.
import { createServer, type RequestListener, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { type ErrorCode, TrunklineError } from "../canonical/error.js";
import type { ClientDialect } from "../dialects/dialect.js";
import type { Address } from "./options.js";

const maxHeaderBytes = 16_384;
const headersTimeoutMs = 15_000;
/** A request must have arrived whole by then. */
const requestTimeoutMs = 120_000;
const keepAliveMs = 65_000;

export function createHttpServer(listener: RequestListener, dialect: ClientDialect): Server {
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: 5_000,
      noDelay: true,
    },
    listener,
  );
  // Without this node invites every body with `100 Continue` before the key was looked at; `readBody` does it after.
  server.on("checkContinue", listener);
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => refuseSocket(error, socket, dialect));
  return server;
}

/** What node's parser refuses never reaches a route: it is answered here, in the same shape. */
function refuseSocket(error: NodeJS.ErrnoException, socket: Duplex, dialect: ClientDialect): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = refusalOf(error.code);
  const { status, body } = dialect.writeError(refusal, undefined, "openai");
  socket.end(
    `HTTP/1.1 ${status} ${status === 408 ? "Request Timeout" : "Bad Request"}\r\nconnection: close\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function refusalOf(code: string | undefined): TrunklineError {
  const row = refusals[code ?? ""] ?? { code: "invalid_request", message: "The request is not well-formed HTTP." };
  return new TrunklineError(row.code, row.message);
}

const refusals: Readonly<Record<string, { readonly code: ErrorCode; readonly message: string }>> = {
  HPE_HEADER_OVERFLOW: {
    code: "headers_too_large",
    message: `The request's headers are larger than ${maxHeaderBytes} bytes.`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: { code: "request_timeout", message: "The request did not arrive in time." },
};

/** Rejects with a sentence that says what to do where the address cannot be had. */
export function listen(server: Server, address: Address): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(new ListenError(address, error)));
    server.listen(address.port, address.host, () => {
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : address.port);
    });
  });
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use. Stop the program that listens there, or choose another with --listen HOST:PORT",
  EACCES: "may not be used by this user. Choose a port above 1023 with --listen HOST:PORT",
  EADDRNOTAVAIL: "is not an address of this machine. Choose one with --listen HOST:PORT",
  ENOTFOUND: "is not a name that this machine knows. Choose an address with --listen HOST:PORT",
};

/** The address cannot be listened on. The message says why and what to do. */
export class ListenError extends Error {
  override readonly name = "ListenError";

  constructor(address: Address, cause: NodeJS.ErrnoException) {
    super(`${address.host}:${address.port} ${reasons[cause.code ?? ""] ?? `cannot be listened on (${cause.code})`}.`, {
      cause,
    });
  }
}
