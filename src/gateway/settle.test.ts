// How an exchange ends, under virtual time: one row with its true cause, the upstream call ended, everything given back.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chatSteps, createVirtualGateway, type ProviderScript, type ProviderStep } from "../../test/virtual-time.js";
import type { Generation } from "../ledger/generation.js";

const { ok, say, stop, done, failure, good, plain, refuses } = chatSteps;
const nothingLeft = { inFlight: 0, held: 0, timers: 0 };
const endings = (rows: readonly Generation[]) => rows.map(({ ending, status, code }) => [ending, status, code ?? "-"]);

/** The data of each frame, parsed; `[DONE]` as it is. */
const frames = (text: string) =>
  text
    .split("\n\n")
    .filter((event) => event.startsWith("data: "))
    .map((event) => (event === "data: [DONE]" ? "[DONE]" : JSON.parse(event.slice(6))));

describe("after the first content", () => {
  test.each<[string, ProviderScript, string, string]>([
    ["the wire breaks", [ok, say("Hi"), { fault: "reset" }], "upstream_truncated", "upstream_cut"],
    ["the stream ends without its end", [ok, say("Hi"), "end"], "upstream_truncated", "upstream_cut"],
    ["the provider sends an error", [ok, say("Hi"), failure], "upstream_error", "failed"],
    [
      "an error comes with the last words in one piece",
      [ok, say("Hi"), say(" there") + failure],
      "upstream_error",
      "failed",
    ],
    ["the provider falls silent", [ok, say("Hi")], "timeout_idle", "timeout"],
    ["what comes is no JSON", [ok, say("Hi"), "data: {broken\n\n"], "upstream_invalid", "failed"],
  ])("where %s, no one else is asked and the stream ends with an error", async (_, script, code, ending) => {
    const rig = createVirtualGateway([script, good]);
    const client = rig.ask();
    await rig.advance(120_000);
    expect(rig.calls).toHaveLength(1);
    const told = frames(client.text);
    expect(client.text).toContain('"content":"Hi"');
    expect(told.at(-2)).toMatchObject({ error: { code }, choices: [{ finish_reason: "error" }] });
    expect(told.at(-1)).toBe("[DONE]");
    expect(endings(rig.rows)).toEqual([[ending, 200, code]]);
    expect(rig.rows[0]).toMatchObject({ usage: { provenance: "estimated" }, finishReason: undefined });
    expect(rig.rows[0]?.costNanoUsd).toBeGreaterThan(0);
    expect(rig.clean()).toEqual(nothingLeft);
  });

  test("every word that came before the error reaches the client, however the bytes were cut", async () => {
    for (const script of [
      [ok, say("one "), say("two ") + failure],
      [ok, say("one "), say("two "), failure],
    ]) {
      const rig = createVirtualGateway([script]);
      const client = rig.ask();
      await rig.advance(0);
      expect(client.text).toContain("two ");
    }
  });

  test("a wire that breaks after the end of the answer changes nothing", async () => {
    const rig = createVirtualGateway([[ok, say("Hi"), stop, { fault: "reset" }]]);
    const client = rig.ask();
    await rig.advance(10_000);
    expect(frames(client.text).at(-1)).toBe("[DONE]");
    expect(endings(rig.rows)).toEqual([["done", 200, "-"]]);
  });
});

