// The wire itself: raw sockets that refuse, cut, dawdle and talk nonsense.
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { Transport, TransportFault, TransportHandler } from "../transport.js";
import { createHttpTransport } from "./transport.js";

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface RawServer {
  readonly url: string;
  readonly sockets: readonly Socket[];
  /** Bytes of requests that came so far, over all sockets. */
  received(): string;
}

/** A server of bytes. `answer` is called once each request is there whole. */
async function rawServer(answer: (socket: Socket, request: number) => void): Promise<RawServer> {
  const sockets: Socket[] = [];
  let received = "";
  let requests = 0;
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      if (/(?:^GET .*|body)$/s.test(received)) answer(socket, requests++);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/v1/chat?x=1`, sockets, received: () => received };
}

function newTransport(): Transport {
  const transport = createHttpTransport();
  cleanups.push(() => transport.close());
  return transport;
}

interface Told {
  readonly log: string[];
  readonly text: string;
  readonly fault: TransportFault | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Resolves with the end or the fault. */
  readonly over: Promise<void>;
  readonly call: { resume(): void; abort(): void };
}

/** Makes a call and notes all that the handler is told. */
function call(
  transport: Transport,
  url: string,
  flow: (seen: number) => boolean = () => true,
  onHead = () => {},
): Told {
  const log: string[] = [];
  let text = "";
  let fault: TransportFault | undefined;
  let headers: Readonly<Record<string, string>> = {};
  let finish = () => {};
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const handler: TransportHandler = {
    onHead(status, given) {
      log.push(`head ${status}`);
      headers = given;
      onHead();
    },
    onData(bytes) {
      text += bytes.toString("latin1");
      log.push("data");
      return flow(text.length);
    },
    onEnd() {
      log.push("end");
      finish();
    },
    onFault(told) {
      fault = told;
      log.push(`fault ${told.kind}`);
      finish();
    },
  };
  const made = transport.call(
    { method: "POST", url, headers: { "x-a": "b" }, body: Buffer.from("body"), connectTimeoutMs: 1_000 },
    handler,
  );
  return {
    log,
    over,
    call: made,
    get text() {
      return text;
    },
    get fault() {
      return fault;
    },
    get headers() {
      return headers;
    },
  };
}

const ok = (body: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

test("a whole answer is head, data, end; the request arrives as it was given", async () => {
  const server = await rawServer((socket) => socket.write(ok("hello")));
  const told = call(newTransport(), server.url);
  await told.over;
  expect(told.log).toEqual(["head 200", "data", "end"]);
  expect(told.text).toBe("hello");
  expect(server.received()).toMatch(/^POST \/v1\/chat\?x=1 HTTP\/1\.1\r\n/);
  expect(server.received()).toContain("x-a: b\r\n");
  expect(server.received()).toMatch(/content-length: 4\r\n\r\nbody$/i);
});

test("a connection serves again", async () => {
  const server = await rawServer((socket) => socket.write(ok("a")));
  const transport = newTransport();
  for (let time = 0; time < 3; time++) {
    await call(transport, server.url).over;
    await new Promise(setImmediate);
  }
  expect(server.sockets).toHaveLength(1);
});

test("a header that comes twice is joined", async () => {
  const server = await rawServer((socket) =>
    socket.write("HTTP/1.1 429 No\r\nRetry-After: 1\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n"),
  );
  const told = call(newTransport(), server.url);
  await told.over;
  expect(told.log).toEqual(["head 429", "end"]);
  expect(told.headers["retry-after"]).toBe("1, 2");
});

test("nobody listens: a fault before anything was sent", async () => {
  const server = await rawServer(() => {});
  await new Promise<void>((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => probe.close(() => resolve()));
  });
  for (const cleanup of cleanups.splice(0)) await cleanup();
  const told = call(newTransport(), server.url);
  await told.over;
  expect(told.log).toEqual(["fault connect"]);
  expect(told.fault?.sent).toBe(false);
});

test("a host name that does not exist is a DNS fault", async () => {
  const told = call(newTransport(), "http://no-such-host.invalid/v1");
  await told.over;
  expect(told.fault).toMatchObject({ kind: "dns", sent: false });
});

test("plain HTTP behind an https address is a TLS fault", async () => {
  const server = await rawServer(() => {});
  server.sockets.at(0)?.destroy();
  const plain = createServer((socket) => {
    socket.on("error", () => {});
    socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => void plain.close());
  const address = plain.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const told = call(newTransport(), `https://127.0.0.1:${port}/v1`);
  await told.over;
  expect(told.fault).toMatchObject({ kind: "tls", sent: false });
});

