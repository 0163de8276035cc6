// One source over loopback, which answers as badly as a source can.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readOwnList } from "../catalog/sync/read-own-list.js";
import type { CatalogSource } from "../catalog/sync/sources.js";
import { type Fetched, fetchSource } from "./catalog-fetch.js";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let handle: Handler;
let seen: IncomingMessage["headers"][];
beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    seen.push(request.headers);
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const origin = () => `http://127.0.0.1:${addressOf(server).port}`;

function addressOf(listening: Server): AddressInfo {
  const address = listening.address();
  if (typeof address !== "object" || address === null) throw new Error("it does not listen");
  return address;
}

function get(
  more: { readonly timeoutMs?: number; readonly mostBytes?: number; readonly url?: string } = {},
): Promise<Fetched> {
  const source: CatalogSource = {
    name: "list",
    url: more.url ?? `${origin()}/models`,
    licence: "MIT",
    standing: "own",
    wholeListOf: "p",
    read: (document) => readOwnList(document, "p"),
  };
  const { timeoutMs = 5_000, mostBytes } = more;
  const limits = { timeoutMs, signal: new AbortController().signal, ...(mostBytes === undefined ? {} : { mostBytes }) };
  return fetchSource({ source, headers: { authorization: "Bearer s3cret" } }, limits);
}

async function sentence(...given: Parameters<typeof get>): Promise<string> {
  const fetched = await get(...given);
  return fetched.ok ? "it was read" : fetched.sentence;
}

const list = JSON.stringify({ data: [{ id: "one" }, { id: "two" }] });
const send = (status: number, body: string | Buffer, headers: Record<string, string> = {}): Handler => {
  return (_request, response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
};

test("a list is read, and the key goes with the question", async () => {
  handle = send(200, list);
  expect(await get()).toMatchObject({
    ok: true,
    facts: { source: "list", wholeListOf: "p", facts: [{ model: "one" }, { model: "two" }] },
  });
  expect(seen[0]?.authorization).toBe("Bearer s3cret");
});

test.each<[string, Handler, string]>([
  ["a web page", send(200, "<!doctype html><p>Sign in"), "It sent a web page where JSON was expected."],
  ["half a JSON", send(200, list.slice(0, 20)), "Its JSON is damaged or cut off."],
  ["rubbish", send(200, "\u0000\u00ff rubbish"), "It sent text that is no JSON."],
  ["nothing", send(200, ""), "It sent an empty answer."],
  ["another JSON", send(200, '{"ok":true}'), "It is no list of models."],
  ["an error", send(503, "busy"), "It answered with the status 503."],
  ["a refusal", send(401, "{}"), "It answered with the status 401: it refuses the key."],
  ["an empty success", send(204, ""), "It answered with the status 204."],
  [
    "a closed connection",
    (_request, response) => response.destroy(),
    "It could not be read: it closed the connection.",
  ],
  [
    "an answer that breaks off",
    (_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("{");
      setTimeout(() => response.destroy(), 20);
    },
    "It could not be read: it closed the connection.",
  ],
  [
    "what is no HTTP",
    (_request, response) => response.socket?.end("hello\r\n\r\n"),
    "It could not be read: its answer is not HTTP.",
  ],
])("%s becomes one sentence", async (_what, answer, expected) => {
  handle = answer;
  expect(await sentence()).toBe(expected);
});

test("one that hangs is given up, before its head and in the middle of its body", async () => {
  handle = () => {};
  expect(await sentence({ timeoutMs: 100 })).toBe("It did not answer whole within 0.1 seconds.");
  handle = (_request, response) => response.writeHead(200).write('{"data":[');
  expect(await sentence({ timeoutMs: 100 })).toBe("It did not answer whole within 0.1 seconds.");
});

test("one that never stops is cut at its bound, packed or not", async () => {
  const blanks = Buffer.alloc(3 * 1024 * 1024, " ");
  handle = send(200, blanks);
  expect(await sentence({ mostBytes: 2 * 1024 * 1024 })).toBe("It sent more than 2 MiB.");
  handle = send(200, gzipSync(blanks), { "content-encoding": "gzip" });
  expect(await sentence({ mostBytes: 2 * 1024 * 1024 })).toBe("It sent more than 2 MiB.");
});

test("one that is not there becomes one sentence", async () => {
  const { port } = addressOf(server);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await sentence({ url: `http://127.0.0.1:${port}/` })).toBe(
    "It could not be read: nothing listens at its address.",
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

test("a redirect is followed, at most three times", async () => {
  handle = (request, response) => {
    const step = Number(request.url?.slice(1)) || 0;
    if (step < 3) send(302, "", { location: `/${step + 1}` })(request, response);
    else send(200, list)(request, response);
  };
  expect(await sentence({ url: `${origin()}/0` })).toBe("it was read");
  handle = (request, response) => send(302, "", { location: `${request.url}x` })(request, response);
  expect(await sentence()).toBe("It redirects more than 3 times.");
});

test("the key never follows a redirect to another place", async () => {
  const other = createServer((request, response) => {
    seen.push(request.headers);
    send(200, list)(request, response);
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  handle = send(302, "", { location: `http://127.0.0.1:${addressOf(other).port}/` });
  expect(await sentence()).toBe("it was read");
  expect(seen.map(({ authorization }) => authorization)).toEqual(["Bearer s3cret", undefined]);
  await new Promise((resolve) => other.close(resolve));
});

test.each(["file:///etc/passwd", "http://", "data:application/json,{}"])(
  "a redirect to %s is not followed",
  async (location) => {
    handle = send(302, "", { location });
    expect(await sentence()).toBe("It redirects to an address that cannot be followed.");
  },
);
