// The way of a request up to its first content, under virtual time: who is asked, when, and who else.
import { describe, expect, test } from "vitest";
import { chatSteps, createVirtualGateway, type ProviderScript } from "../../test/virtual-time.js";
import type { Generation } from "../ledger/generation.js";

const { ok, say, stop, done, failure, good, plain, refuses } = chatSteps;
const nothingLeft = { inFlight: 0, held: 0, timers: 0 };
const summary = (rows: readonly Generation[]) => rows.map(({ ending, status, code }) => [ending, status, code ?? "-"]);
const hosts = (calls: readonly { readonly host: string }[]) => calls.map((call) => call.host);

describe("a good answer", () => {
  test("is relayed, and its row says who served, what was used and what it cost", async () => {
    const rig = createVirtualGateway([good]);
    const client = rig.ask();
    await rig.advance(10_000);
    expect(client.status).toBe(200);
    expect(client.text).toContain('"content":"Hi"');
    expect(client.text.endsWith(done)).toBe(true);
    expect(Object.fromEntries(client.headers)).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "x-generation-id": "gen-0",
      "x-trunkline-provider": "a",
      "x-trunkline-model": "a/m",
    });
    expect(rig.rows).toMatchObject([
      { id: "gen-0", ending: "done", status: 200, provider: "a", upstreamModel: "m", upstreamId: "up-1", keyHash: "k" },
    ]);
    expect(rig.rows[0]).toMatchObject({
      costNanoUsd: 3_250_000,
      finishReason: "stop",
      usage: { provenance: "reported" },
    });
    expect(rig.held).toEqual(["gen-0"]);
    expect(rig.clean()).toEqual(nothingLeft);
  });

  test("that is plain has its cost in a header", async () => {
    const rig = createVirtualGateway([plain]);
    const client = rig.ask({ stream: false });
    await rig.advance(0);
    expect(client.headers.get("x-trunkline-cost-usd")).toBe("0.00325");
    expect(client.headers.get("content-length")).toBe(String(Buffer.byteLength(client.text)));
    expect(summary(rig.rows)).toEqual([["done", 200, "-"]]);
    expect(rig.clean()).toEqual(nothingLeft);
  });

  test("is complete with its end marker, though the provider never closes", async () => {
    const rig = createVirtualGateway([[ok, say("Hi"), stop, done]]);
    const client = rig.ask();
    await rig.advance(0);
    expect(client.state).toBe("over");
    await rig.advance(2_000);
    expect(rig.calls[0]?.aborted).toBe(true);
    expect(rig.clean()).toEqual(nothingLeft);
  });
});

describe("before the first content", () => {
  test.each<[string, ProviderScript]>([
    ["refuses for good", refuses(401)],
    ["sends an error in its stream", [ok, say(""), failure]],
    ["sends no content", [ok, say(""), 1_000, say("")]],
    ["redirects", [{ status: 307 }]],
  ])("where one endpoint %s, the next one answers unseen", async (_, script) => {
    const rig = createVirtualGateway([script, ...(script.includes(failure) ? [script, script] : []), good]);
    const client = rig.ask();
    await rig.advance(31_000);
    expect(hosts(rig.calls).at(-1)).toBe("b");
    expect(client.text).toContain('"content":"Hi"');
    expect(client.text).not.toContain("error");
    expect(rig.rows).toMatchObject([
      { ending: "done", provider: "b", attempts: rig.calls.map(({ host }) => ({ provider: host })) },
    ]);
  });

  test("a 500 is tried again here after a pause, and the client sees one answer", async () => {
    const rig = createVirtualGateway([refuses(500), good]);
    const client = rig.ask();
    await rig.advance(10_000);
    expect(rig.calls.map(({ host, atMs }) => [host, atMs])).toEqual([
      ["a", 0],
      ["a", 125],
    ]);
    expect(client.headers.get("x-trunkline-attempts")).toBe("2");
    expect(rig.rows[0]?.attempts).toMatchObject([
      { status: 500, code: "upstream_error" },
      { status: 200, code: undefined },
    ]);
  });

  test("a wish to wait 5 s is fulfilled, a longer one sends the request elsewhere", async () => {
    const short = createVirtualGateway([refuses(429, { "retry-after": "5" }), good]);
    short.ask();
    await short.advance(20_000);
    expect(short.calls.map(({ host, atMs }) => [host, atMs])).toEqual([
      ["a", 0],
      ["a", 5_000],
    ]);
    const long = createVirtualGateway([refuses(429, { "retry-after": "6" }), good]);
    long.ask();
    await long.advance(0);
    expect(hosts(long.calls)).toEqual(["a", "b"]);
  });

  test("with nobody else to ask, a long wish to wait goes to the client at once", async () => {
    const rig = createVirtualGateway([refuses(429, { "retry-after": "60" })]);
    const client = rig.ask({ model: "a/m" });
    await rig.advance(0);
    expect(client.status).toBe(429);
    expect(client.headers.get("retry-after")).toBe("60");
    expect(rig.calls).toHaveLength(1);
  });

  test("another credential of the provider comes first, at once, and the refused one rests", async () => {
    const rig = createVirtualGateway([refuses(401), good, good]);
    rig.ask({ model: "two/m" });
    await rig.advance(0);
    rig.ask({ model: "two/m" });
    await rig.advance(0);
    expect(rig.calls.map(({ key, atMs }) => [key, atMs])).toEqual([
      ["two0", 0],
      ["two1", 0],
      ["two1", 0],
    ]);
  });

  test("credentials that are limited for no time at all do not spin", async () => {
    const rig = createVirtualGateway(Array.from({ length: 50 }, () => refuses(429, { "retry-after": "0" })));
    rig.ask({ model: "two/m" });
    await rig.advance(60_000);
    expect(rig.calls.length).toBeLessThanOrEqual(4);
  });

  test("a spent plan gives the last error, with every attempt in its metadata", async () => {
    const rig = createVirtualGateway([]);
    const client = rig.ask();
    await rig.advance(10_000);
    expect(client.status).toBe(502);
    expect(client.headers.get("x-should-retry")).toBe("false");
    expect(JSON.parse(client.text).error).toMatchObject({ code: "upstream_error", metadata: { provider: "b" } });
    expect(JSON.parse(client.text).error.metadata.attempts).toMatchObject(
      ["a", "a", "a", "b", "b", "b"].map((provider) => ({ provider, status: 500, code: "upstream_error" })),
    );
    expect(rig.rows).toMatchObject([{ ending: "failed", status: 502, provider: "b", costNanoUsd: 0 }]);
    expect(rig.clean()).toEqual(nothingLeft);
  });

  test("with the retry budget spent nobody else is asked, and the row names who was", async () => {
    const spent = { earn() {}, spend: () => false };
    const rig = createVirtualGateway([refuses(401), good], {}, { retryBudget: spent });
    const client = rig.ask();
    await rig.advance(0);
    expect(client.status).toBe(424);
    expect(rig.calls).toHaveLength(1);
    expect(rig.rows).toMatchObject([{ ending: "failed", code: "upstream_auth", provider: "a" }]);
  });

  test("endpoints that failed three times in a row are asked last", async () => {
    const rig = createVirtualGateway([refuses(500), refuses(500), refuses(500), good, good]);
    rig.ask();
    await rig.advance(500);
    rig.ask();
    await rig.advance(0);
    expect(hosts(rig.calls)).toEqual(["a", "a", "a", "b", "b"]);
  });
});
