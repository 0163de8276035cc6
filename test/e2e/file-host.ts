// A host of one file on loopback with the manners that hosts have: ranges, cuts, stalls, changes, redirects, rubbish.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** How one request is answered. */
export interface Manners {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another file than the host's. */
  readonly content?: Buffer;
  readonly etag?: string;
  /** Answers with the whole file whatever is asked for. */
  readonly ignoreRange?: boolean;
  /** Answers with a part whatever `If-Range` says. */
  readonly ignoreIfRange?: boolean;
  /** Ends the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Whether the client has taken what came before a cut: bytes that it has not looked at yet are lost with the connection. */
  readonly taken?: () => boolean;
  /** Goes silent after so many bytes. */
  readonly stallAfter?: number;
  /** Promises no length. */
  readonly chunked?: boolean;
  /** Bytes between two pauses of a millisecond. */
  readonly pace?: number;
}

export interface Asked {
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly authorization: string | undefined;
  /** Of the body; more as it is sent. */
  sentBytes: number;
}

export interface FileHost {
  readonly url: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** @param manners of the first request, the second, …; the last of them for all that follow. */
export async function startFileHost(content: Buffer, ...manners: readonly Manners[]): Promise<FileHost> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const manner = manners[Math.min(asked.length, manners.length - 1)] ?? {};
    const { range, "if-range": ifRange, authorization } = request.headers;
    const one: Asked = {
      path: request.url ?? "",
      range,
      ifRange: typeof ifRange === "string" ? ifRange : undefined,
      authorization,
      sentBytes: 0,
    };
    asked.push(one);
    void answer(request, response, content, manner, one);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  { headers }: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  manner: Manners,
  asked: Asked,
): Promise<void> {
  const whole = manner.content ?? content;
  const etag = manner.etag ?? '"one"';
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? Number.NaN);
  const fresh = headers["if-range"] === undefined || manner.ignoreIfRange || headers["if-range"] === etag;
  const part = Number.isInteger(from) && fresh && manner.ignoreRange !== true;
  if (manner.status === undefined && part && from >= whole.length) {
    response.writeHead(416, { "content-range": `bytes */${whole.length}` }).end();
    return;
  }
  const body = part ? whole.subarray(from) : whole;
  response.writeHead(manner.status ?? (part ? 206 : 200), {
    "content-type": "application/octet-stream",
    ...(etag === "" ? {} : { etag }),
    ...(manner.chunked === true ? {} : { "content-length": String(body.length) }),
    ...(part ? { "content-range": `bytes ${from}-${whole.length - 1}/${whole.length}` } : {}),
    ...manner.headers,
  });
  const pace = manner.pace ?? body.length;
  const end = Math.min(body.length, manner.cutAfter ?? body.length, manner.stallAfter ?? body.length);
  response.flushHeaders();
  for (let at = 0; at < end && !response.destroyed; at += pace) {
    const piece = body.subarray(at, Math.min(end, at + pace));
    await new Promise((resolve) => response.write(piece, resolve));
    asked.sentBytes += piece.length;
    if (manner.pace !== undefined) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  if (manner.stallAfter !== undefined) return;
  if (manner.cutAfter === undefined) {
    response.end();
    return;
  }
  for (let tries = 0; tries < 1_000 && manner.taken?.() === false; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  response.destroy();
}
