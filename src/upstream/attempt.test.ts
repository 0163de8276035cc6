// One call under virtual time: the test plays the provider through the transport's handler.
import { expect, test } from "vitest";
import { createVirtualTime } from "../../test/virtual-time.js";
import { TrunklineError } from "../canonical/error.js";
import type { Provider } from "../catalog/provider.js";
import { openaiChat } from "../dialects/openai-chat/dialect.js";
import { type AttemptOrder, startAttempt } from "./attempt.js";
import type { Timeouts } from "./timeouts.js";
import type { TransportHandler, TransportRequest } from "./transport.js";

const timeouts: Timeouts = { connect: 5_000, firstToken: 30_000, idle: 10_000, total: 600_000 };
const acme: Provider = {
  id: "acme",
  name: "Acme",
  dialects: ["openai-chat"],
  baseUrl: "https://acme.example/v1",
  authentication: { type: "bearer" },
  environment: ["ACME_KEY"],
  aggregator: false,
  keepsExtensions: false,
  source: "test",
};

function start(change: Partial<AttemptOrder> = {}) {
  const time = createVirtualTime();
  const calls: { request: TransportRequest; handler: TransportHandler }[] = [];
  const log: string[] = [];
  const errors: TrunklineError[] = [];
  const heard: Buffer[] = [];
  const client = { reads: true };
  const handle = startAttempt(
    {
      ...time,
      transport: {
        call(request, handler) {
          calls.push({ request, handler });
          return { resume: () => void log.push("resumed"), abort: () => void log.push("aborted") };
        },
        async close() {},
      },
    },
    {
      provider: acme,
      credential: { label: "acme#0", secret: () => "s3cret" },
      dialect: openaiChat,
      request: { path: "/chat/completions", headers: { "x-extra": "1" }, body: Buffer.from("{}"), notes: [] },
      stream: true,
      timeouts,
      deadline: { atMs: 60_000, code: "timeout_total" },
      ...change,
    },
    {
      data(bytes) {
        heard.push(bytes);
        return client.reads;
      },
      end: () => void log.push("end"),
      fault(error, status) {
        errors.push(error);
        log.push(`${error.code} ${status ?? "-"}`);
      },
    },
  );
  const handler = (): TransportHandler => {
    const [call] = calls;
    if (call === undefined) throw new Error("no call was made");
    return call.handler;
  };
  return { ...time, handle, handler, calls, log, errors, heard, client };
}

const bytes = Buffer.from("data: {}\n\n");

test("the request carries the row's URL, the provider's secret and what was written", () => {
  const { calls } = start();
  expect(calls[0]?.request).toMatchObject({
    method: "POST",
    url: "https://acme.example/v1/chat/completions",
    connectTimeoutMs: 5_000,
    headers: {
      authorization: "Bearer s3cret",
      accept: "text/event-stream",
      "accept-encoding": "identity",
      "content-type": "application/json",
      "x-extra": "1",
    },
  });
});

test("a whole answer is data and an end, and leaves no timer behind", async () => {
  const attempt = start();
  attempt.handler().onHead(200, {});
  attempt.handler().onData(bytes);
  attempt.handle.content();
  attempt.handler().onEnd();
  await attempt.advance(600_000);
  expect(attempt.log).toEqual(["end"]);
  expect(attempt.heard).toHaveLength(1);
  expect(attempt.pending()).toBe(0);
});

test("a stream without content ends at the first-token limit, whatever pings come", async () => {
  const attempt = start();
  attempt.handler().onHead(200, {});
  await attempt.advance(20_000);
  attempt.handler().onData(Buffer.from(": ping\n\n"));
  await attempt.advance(9_999);
  expect(attempt.log).toEqual([]);
  await attempt.advance(1);
  expect(attempt.log).toEqual(["aborted", "timeout_first_token 200"]);
  expect(attempt.errors[0]?.sentence).toContain("Acme sent no content for 30 s");
  expect(attempt.errors[0]?.details.provider).toBe("acme");
});

