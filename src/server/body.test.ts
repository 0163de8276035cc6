// Requests that are too large, too slow, too deep or no HTTP at all: a clear answer, and the gateway goes on.
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { build, type Gateway } from "../build.js";
import { loadSettings } from "../config/load.js";
import { openaiChat } from "../dialects/openai-chat/dialect.js";
import { createHttpServer } from "./listen.js";

const gateways: Gateway[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const gateway of gateways.splice(0)) await gateway.close();
});

const bodyBytes = 4_096;

async function start(): Promise<number> {
  const settings = loadSettings({ workingDirectory: "/nonexistent", environment: {}, listen: "127.0.0.1:0" });
  const gateway = await build({ ...settings, bodyBytes }, { ledger: "memory" });
  gateways.push(gateway);
  return Number(new URL((await gateway.listen()).url).port);
}

interface Wire {
  readonly socket: Socket;
  /** What came until the server closed. */
  readonly closed: Promise<string>;
  /** Resolves once that much has come. */
  until(pattern: RegExp): Promise<string>;
}

function open(port: number): Wire {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  let text = "";
  let look = () => {};
  socket.on("data", (bytes) => {
    text += bytes.toString();
    look();
  });
  socket.on("error", () => {});
  return {
    socket,
    closed: new Promise((resolve) => socket.on("close", () => resolve(text))),
    until: (pattern) =>
      new Promise((resolve) => {
        look = () => {
          if (pattern.test(text)) resolve(text);
        };
        look();
      }),
  };
}

const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]);
const errorOf = (text: string) => JSON.parse(/\{.*\}/s.exec(text)?.[0] ?? "{}").error;
const head = (...headers: string[]) =>
  ["POST /v1/chat/completions HTTP/1.1", "Host: localhost", ...headers, "", ""].join("\r\n");
const json = "Content-Type: application/json";

/** Posts a body and gives what came back. */
async function post(port: number, body: string | Buffer, headers: readonly string[] = [json]): Promise<string> {
  const wire = open(port);
  wire.socket.write(head("Connection: close", `Content-Length: ${Buffer.byteLength(body)}`, ...headers));
  wire.socket.write(body);
  return wire.closed;
}

const messages = [{ role: "user", content: "Hello" }];
const chat = JSON.stringify({ model: "simulator/echo", messages });

/** The gateway still answers. */
async function goesOn(port: number): Promise<void> {
  expect(statusOf(await post(port, chat))).toBe(200);
}

test("a body that says it is too large is refused before it comes", async () => {
  const port = await start();
  for (const expectation of [[], ["Expect: 100-continue"]]) {
    const wire = open(port);
    wire.socket.write(head(json, `Content-Length: ${bodyBytes + 1}`, ...expectation));
    const text = await wire.closed;
    expect(statusOf(text)).toBe(413);
    expect(errorOf(text)).toMatchObject({ code: "payload_too_large", message: expect.stringContaining("4096 bytes") });
  }
  await goesOn(port);
});

test("a body that does not say its size is refused where it passes the bound", async () => {
  const port = await start();
  const wire = open(port);
  wire.socket.write(head(json, "Transfer-Encoding: chunked"));
  const piece = `400\r\n${" ".repeat(1_024)}\r\n`;
  for (let kibibyte = 0; kibibyte < 5; kibibyte++) wire.socket.write(piece);
  expect(statusOf(await wire.until(/\r\n\r\n\{.*\}/))).toBe(413);
  await goesOn(port);
});

test("a body of exactly the bound is taken", async () => {
  expect(statusOf(await post(await start(), chat.padEnd(bodyBytes)))).toBe(200);
});

test("who waits to be invited is, and then answered", async () => {
  const wire = open(await start());
  wire.socket.write(head(json, `Content-Length: ${chat.length}`, "Expect: 100-continue", "Connection: close"));
  expect(await wire.until(/\r\n\r\n/)).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  wire.socket.write(chat);
  expect(await wire.closed).toContain("HTTP/1.1 200 OK");
});

test.each([
  ["text/plain"],
  ["application/x-www-form-urlencoded"],
  ["multipart/form-data; boundary=a"],
  ["application/jsonp"],
])("%s is not JSON: a web page can send it without asking", async (type) => {
  const text = await post(await start(), chat, [`Content-Type: ${type}`]);
  expect([statusOf(text), errorOf(text).code]).toEqual([415, "unsupported_media_type"]);
});

