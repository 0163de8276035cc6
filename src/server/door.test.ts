// Who may come in, and what whoever may not is told: a real server on loopback, asked over raw sockets.
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { hashKey } from "../admission/keys.js";
import { build, type Gateway } from "../build.js";
import { loadSettings } from "../config/load.js";
import type { Settings } from "../config/settings.js";

const key = "sk-tl-0123456789";
const gateways: Gateway[] = [];
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
});

/** The port of a gateway of its own, with no provider but the echo. */
async function start(change: Partial<Settings> = {}): Promise<number> {
  const settings = loadSettings({ workingDirectory: "/nonexistent", environment: {}, listen: "127.0.0.1:0" });
  const gateway = await build({ ...settings, ...change }, { ledger: "memory" });
  gateways.push(gateway);
  return Number(new URL((await gateway.listen()).url).port);
}

interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends these lines and a body as they are, and reads until the server closes. */
function send(port: number, line: string, headers: readonly string[] = [], body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      const [head = "", ...rest] = text.split("\r\n\r\n");
      const [first = "", ...lines] = head.split("\r\n");
      const pairs = lines.map((one): [string, string] => {
        const colon = one.indexOf(":");
        return [one.slice(0, colon).toLowerCase(), one.slice(colon + 1).trim()];
      });
      resolve({ status: Number(first.split(" ")[1]), headers: new Map(pairs), body: rest.join("\r\n\r\n") });
    });
    const host = headers.some((one) => /^host:/i.test(one)) ? [] : [`Host: 127.0.0.1:${port}`];
    socket.write([`${line} HTTP/1.1`, ...host, "Connection: close", ...headers, "", body].join("\r\n"));
  });
}

const chat = JSON.stringify({ model: "simulator/echo", messages: [{ role: "user", content: "Hello" }] });
/** A whole chat request to the echo. */
const ask = (port: number, headers: readonly string[] = [], path = "/v1/chat/completions") =>
  send(port, `POST ${path}`, ["Content-Type: application/json", `Content-Length: ${chat.length}`, ...headers], chat);

const errorOf = ({ body }: Answer) => JSON.parse(body).error;
const bearer = `Authorization: Bearer ${key}`;

test("an open gateway answers, and says which generation it was and who served", async () => {
  const port = await start();
  const answer = await ask(port, ["Authorization: Bearer anything"]);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-generation-id")).toMatch(/^gen-\d+-[0-9A-Za-z]{20}$/);
  expect(answer.headers.get("x-request-id")).toBe(answer.headers.get("x-generation-id"));
  expect(answer.headers.get("x-trunkline-provider")).toBe("simulator");
  expect(answer.headers.get("x-trunkline-model")).toBe("simulator/echo");
  expect(answer.headers.get("x-trunkline-cost-usd")).toBe("0");
});

test.each([
  "localhost",
  "localhost:9",
  "127.0.0.1",
  "[::1]:4100",
  "LOCALHOST:1",
  "my.name",
  "MY.NAME:80",
  "upper.name",
])("the host %s is the gateway's own", async (host) => {
  const port = await start({ hosts: ["my.name", "Upper.Name"] });
  expect((await send(port, "GET /health", [`Host: ${host}`])).status).toBe(200);
});

test.each(["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:4100", "169.254.169.254", ""])(
  "the host %j is another's: a web page that renamed itself gets nothing",
  async (host) => {
    const port = await start();
    for (const path of ["/health", "/v1/models", "/api/v1/models", "/nothing"]) {
      const answer = await send(port, `GET ${path}`, [`Host: ${host}`]);
      expect([answer.status, errorOf(answer).message]).toEqual([403, expect.stringContaining("Host header")]);
    }
  },
);

test("two hosts in one request are refused", async () => {
  const port = await start();
  const answer = await send(port, "GET /health", ["Host: 127.0.0.1", "Host: evil.example"]);
  expect(answer.status).toBe(400);
});

test("an absolute address in the request line does not choose a route", async () => {
  const port = await start();
  expect((await send(port, "GET http://evil.example/health")).status).toBe(404);
});

test.each(["https://evil.example", "null", "http://127.0.0.1:1", "file://"])(
  "a page from %s may not use an open gateway, and the request costs nothing",
  async (origin) => {
    const port = await start();
    const answer = await ask(port, [`Origin: ${origin}`]);
    expect([answer.status, errorOf(answer).code]).toEqual([403, "origin_not_allowed"]);
    expect(gateways[0]?.ledger.list({ limit: 9 })).toEqual([]);
  },
);

test("the gateway's own pages may", async () => {
  const port = await start();
  expect((await ask(port, [`Origin: http://127.0.0.1:${port}`])).status).toBe(200);
});

test("a foreign page with a key may, and can read the headers that say who served", async () => {
  const port = await start({ keyHashes: [hashKey(key)] });
  const answer = await ask(port, ["Origin: https://app.example", bearer]);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example");
  expect(answer.headers.get("vary")).toBe("origin");
  expect(answer.headers.get("access-control-expose-headers")).toContain("x-generation-id");
  expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
});