test("after the first content only silence is watched, and each event starts it again", async () => {
  const attempt = start({ deadline: { atMs: 600_000, code: "timeout_total" } });
  attempt.handler().onHead(200, {});
  await attempt.advance(29_000);
  attempt.handle.content();
  for (let event = 0; event < 10; event++) {
    await attempt.advance(9_999);
    attempt.handle.alive();
  }
  expect(attempt.log).toEqual([]);
  await attempt.advance(10_000);
  expect(attempt.log).toEqual(["aborted", "timeout_idle 200"]);
});

test("bytes that complete no event are silence", async () => {
  const attempt = start();
  attempt.handle.content();
  for (let byte = 0; byte < 9; byte++) {
    await attempt.advance(1_000);
    attempt.handler().onData(Buffer.from("x"));
  }
  await attempt.advance(1_000);
  expect(attempt.log).toEqual(["aborted", "timeout_idle -"]);
});

test.each([
  ["timeout_total", "for a whole request"],
  ["deadline_exceeded", "that the client set"],
] as const)("the deadline ends a call that is alive: %s", async (code, whose) => {
  const attempt = start({ deadline: { atMs: 25_000, code } });
  attempt.handle.content();
  for (let event = 0; event < 5; event++) {
    await attempt.advance(5_000);
    attempt.handle.alive();
  }
  expect(attempt.log).toEqual(["aborted", `${code} -`]);
  expect(attempt.errors[0]?.message).toContain(whose);
});

test("a plain call has the deadline alone", async () => {
  const attempt = start({ stream: false });
  expect(attempt.calls[0]?.request.headers.accept).toBe("application/json");
  await attempt.advance(59_999);
  expect(attempt.log).toEqual([]);
  await attempt.advance(1);
  expect(attempt.log).toEqual(["aborted", "timeout_total -"]);
});

test("no call is made after the deadline", () => {
  const attempt = start({ deadline: { atMs: 0, code: "deadline_exceeded" } });
  expect(attempt.calls).toEqual([]);
  expect(attempt.log).toEqual(["deadline_exceeded -"]);
});

test("a client that reads slowly stops the clock of silence, not the deadline's", async () => {
  const attempt = start({ deadline: { atMs: 100_000, code: "timeout_total" } });
  attempt.handler().onHead(200, {});
  attempt.handle.content();
  attempt.client.reads = false;
  expect(attempt.handler().onData(bytes)).toBe(false);
  await attempt.advance(50_000);
  expect(attempt.log).toEqual([]);
  attempt.client.reads = true;
  attempt.handle.resume();
  expect(attempt.log).toEqual(["resumed"]);
  await attempt.advance(9_999);
  expect(attempt.log).toEqual(["resumed"]);
  await attempt.advance(1);
  expect(attempt.log).toEqual(["resumed", "aborted", "timeout_idle 200"]);
});

test("a client that never reads again is bounded by the deadline", async () => {
  const attempt = start();
  attempt.handle.content();
  attempt.client.reads = false;
  attempt.handler().onData(bytes);
  await attempt.advance(60_000);
  expect(attempt.log).toEqual(["aborted", "timeout_total -"]);
});

test("an aborted call tells nothing more, also where the transport still does", async () => {
  const attempt = start();
  attempt.handle.abort();
  attempt.handler().onHead(200, {});
  attempt.handler().onData(bytes);
  attempt.handler().onEnd();
  attempt.handler().onFault({ kind: "reset", message: "late", sent: true });
  attempt.handle.abort();
  await attempt.advance(600_000);
  expect(attempt.log).toEqual(["aborted"]);
  expect(attempt.heard).toEqual([]);
  expect(attempt.pending()).toBe(0);
});

test.each([301, 302, 303, 307, 308, 304])("HTTP %i is never followed, and permanent", (status) => {
  const attempt = start();
  attempt.handler().onHead(status, { location: "https://elsewhere.example" });
  expect(attempt.log).toEqual(["aborted", `upstream_redirect ${status}`]);
  expect(attempt.errors[0]?.status).toBe(424);
  expect(attempt.calls).toHaveLength(1);
});