test.each([
  [json],
  ["Content-Type: application/json; charset=utf-8"],
  ["Content-Type: APPLICATION/vnd.api+json"],
  ["X-None: 1"],
])("a body is taken as JSON with %s", async (header) => {
  expect(statusOf(await post(await start(), chat, [header]))).toBe(200);
});

test("a compressed body is refused by name, not read as broken JSON", async () => {
  const text = await post(await start(), gzipSync(chat), [json, "Content-Encoding: gzip"]);
  expect([statusOf(text), errorOf(text).code]).toEqual([415, "unsupported_media_type"]);
});

test.each([
  ["nothing", "", 400],
  ["half a JSON", '{"model": "simulator/echo", ', 400],
  ["a list", "[]", 400],
  ["a thousand levels", `{"model":"simulator/echo","messages":${"[".repeat(1_000)}${"]".repeat(1_000)}}`, 400],
  ["half a thousand levels of objects", `${'{"a":'.repeat(500)}1${"}".repeat(500)}`, 400],
  [
    "bytes that are no UTF-8",
    Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
    400,
  ],
  ["no messages", '{"model":"simulator/echo"}', 400],
  ["an unknown model", JSON.stringify({ model: "no-such-model", messages }), 404],
  ["a model with a line break", JSON.stringify({ model: "a\r\nx-evil: 1", messages }), 400],
  ["a model of 3 KB", JSON.stringify({ model: "m".repeat(3_000), messages }), 400],
])("%s is a mistake of the client's, in both profiles", async (_, body, status) => {
  const port = await start();
  const text = await post(port, body);
  expect(statusOf(text)).toBe(status);
  expect(errorOf(text)).toMatchObject({ type: "invalid_request_error", message: expect.stringMatching(/\S/) });
  const wire = open(port);
  const request = head(json, "Connection: close", `Content-Length: ${Buffer.byteLength(body)}`);
  wire.socket.write(request.replace("/v1", "/api/v1"));
  wire.socket.write(body);
  expect(errorOf(await wire.closed).code).toBe(status);
  await goesOn(port);
});

test.each([
  ["headers of 20 KB", `GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`, 431],
  ["a bad request line", "HELLO\r\n\r\n", 400],
  ["a header without a colon", "GET /health HTTP/1.1\r\nHost: localhost\r\nnonsense\r\n\r\n", 400],
  ["a length and chunks", `${head(json, "Content-Length: 5", "Transfer-Encoding: chunked")}0\r\n\r\n`, 400],
  ["two lengths", `${head(json, "Content-Length: 5", "Content-Length: 6")}hello`, 400],
  ["an odd coding", head(json, "Transfer-Encoding: chunked, identity"), 400],
  ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
])("%s is answered in the API's own shape, and the connection ends", async (_, bytes, status) => {
  const port = await start();
  const wire = open(port);
  wire.socket.write(bytes, "latin1");
  const text = await wire.closed;
  expect(statusOf(text)).toBe(status);
  expect(text).toContain("connection: close");
  expect(errorOf(text)).toMatchObject({ type: "invalid_request_error" });
  await goesOn(port);
});

test("a request that does not arrive in time is told so with 408", async () => {
  const server = createHttpServer(() => {}, openaiChat);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const wire = open(typeof address === "object" && address !== null ? address.port : 0);
  server.on("connection", (socket) =>
    server.emit("clientError", Object.assign(new Error("late"), { code: "ERR_HTTP_REQUEST_TIMEOUT" }), socket),
  );
  const text = await wire.closed;
  server.close();
  expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(errorOf(text).code).toBe("request_timeout");
});

test("the server gives slow headers 15 s and a slow request 2 min", () => {
  const server = createHttpServer(() => {}, openaiChat);
  expect([server.headersTimeout, server.requestTimeout]).toEqual([15_000, 120_000]);
});

test("a client that leaves in the midst of its body leaves no row and no open exchange", async () => {
  const port = await start();
  const wire = open(port);
  wire.socket.write(head(json, "Content-Length: 1000") + chat);
  await new Promise((resolve) => setTimeout(resolve, 20));
  wire.socket.resetAndDestroy();
  await wire.closed;
  await goesOn(port);
  expect(gateways[0]?.ledger.list({ limit: 9 })).toHaveLength(1);
});

test("requests in one packet are answered in order", async () => {
  const wire = open(await start());
  const get = (path: string, connection: string) =>
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: ${connection}\r\n\r\n`;
  wire.socket.write(get("/health", "keep-alive").repeat(20) + get("/nothing", "close"));
  const statuses = [...(await wire.closed).matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
  expect(statuses).toEqual([...Array.from({ length: 20 }, () => 200), 404]);
});