const reset = (socket: Socket) => void socket.resetAndDestroy();
const close = (socket: Socket) => void socket.end();

test.each([
  ["no answer", ""],
  ["a status line without end", "HTTP/1.1 20"],
  ["half a head", "HTTP/1.1 200 OK\r\ncontent-le"],
])("a cut after %s, by reset or by close, is a reset and no empty answer", async (_, part) => {
  for (const cut of [reset, close]) {
    const server = await rawServer((socket) => socket.write(part, () => setTimeout(() => cut(socket), 5)));
    const told = call(newTransport(), server.url);
    await told.over;
    expect(told.log).toEqual(["fault reset"]);
    expect(told.fault?.sent).toBe(true);
  }
});

test.each([
  ["of known length", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"],
  ["in chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
  ["in the middle of a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf"],
])("a cut in a body %s gives what came, then a fault, never an end", async (_, part) => {
  for (const cut of [reset, close]) {
    const server = await rawServer((socket) => socket.write(part, () => setTimeout(() => cut(socket), 20)));
    const told = call(newTransport(), server.url);
    await told.over;
    expect(told.log.at(0)).toBe("head 200");
    expect(told.text).toBe("half");
    expect(told.log.at(-1)).toMatch(/^fault (reset|invalid)$/);
    expect(told.fault?.sent).toBe(true);
  }
});

test.each(["SSH-2.0-OpenSSH_9.2\r\n", "<html>hello</html>\r\n\r\n", "HTTP/9.9 nope\r\n\r\n", "\0\0\0\0\0\0\0\0"])(
  "what is no HTTP is invalid: %j",
  async (bytes) => {
    const server = await rawServer((socket) => socket.write(bytes));
    const told = call(newTransport(), server.url);
    await told.over;
    expect(told.fault?.kind).toBe("invalid");
  },
);

test("headers above the bound are invalid", async () => {
  const server = await rawServer((socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"a".repeat(20_000)}\r\n\r\n`));
  const told = call(newTransport(), server.url);
  await told.over;
  expect(told.fault?.kind).toBe("invalid");
});

test.each([
  ["two lengths", "content-length: 3\r\ncontent-length: 5"],
  ["a length and chunks", "content-length: 3\r\ntransfer-encoding: chunked"],
])("an answer with %s is not believed", async (_, lines) => {
  const server = await rawServer((socket) => socket.write(`HTTP/1.1 200 OK\r\n${lines}\r\n\r\nabc`));
  const told = call(newTransport(), server.url);
  await told.over;
  expect(told.log.at(-1)).toMatch(/^fault/);
});

test("a redirect is handed on, never followed", async () => {
  const target = await rawServer((socket) => socket.write(ok("secret")));
  const server = await rawServer((socket) =>
    socket.write(`HTTP/1.1 307 Temporary\r\nlocation: ${target.url}\r\ncontent-length: 0\r\n\r\n`),
  );
  const told = call(newTransport(), server.url);
  await told.over;
  expect(told.log).toEqual(["head 307", "end"]);
  expect(target.sockets).toHaveLength(0);
});

test("early hints are passed over", async () => {
  const server = await rawServer((socket) =>
    socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${ok("real")}`),
  );
  const told = call(newTransport(), server.url);
  await told.over;
  expect(told.log).toEqual(["head 200", "data", "end"]);
});

test("what a provider sends after its answer is never read as the next one's", async () => {
  const server = await rawServer((socket, request) =>
    socket.write(request === 0 ? ok("first") + ok("smuggled") : ok("second")),
  );
  const transport = newTransport();
  await call(transport, server.url).over;
  const told = call(transport, server.url);
  await told.over;
  expect(told.text).not.toContain("smuggled");
});

/** Writes as long as the kernel takes it, and says how much that was. */
function pour(socket: Socket, totalBytes: number): { written(): number } {
  const piece = Buffer.alloc(65_536, 120);
  let written = 0;
  const more = () => {
    while (written < totalBytes) {
      written += piece.length;
      if (!socket.write(piece)) {
        socket.once("drain", more);
        return;
      }
    }
  };
  more();
  return { written: () => written };
}

test("a paused call stops the provider, and resumed it goes on to the last byte", async () => {
  const totalBytes = 64 * 1024 * 1024;
  let poured: { written(): number } | undefined;
  const server = await rawServer((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${totalBytes}\r\n\r\n`);
    poured = pour(socket, totalBytes);
  });
  let flowing = false;
  let seen = 0;
  const transport = newTransport();
  let finish = () => {};
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const made = transport.call(
    { method: "GET", url: server.url, headers: {}, body: undefined, connectTimeoutMs: 1_000 },
    {
      onHead() {},
      onData(bytes) {
        seen += bytes.length;
        return flowing;
      },
      onEnd: () => finish(),
      onFault: () => finish(),
    },
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(seen).toBeGreaterThan(0);
  expect(seen).toBeLessThan(1024 * 1024);
  expect(poured?.written()).toBeLessThan(totalBytes);
  flowing = true;
  made.resume();
  await over;
  expect(seen).toBe(totalBytes);
});

test("an aborted call closes the provider's connection at once and says nothing more", async () => {
  const server = await rawServer((socket) =>
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"),
  );
  let came = () => {};
  const data = new Promise<void>((resolve) => {
    came = resolve;
  });
  const told = call(newTransport(), server.url, () => {
    came();
    return true;
  });
  await data;
  const beganMs = performance.now();
  told.call.abort();
  told.call.abort();
  await new Promise<void>((resolve) => server.sockets[0]?.once("close", () => resolve()));
  expect(performance.now() - beganMs).toBeLessThan(250);
  expect(told.log).toEqual(["head 200", "data"]);
});

test("aborted inside a callback, no other callback follows", async () => {
  const server = await rawServer((socket) => socket.write(ok("abc")));
  const told: Told = call(newTransport(), server.url, undefined, () => told.call.abort());
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(told.log).toEqual(["head 200"]);
});

test("aborted before it is connected, nothing is sent and nothing is told", async () => {
  const server = await rawServer((socket) => socket.write(ok("abc")));
  const told = call(newTransport(), server.url);
  told.call.abort();
  told.call.resume();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(told.log).toEqual([]);
  expect(server.received()).toBe("");
});

test("after an aborted answer the next call gets its own", async () => {
  const server = await rawServer((socket, request) =>
    socket.write(request === 0 ? "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nold" : ok("new")),
  );
  const transport = newTransport();
  const first: Told = call(transport, server.url, () => {
    first.call.abort();
    return true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  const second = call(transport, server.url);
  await second.over;
  expect(second.text).toBe("new");
});

test("a request with a header that cannot be sent is a fault, not a throw", async () => {
  const server = await rawServer((socket) => socket.write(ok("abc")));
  let fault: TransportFault | undefined;
  newTransport().call(
    { method: "POST", url: server.url, headers: { "x-a": "b\r\nx-evil: 1" }, body: undefined, connectTimeoutMs: 1_000 },
    { onHead() {}, onData: () => true, onEnd() {}, onFault: (told) => (fault = told) },
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(fault?.sent).toBe(false);
  expect(server.received()).toBe("");
});