test("a foreign page can read why it was refused", async () => {
  const port = await start({ keyHashes: [hashKey(key)] });
  const answer = await ask(port, ["Origin: null"]);
  expect([answer.status, errorOf(answer).code]).toEqual([401, "invalid_api_key"]);
  expect(answer.headers.get("access-control-allow-origin")).toBe("null");
});

test("a preflight allows the headers that the page asks for, without a key", async () => {
  const port = await start({ keyHashes: [hashKey(key)] });
  const asked = "authorization, content-type, x-stainless-lang";
  const answer = await send(port, "OPTIONS /v1/chat/completions", [
    "Origin: https://app.example",
    "Access-Control-Request-Method: POST",
    `Access-Control-Request-Headers: ${asked}`,
  ]);
  expect(answer.status).toBe(204);
  expect(answer.headers.get("access-control-allow-headers")).toBe(asked);
  expect(answer.headers.get("access-control-allow-methods")).toContain("POST");
  expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example");
  const strange = await send(port, "OPTIONS /v1/models", ["Access-Control-Request-Headers: a;b"]);
  expect(strange.headers.get("access-control-allow-headers")).toBe("authorization, content-type");
});

test("a wrong key is refused before a byte of the body is read", async () => {
  const port = await start({ keyHashes: [hashKey(key)] });
  for (const headers of [["X-Nothing: 1"], ["Authorization: Bearer sk-tl-wrong"], ["Expect: 100-continue"]]) {
    // The body that is announced never comes.
    const answer = await send(port, "POST /v1/chat/completions", [
      "Content-Type: application/json",
      "Content-Length: 20000000",
      ...headers,
    ]);
    expect([answer.status, errorOf(answer).code]).toEqual([401, "invalid_api_key"]);
    expect(answer.headers.get("connection")).toBe("close");
  }
});

test.each(["/v1/chat/completions", "/v1/models", "/v1/models/gpt-4o", "/api/v1/generation?id=x"])(
  "%s asks for a key where keys are configured",
  async (path) => {
    const port = await start({ keyHashes: [hashKey(key)] });
    const method = path.endsWith("completions") ? "POST" : "GET";
    expect((await send(port, `${method} ${path}`)).status).toBe(401);
  },
);

test.each([
  [
    "/v1",
    { code: "invalid_api_key", type: "authentication_error", param: null, metadata: { error_type: "authentication" } },
  ],
  ["/api/v1", { code: 401, type: "invalid_api_key", metadata: { error_type: "authentication" } }],
])("an error on %s has the shape of its profile", async (base, shape) => {
  const port = await start({ keyHashes: [hashKey(key)] });
  const answer = await ask(port, [], `${base}/chat/completions`);
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(errorOf(answer)).toMatchObject(shape);
});

test.each([
  ["GET /v1/nothing", 404, "not_found"],
  ["POST /", 404, "not_found"],
  ["GET /v1/chat/completions", 405, "method_not_allowed"],
  ["DELETE /v1/models", 405, "method_not_allowed"],
  ["GET /v1/models/no-such-model", 404, "model_not_found"],
  ["GET /v1/%00%0d%0a", 404, "not_found"],
  ["GET /v1/models/%E0%A4%A", 404, "model_not_found"],
])("%s is %i", async (line, status, code) => {
  const port = await start();
  const answer = await send(port, line);
  expect([answer.status, errorOf(answer).code]).toEqual([status, code]);
  const other = await send(port, line.replace("/v1", "/api/v1"));
  if (line.startsWith("GET /v1/nothing")) expect(errorOf(other)).toMatchObject({ code: status, type: code });
});

test("the owner's routes do not exist for who comes over the network, whatever the key", async () => {
  const port = await start({ keyHashes: [hashKey(key)] });
  for (const path of ["/_trunkline/generations", "/_trunkline/generations/gen-1"])
    expect((await send(port, `GET ${path}`, [bearer])).status).toBe(404);
});

test("a generation is there for the key that made it, and for no other", async () => {
  const other = "sk-tl-another-one";
  const port = await start({ keyHashes: [key, other].map(hashKey) });
  const id = (await ask(port, [bearer], "/api/v1/chat/completions")).headers.get("x-generation-id");
  const mine = await send(port, `GET /api/v1/generation?id=${id}`, [bearer]);
  expect(JSON.parse(mine.body).data).toMatchObject({ id, model: "simulator/echo", provider_name: "Simulator" });
  const theirs = await send(port, `GET /api/v1/generation?id=${id}`, [`X-Api-Key: ${other}`]);
  expect([theirs.status, errorOf(theirs).type]).toEqual([404, "not_found"]);
  expect((await send(port, "GET /api/v1/generation", [bearer])).status).toBe(400);
});

test("the models that can be served now are listed on /v1, and the whole catalogue on /api/v1", async () => {
  const port = await start();
  const ready = JSON.parse((await send(port, "GET /v1/models")).body).data.map(({ id }: { id: string }) => id);
  expect(ready).toContain("simulator/echo");
  expect(ready).not.toContain("openai/gpt-4o");
  const page = JSON.parse((await send(port, "GET /api/v1/models?limit=2&offset=1&q=gpt")).body);
  expect(page.data).toHaveLength(2);
  expect(page.links.next).toBe("/api/v1/models?offset=3&limit=2");
  expect((await send(port, "GET /api/v1/models?limit=0")).status).toBe(400);
});