test("a refusal is read by the dialect once it is whole, with its retry-after", () => {
  const attempt = start();
  attempt.handler().onHead(429, { "retry-after": "7" });
  attempt.handler().onData(Buffer.from('{"error":{"mess'));
  attempt.handler().onData(Buffer.from('age":"Slow down.","code":"rate_limit_exceeded"}}'));
  expect(attempt.log).toEqual([]);
  attempt.handler().onEnd();
  expect(attempt.log).toEqual(["upstream_rate_limit 429"]);
  expect(attempt.errors[0]?.details).toMatchObject({ retryAfterMs: 7_000, provider: "acme" });
  expect(attempt.heard).toEqual([]);
});

test("a refusal without a body is still what its status says", () => {
  const attempt = start();
  attempt.handler().onHead(503, {});
  attempt.handler().onEnd();
  expect(attempt.log).toEqual(["upstream_overloaded 503"]);
});

test("a refusal whose body breaks off is still what its status says", () => {
  const attempt = start();
  attempt.handler().onHead(413, {});
  attempt.handler().onData(Buffer.from("Payload Too La"));
  attempt.handler().onFault({ kind: "reset", message: "it closed the connection", sent: true });
  expect(attempt.log).toEqual(["upstream_refused 413"]);
});

test("of a refusal's body at most 64 KiB are read, and the rest is not waited for", () => {
  const seen: number[] = [];
  const dialect = {
    ...openaiChat,
    readError(status: number, body: Buffer) {
      seen.push(body.length);
      return openaiChat.readError(status, body);
    },
  };
  const bounded = start({ dialect });
  bounded.handler().onHead(500, {});
  for (let piece = 0; piece < 100; piece++) bounded.handler().onData(Buffer.alloc(10_000, 120));
  expect(seen).toEqual([65_536]);
  expect(bounded.log).toEqual(["aborted", "upstream_error 500"]);
  expect(bounded.errors[0]?.details.providerMessage?.length ?? 0).toBeLessThanOrEqual(2_048);
});

test("a plain answer above 64 MiB is no answer", () => {
  const attempt = start({ stream: false });
  attempt.handler().onHead(200, {});
  const piece = Buffer.alloc(1024 * 1024);
  for (let mebibyte = 0; mebibyte < 64; mebibyte++) attempt.handler().onData(piece);
  expect(attempt.log).toEqual([]);
  attempt.handler().onData(Buffer.from("x"));
  expect(attempt.log).toEqual(["aborted", "upstream_invalid 200"]);
});

test.each([
  ["connect", "upstream_connect"],
  ["dns", "upstream_dns"],
  ["tls", "upstream_tls"],
  ["timeout-connect", "timeout_connect"],
  ["reset", "upstream_reset"],
  ["invalid", "upstream_invalid"],
] as const)("the fault %s on the wire is %s", (kind, code) => {
  const attempt = start();
  attempt.handler().onFault({ kind, message: "it is so", sent: false });
  expect(attempt.log).toEqual(["aborted", `${code} -`]);
  expect(attempt.errors[0]?.message).toBe("Acme cannot be used: it is so.");
});

test("a cut after the first bytes of an answer is a truncation, whatever the wire calls it", () => {
  const attempt = start();
  attempt.handler().onHead(200, {});
  attempt.handler().onData(bytes);
  attempt.handler().onFault({ kind: "invalid", message: "it is so", sent: true });
  expect(attempt.log).toEqual(["aborted", "upstream_truncated 200"]);
});

test("no error holds the secret", () => {
  const attempt = start();
  attempt.handler().onHead(401, {});
  attempt.handler().onData(Buffer.from('{"error":{"message":"Incorrect API key: sk-proj-abcdef123456."}}'));
  attempt.handler().onEnd();
  const [error] = attempt.errors;
  expect(TrunklineError.is(error) && `${error.sentence}${JSON.stringify(error.details)}`).not.toMatch(/abcdef|s3cret/);
  expect(attempt.log).toEqual(["upstream_auth 401"]);
});
