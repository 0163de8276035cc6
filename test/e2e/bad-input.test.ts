// What people send by mistake: each gets a clear error in OpenAI's shape, or on the terminal, and the gateway goes on.
import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isObject, parseJson } from "../../src/canonical/json.js";
import { type Folder, type GatewayProcess, runCommand, startGateway, temporaryFolder } from "./gateway-process.js";
import { startUpstream, type Upstream } from "./upstream.js";

let upstream: Upstream;
let folder: Folder;
let gateway: GatewayProcess;

beforeAll(async () => {
  upstream = await startUpstream();
  folder = temporaryFolder();
  gateway = await startGateway({
    folder,
    config: `providers:\n  up: { dialect: openai-chat, baseUrl: "${upstream.url}/v1" }\nlimits: { bodyBytes: 100000 }\n`,
  });
});

afterAll(async () => {
  gateway.child.kill("SIGTERM");
  await gateway.ended;
  await upstream.close();
  folder.remove();
});

interface Reply {
  readonly status: number;
  readonly body: string;
}

function post(
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  path = "/v1/chat/completions",
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const all = { "content-type": "application/json", ...headers };
    const call = request(gateway.url + path, { method: "POST", headers: all }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    call.on("error", reject);
    call.end(body);
  });
}

const user = { role: "user", content: "Hi" };
const ok = { model: "up/say", messages: [user] };
const body = (change: object) => JSON.stringify({ ...ok, ...change });

/** What is sent; the status; the field that is named; a word of the message. */
const table: readonly (readonly [string, string | Buffer, number, string | null, RegExp])[] = [
  ["nothing", "", 400, null, /JSON/],
  ["text that is no JSON", "{ model: 1 }", 400, null, /JSON/],
  ["JSON cut short", '{"model":"up/say","messages":[{"role":"us', 400, null, /JSON/],
  ["bytes that are no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400, null, /UTF-8/],
  ["a list at the top", "[]", 400, null, /object/],
  ["no model", JSON.stringify({ messages: [user] }), 400, "model", /model/],
  ["a model of the wrong type", body({ model: 4 }), 400, "model", /string/],
  ["a model name with control characters", body({ model: "up/sa\u0000y\r\n" }), 400, "model", /character/],
  ["two models", `{"model":"a","model":"b","messages":[]}`, 400, "model", /twice|more than once|duplicate/i],
  ["no messages", JSON.stringify({ model: "up/say" }), 400, "messages", /messages/],
  ["messages of the wrong type", body({ messages: "Hi" }), 400, "messages", /array|list/],
  ["empty messages", body({ messages: [] }), 400, "messages", /at least one|empty/],
  [
    "an unknown role",
    body({ messages: [{ role: "robot", content: "Hi" }] }),
    400,
    "messages[0].role",
    /robot.*Supported values/,
  ],
  [
    "content of the wrong type",
    body({ messages: [{ role: "user", content: 5 }] }),
    400,
    "messages[0].content",
    /content/,
  ],
  ["a negative max_tokens", body({ max_tokens: -1 }), 400, "max_tokens", /max_tokens/],
  ["a temperature in words", body({ temperature: "hot" }), 400, "temperature", /number/],
  ["stream in words", body({ stream: "yes" }), 400, "stream", /boolean|true/],
  ["tools of the wrong type", body({ tools: {} }), 400, "tools", /tools/],
  [
    "a thousand levels of nesting",
    body({ deep: "DEEP" }).replace('"DEEP"', "[".repeat(1_000) + "]".repeat(1_000)),
    400,
    null,
    /deep|depth|nest|level/i,
  ],
  ["a body over the bound", body({ filler: "x".repeat(100_001) }), 413, null, /bytes/],
  ["an unknown model", body({ model: "opnai/gpt4o" }), 404, "model", /not a valid model ID.*openai\/gpt-4o/],
  ["a model without a key", body({ model: "openai/gpt-4o" }), 404, "model", /OPENAI_API_KEY/],
];

describe.each(table)("%s", (_name, sent, status, param, word) => {
  test("gets a clear error in OpenAI's shape", async () => {
    const reply = await post(sent);
    const parsed = parseJson(reply.body);
    const error = isObject(parsed) && isObject(parsed.error) ? parsed.error : undefined;
    expect(reply.status).toBe(status);
    expect(error?.message).toMatch(word);
    expect(typeof error?.type).toBe("string");
    expect(typeof error?.code).toBe("string");
    expect(error?.param ?? null).toBe(param);
  });

  test("gets the same status from the OpenRouter profile, as an integer code", async () => {
    const reply = await post(sent, {}, "/api/v1/chat/completions");
    const parsed = parseJson(reply.body);
    const error = isObject(parsed) && isObject(parsed.error) ? parsed.error : undefined;
    expect(error?.code).toBe(status);
    expect(error?.message).toMatch(word);
  });
});

test("a header over the bound gets 431", async () => {
  const reply = await post(body({}), { "x-long": "x".repeat(20_000) });
  expect(reply.status).toBe(431);
  expect(reply.body).toContain("headers_too_large");
});

test("a body that is not JSON by its type gets 415", async () => {
  expect((await post(body({}), { "content-type": "text/plain" })).status).toBe(415);
});

test("a foreign Host gets 403", async () => {
  const reply = await post(body({}), { host: "evil.example" });
  expect(reply.status).toBe(403);
  expect(reply.body).toContain("host_not_allowed");
});

test.each(["https://evil.example", "null"])("the Origin %s gets 403 where there are no keys", async (origin) => {
  const reply = await post(body({}), { origin });
  expect(reply.status).toBe(403);
  expect(reply.body).toContain("origin_not_allowed");
});

test("bytes that are no HTTP get 400 and a closed connection", async () => {
  const text = await new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1", () => socket.write("nonsense\r\n\r\n"));
    let got = "";
    socket.on("data", (chunk) => {
      got += chunk.toString();
    });
    socket.on("close", () => resolve(got));
  });
  expect(text).toMatch(/^HTTP\/1\.1 400/);
  expect(text).toContain('"invalid_request"');
});

test("after all of this it still answers", async () => {
  const reply = await post(body({}));
  expect(reply.status).toBe(200);
  expect(reply.body).toContain("One two three four.");
});

describe("a bad trunkline.yaml is refused with place, reason and remedy", () => {
  const files: readonly (readonly [string, string, RegExp])[] = [
    ["an unknown setting", "listn: 127.0.0.1:1\n", /trunkline\.yaml:1:1.*"listn".*Did you mean "listen"/],
    [
      "an unknown setting of a provider",
      "providers:\n  up: { baseURL: x }\n",
      /trunkline\.yaml:2:\d+.*Did you mean "baseUrl"/,
    ],
    ["a wrong type", "keys: five\n", /trunkline\.yaml:1:\d+.*keys/],
    [
      "a dialect that comes later",
      'providers:\n  g: { dialect: cohere-chat, baseUrl: "http://127.0.0.1:1" }\n',
      /cohere-chat.*later version/,
    ],
    [
      "a price that is no decimal",
      'models:\n  a/b: { price: { inputUsdPerMTok: "cheap", outputUsdPerMTok: "1" } }\n',
      /cheap/,
    ],
    ["text that is no YAML", "providers: [\n", /trunkline\.yaml.*line 2/s],
  ];
  test.each(files)("%s", async (_name, text, word) => {
    const own = temporaryFolder();
    const config = own.write("trunkline.yaml", text);
    const result = await runCommand(
      ["serve", "--config", config, "--listen", "127.0.0.1:0", "--data", `${own.path}/data`],
      { folder: own },
    );
    own.remove();
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(word);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });
});