describe("a client that waits", () => {
  test("gets a comment after 10 s and every 10 s, and then the answer of whoever gives one", async () => {
    const rig = createVirtualGateway([
      [ok, 25_000, ...refuses(500)],
      [ok, say("Hi"), stop, done, "end"],
    ]);
    const client = rig.ask();
    await rig.advance(9_999);
    expect([client.status, client.text]).toEqual([0, ""]);
    await rig.advance(1);
    expect(client.status).toBe(200);
    expect(client.text).toMatch(/^: /);
    await rig.advance(50_000);
    expect(client.text.match(/^: /gm)?.length).toBeGreaterThanOrEqual(2);
    expect(client.text).toContain('"content":"Hi"');
  });

  test("gets an error in the stream where nobody answers after the first comment", async () => {
    const rig = createVirtualGateway([[15_000, ...refuses(401)]]);
    const client = rig.ask({ model: "a/m" });
    await rig.advance(20_000);
    expect(client.status).toBe(200);
    expect(frames(client.text)).toMatchObject([{ error: { code: "upstream_auth" } }, "[DONE]"]);
    expect(endings(rig.rows)).toEqual([["failed", 200, "upstream_auth"]]);
    expect(rig.clean()).toEqual(nothingLeft);
  });

  test("for no longer than it said it would is told so with 408", async () => {
    const rig = createVirtualGateway([[ok, 9_000, say("")], good]);
    const client = rig.ask({ timeoutMs: 3_000 });
    await rig.advance(3_000);
    expect(client.status).toBe(408);
    expect(rig.calls).toMatchObject([{ aborted: true }]);
    expect(endings(rig.rows)).toEqual([["timeout", 408, "deadline_exceeded"]]);
  });

  test("may say so in the body, and that field wins and is not sent on", async () => {
    const rig = createVirtualGateway([[]]);
    const client = rig.ask({ timeoutMs: 60_000, body: { trunkline: { timeoutMs: 1_000 } } });
    await rig.advance(1_000);
    expect(client.status).toBe(408);
    expect(rig.calls[0]?.body).not.toContain("trunkline");
  });
});

describe("a client that leaves", () => {
  test.each<[string, readonly ProviderScript[], number, number]>([
    ["before the provider's head", [[]], 100, 1],
    ["after the head", [[ok]], 100, 1],
    ["in the midst of the answer", [[ok, say("Hi")]], 100, 1],
    ["in a pause between two tries", [refuses(500), good], 60, 1],
    ["while it waits for a limit to pass", [refuses(429, { "retry-after": "3" }), good], 1_000, 1],
  ])("%s ends the upstream call, and its row says 499", async (_, scripts, leaveAtMs, calls) => {
    for (const stream of [true, false]) {
      const rig = createVirtualGateway(scripts);
      const client = rig.ask({ stream });
      await rig.advance(leaveAtMs);
      client.leave();
      await rig.advance(0);
      expect(endings(rig.rows)).toEqual([["client_gone", 499, "client_gone"]]);
      expect(client.state).toBe("over");
      await rig.advance(60_000);
      expect(rig.calls).toHaveLength(calls);
      const open = scripts[0]?.at(-1) !== "end";
      expect(rig.calls.every((call) => call.aborted === open)).toBe(true);
      expect(rig.clean()).toEqual(nothingLeft);
    }
  });

  test("while it waits for a place is not sent to anyone", async () => {
    const rig = createVirtualGateway([[ok, say("Hi"), 5_000, stop, done, "end"]], { inFlight: 1 });
    rig.ask();
    await rig.advance(100);
    const second = rig.ask();
    await rig.advance(100);
    second.leave();
    await rig.advance(10_000);
    expect(rig.calls).toHaveLength(1);
    expect(endings(rig.rows)).toEqual([
      ["done", 200, "-"],
      ["client_gone", 499, "client_gone"],
    ]);
    expect(rig.rows[1]).toMatchObject({ costNanoUsd: 0, attempts: [] });
    expect(rig.clean()).toEqual(nothingLeft);
  });

  test("before the head left an attempt without a status", async () => {
    const rig = createVirtualGateway([[]]);
    const client = rig.ask();
    await rig.advance(10);
    client.leave();
    await rig.advance(0);
    expect(rig.rows[0]?.attempts).toMatchObject([{ status: undefined, code: "client_gone" }]);
    expect(rig.rows[0]?.usage.provenance).toBe("estimated");
  });

  test("between the end of the answer and its closing has got it all", async () => {
    const rig = createVirtualGateway([[ok, say("Hi"), stop]]);
    const client = rig.ask();
    await rig.advance(100);
    client.leave();
    await rig.advance(10_000);
    expect(endings(rig.rows)).toEqual([["done", 200, "-"]]);
    expect(rig.rows[0]?.usage).toMatchObject({ inputTokens: 500, outputTokens: 200, provenance: "reported" });
  });
});

