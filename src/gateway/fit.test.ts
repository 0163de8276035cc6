// What does not fit is refused before anybody is paid, goes to a larger window, or is shortened: on the client's wish alone.
import { describe, expect, test } from "vitest";
import { createLetterCounter } from "../../test/letter-counter.js";
import { chatSteps, createVirtualGateway } from "../../test/virtual-time.js";
import type { GatewayParts } from "./parts.js";

const { good, plain } = chatSteps;
const price = { inputPicoUsd: 2_500_000, outputPicoUsd: 10_000_000 };

/** `a/m` has a window of 1,000 tokens, `b/m` one of 10,000. */
function windows(scripts: Parameters<typeof createVirtualGateway>[0], change: Partial<GatewayParts> = {}) {
  const rig = createVirtualGateway(scripts, {}, change);
  const models = new Map([
    ["both", { try: ["a/m", "b/m"] }],
    ["a/m", { price, windowTokens: 1_000 }],
    ["b/m", { price, windowTokens: 10_000 }],
  ]);
  return createVirtualGateway(scripts, {}, { planning: { ...rig.parts.planning, models }, ...change });
}

/** A prompt of about so many tokens, as the test's counter has it. */
const prompt = (tokens: number) => ({ messages: [{ role: "user", content: "word".repeat(tokens) }] });

describe("a request that is too long", () => {
  test("is refused with both numbers and what to cut, and nobody is called", async () => {
    const rig = windows([good]);
    const client = rig.ask({ model: "a/m", stream: false, body: prompt(2_000) });
    await rig.advance(1_000);
    expect(client.status).toBe(400);
    const { error } = JSON.parse(client.text);
    expect(error).toMatchObject({ code: "context_length_exceeded", param: "messages" });
    expect(error.message).toContain("maximum context length is 1000 tokens");
    expect(error.message).toContain("2000 in the messages, 200 in the completion");
    expect(error.message).toContain("1200 tokens are too many");
    expect(rig.calls).toEqual([]);
    expect(rig.rows).toMatchObject([{ ending: "refused", code: "context_length_exceeded", costNanoUsd: 0 }]);
    expect(rig.clean()).toEqual({ inFlight: 0, held: 0, timers: 0 });
  });

  test("goes to the model with the larger window where the client named one", async () => {
    const rig = windows([plain]);
    const client = rig.ask({ model: "both", stream: false, body: prompt(2_000) });
    await rig.advance(1_000);
    expect(client.status).toBe(200);
    expect(rig.calls.map((call) => call.host)).toEqual(["b"]);
    expect(rig.rows[0]?.attempts).toHaveLength(1);
  });

  test("is sent where an estimate cannot tell", async () => {
    const rig = windows([plain]);
    const client = rig.ask({ model: "a/m", stream: false, body: { ...prompt(850), max_tokens: 160 } });
    await rig.advance(1_000);
    expect(client.status).toBe(200);
    expect(rig.calls).toHaveLength(1);
  });

  test("is sent where it cannot be read: its provider may know what it means", async () => {
    const rig = windows([plain]);
    const unreadable = { messages: [{ role: "user", content: [{ type: "hologram", data: "x".repeat(9_000) }] }] };
    const client = rig.ask({ model: "a/m", stream: false, body: unreadable });
    await rig.advance(1_000);
    expect(client.status === 200 || rig.calls.length === 0).toBe(true);
  });
});

describe("middle-out", () => {
  const long = {
    messages: [
      { role: "system", content: "Be brief." },
      ...Array.from({ length: 40 }, (_, index) => ({
        role: index % 2 === 0 ? "user" : "assistant",
        content: `${index} ${"word".repeat(50)}`,
      })),
      { role: "user", content: "And now?" },
    ],
  };

  test("shortens a prompt on the client's wish, and the receipt says so", async () => {
    const rig = windows([plain]);
    const client = rig.ask({ model: "a/m", stream: false, body: { ...long, transforms: ["middle-out"] } });
    await rig.advance(1_000);
    expect(client.status).toBe(200);
    const sent = JSON.parse(rig.calls[0]?.body ?? "{}");
    expect(sent.messages.length).toBeLessThan(long.messages.length);
    expect(sent.messages[0]).toEqual(long.messages[0]);
    expect(sent.messages.at(-1)).toEqual(long.messages.at(-1));
    expect(sent.transforms).toBeUndefined();
    expect(rig.rows[0]?.receipt).not.toEqual([]);
    expect(client.headers.get("x-trunkline-receipt")).toContain("messages");
  });

  test("is not done unasked", async () => {
    const rig = windows([plain]);
    const client = rig.ask({ model: "a/m", stream: false, body: long });
    await rig.advance(1_000);
    expect(client.status).toBe(400);
    expect(rig.calls).toEqual([]);
  });

  test("that has nothing to do leaves the messages alone, and no note", async () => {
    const rig = windows([plain]);
    const body = { messages: [{ role: "user", content: "Hello" }], transforms: ["middle-out"] };
    rig.ask({ model: "a/m", stream: false, body });
    await rig.advance(1_000);
    expect(JSON.parse(rig.calls[0]?.body ?? "{}").messages).toEqual(body.messages);
    expect(rig.rows[0]?.receipt).toEqual([]);
  });
});

describe("a count", () => {
  test("is the bound of what is held", async () => {
    const rig = windows([plain]);
    rig.ask({ model: "a/m", stream: false, body: prompt(100) });
    await rig.advance(1_000);
    // 110 tokens of input at $2.50 and 200 of output at $10 a million.
    expect(rig.rows[0]?.holdNanoUsd).toBe(110 * 2_500 + 200 * 10_000);
    expect(rig.rows[0]).toMatchObject({ countedInputTokens: 100, countMethod: "estimated" });
  });

  test("of a long prompt is spared where its bytes alone say that it fits: they bound what is held", async () => {
    const rig = windows([plain]);
    rig.ask({ model: "b/m", stream: false, body: prompt(2_000) });
    await rig.advance(1_000);
    expect(rig.rows[0]?.countedInputTokens).toBeUndefined();
    expect(rig.rows[0]?.holdNanoUsd).toBeGreaterThan(8_000 * 2_500);
  });

  test("is learnt from where the provider reports its own", async () => {
    const counter = createLetterCounter();
    const rig = windows([plain], { counter });
    rig.ask({ model: "a/m", stream: false, body: prompt(100) });
    await rig.advance(1_000);
    expect(counter.learnt).toEqual([["a/m", 100, rig.rows[0]?.usage.inputTokens]]);
  });
});