describe("a client that reads slowly", () => {
  const large = say("x".repeat(100_000));
  const flood: ProviderScript = [ok, ...Array.from({ length: 20 }, () => large), stop, done, "end"];

  test("pauses the provider, and gets everything once it reads on", async () => {
    const rig = createVirtualGateway([flood]);
    const client = rig.ask({ reads: false });
    await rig.advance(1_000);
    expect(rig.calls[0]?.pauses).toBe(1);
    expect(client.state).toBe("open");
    void client.read();
    await rig.advance(1_000);
    expect(frames(client.text)).toHaveLength(22);
    expect(rig.calls[0]?.pauses).toBeGreaterThan(1);
    expect(endings(rig.rows)).toEqual([["done", 200, "-"]]);
    expect(rig.clean()).toEqual(nothingLeft);
  });

  test("is not the provider's fault: no silence is counted while it is paused", async () => {
    const rig = createVirtualGateway([flood]);
    rig.ask({ reads: false });
    await rig.advance(300_000);
    expect(rig.rows).toEqual([]);
    await rig.advance(300_000);
    expect(endings(rig.rows)).toEqual([["timeout", 200, "timeout_total"]]);
    expect(rig.calls[0]?.aborted).toBe(true);
  });
});

describe("a gateway that stops", () => {
  test.each<[string, readonly ProviderScript[], number, number]>([
    ["in the midst of an answer", [[ok, say("Hi")]], 100, 200],
    ["before any content", [[ok]], 100, 503],
    ["between two tries", [refuses(500), good], 60, 503],
  ])("%s says so to the client and to the row", async (_, scripts, cutAtMs, status) => {
    const rig = createVirtualGateway(scripts);
    const client = rig.ask();
    await rig.advance(cutAtMs);
    client.cut();
    await rig.advance(0);
    expect(endings(rig.rows)).toEqual([["draining", status, "draining"]]);
    expect(client.status).toBe(status);
    if (status === 503) expect(client.headers.get("retry-after")).toBe("1");
    else expect(frames(client.text).slice(-2)).toMatchObject([{ error: { code: "draining" } }, "[DONE]"]);
    expect(rig.clean()).toEqual(nothingLeft);
  });
});

describe("a request that is never sent", () => {
  test("to an unknown model costs nothing and has its row", async () => {
    const rig = createVirtualGateway([]);
    const client = rig.ask({ model: "nobody/nothing" });
    await rig.advance(0);
    expect([client.status, client.headers.get("x-generation-id")]).toEqual([404, "gen-0"]);
    expect(rig.rows).toMatchObject([{ ending: "refused", status: 404, code: "model_not_found", costNanoUsd: 0 }]);
    expect(rig.clean()).toEqual(nothingLeft);
  });

  test("for want of a place has no row: it was never admitted", async () => {
    const rig = createVirtualGateway([[], []], { inFlight: 1, waiting: 0 });
    rig.ask();
    const second = rig.ask();
    await rig.advance(0);
    expect(second.state).toBe("gateway_overloaded");
    expect(rig.rows).toEqual([]);
  });

  test("that would lose a field, and is strict, names the field", async () => {
    const rig = createVirtualGateway([good]);
    const client = rig.ask({ body: { preset: "mine", trunkline: { strict: true } } });
    await rig.advance(0);
    expect(client.status).toBe(400);
    expect(JSON.parse(client.text).error).toMatchObject({ code: "unsupported_parameter", param: "preset" });
    expect(rig.calls).toEqual([]);
    expect(endings(rig.rows)).toEqual([["failed", 400, "unsupported_parameter"]]);
    expect(rig.rows[0]?.costNanoUsd).toBe(0);
  });

  test("and that is not strict has its loss on the receipt", async () => {
    const rig = createVirtualGateway([plain]);
    const client = rig.ask({ stream: false, body: { preset: "mine" } });
    await rig.advance(0);
    expect(client.headers.get("x-trunkline-receipt")).toBe("dropped preset");
    expect(rig.rows[0]?.receipt).toMatchObject([{ field: "preset", action: "dropped" }]);
    expect(rig.calls[0]?.body).not.toContain("preset");
  });

  test("because the gateway itself fails gives back what it held", async () => {
    const rig = createVirtualGateway([good], {}, { relays: new Map(), upstreamDialects: new Map() });
    const client = rig.ask();
    await rig.advance(30_000);
    expect(client.status).toBe(500);
    expect(endings(rig.rows)).toEqual([["failed", 500, "internal"]]);
    expect(rig.rows[0]?.costNanoUsd).toBeUndefined();
    expect(rig.clean()).toEqual(nothingLeft);
  });
});

test("whatever providers and clients do, each admitted request has one row, and nothing is left behind", async () => {
  const step: fc.Arbitrary<ProviderStep> = fc.oneof(
    fc.constantFrom<ProviderStep[]>(ok, ok, say("Hi"), say("Hi"), say(""), ": ping\n\n", stop, done, failure, "end"),
    fc.constantFrom<ProviderStep[]>({ status: 429, headers: { "retry-after": "1" } }, { status: 500 }, { status: 302 }),
    fc.constantFrom<ProviderStep[]>({ fault: "reset" }, { fault: "connect" }, "data: {broken\n\n", "data: {}\n\n"),
    fc.integer({ min: 1, max: 40_000 }),
  );
  const script = fc.oneof(
    fc.constantFrom<ProviderScript[]>(good, plain, refuses(500), refuses(401), [ok, say("Hi"), stop]),
    fc.array(step, { maxLength: 6 }).map((steps) => [ok, ...steps]),
    fc.array(step, { maxLength: 4 }),
  );
  const visit = fc.record({
    model: fc.constantFrom("both", "two/m", "a/m", "nobody/nothing"),
    stream: fc.boolean(),
    reads: fc.boolean(),
    timeoutMs: fc.option(fc.integer({ min: 1, max: 60_000 }), { nil: undefined }),
    atMs: fc.integer({ min: 0, max: 2_000 }),
    leaves: fc.option(fc.integer({ min: 0, max: 40_000 }), { nil: undefined }),
    cut: fc.option(fc.integer({ min: 0, max: 40_000 }), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(script, { maxLength: 12 }),
      fc.array(visit, { maxLength: 5 }),
      async (scripts, visits) => {
        const rig = createVirtualGateway(scripts, { inFlight: 2, waiting: 1 });
        const clients: ReturnType<typeof rig.ask>[] = [];
        for (const { atMs, leaves, cut, timeoutMs, ...asked } of visits)
          rig.timers.after(atMs, () => {
            const client = rig.ask({ ...asked, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
            clients.push(client);
            if (leaves !== undefined) rig.timers.after(leaves, client.leave);
            if (cut !== undefined) rig.timers.after(cut, client.cut);
          });
        await rig.advance(2_000_000);
        const admitted = clients.filter((client) => client.state !== "gateway_overloaded");
        expect(admitted.map((client) => client.state)).toEqual(admitted.map(() => "over"));
        expect(rig.rows).toHaveLength(admitted.length);
        expect(new Set(rig.rows.map((row) => row.id)).size).toBe(rig.rows.length);
        expect(rig.clean()).toEqual(nothingLeft);
        for (const { costNanoUsd, holdNanoUsd, attempts, ending, finishReason } of rig.rows) {
          if (finishReason === "stop") expect(ending).not.toBe("refused");
          if (attempts.length === 0) expect(costNanoUsd).toBe(0);
          if (holdNanoUsd !== undefined && costNanoUsd !== undefined) expect(costNanoUsd).toBeGreaterThanOrEqual(0);
        }
        for (const client of clients) {
          const told = client.headers.get("content-type")?.startsWith("text/event-stream") ? frames(client.text) : [];
          if (client.state === "over" && told.length > 0 && told.at(-1) !== "[DONE]") expect(client.left).toBe(true);
        }
      },
    ),
    { numRuns: 200 },
  );
});
