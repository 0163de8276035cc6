import { inspect } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Provider } from "../catalog/provider.js";
import { createCredentialRing } from "./ring.js";

const provider = (id: string, type: "bearer" | "none" = "bearer"): Provider => ({
  id,
  name: id,
  dialects: ["openai-chat"],
  baseUrl: "https://example.com/v1",
  authentication: { type },
  environment: [],
  aggregator: false,
  keepsExtensions: false,
  source: "test",
});
const openai = provider("openai");
const ringOf = (...secrets: string[]) => createCredentialRing(new Map([["openai", secrets]]));

test("a provider is usable with a secret, or where it asks for none", () => {
  const ring = ringOf("a");
  expect(ring.usable(openai)).toBe(true);
  expect(ring.usable(provider("groq"))).toBe(false);
  expect(ring.usable(provider("ollama", "none"))).toBe(true);
  expect(createCredentialRing(new Map([["openai", []]])).usable(openai)).toBe(false);
});

test("several credentials serve in turn", () => {
  const ring = ringOf("a", "b", "c");
  expect([1, 2, 3, 4].map(() => ring.pick(openai, 0)?.secret())).toEqual(["a", "b", "c", "a"]);
});

test("a resting credential is passed over until its rest is over", () => {
  const ring = ringOf("a", "b");
  const first = ring.pick(openai, 0);
  if (first !== undefined) ring.rest(first, 1_000);
  expect([1, 2].map(() => ring.pick(openai, 999)?.secret())).toEqual(["b", "b"]);
  expect([1, 2].map(() => ring.pick(openai, 1_000)?.secret()).sort()).toEqual(["a", "b"]);
});

test("where all rest none is picked, and the ring says when one is ready", () => {
  const ring = ringOf("a", "b");
  for (const untilMs of [500, 300]) {
    const credential = ring.pick(openai, 0);
    if (credential !== undefined) ring.rest(credential, untilMs);
  }
  expect(ring.pick(openai, 100)).toBeUndefined();
  expect(ring.hasAnother(openai, 100)).toBe(false);
  expect(ring.restsForMs(openai, 100)).toBe(200);
  expect(ring.restsForMs(openai, 300)).toBe(0);
  expect(ring.hasAnother(openai, 300)).toBe(true);
});

test("a rest is only ever extended", () => {
  const ring = ringOf("a");
  const only = ring.pick(openai, 0);
  if (only === undefined) throw new Error("one was given");
  ring.rest(only, 1_000);
  ring.rest(only, 10);
  expect(ring.restsForMs(openai, 0)).toBe(1_000);
});

test("one credential has no other", () => {
  expect(ringOf("a").hasAnother(openai, 0)).toBe(false);
  expect(ringOf("a").hasSeveral(openai)).toBe(false);
  expect(ringOf("a", "b").hasSeveral(openai)).toBe(true);
  expect(ringOf("a").restsForMs(provider("groq"), 0)).toBe(0);
});

test("a credential does not show its secret when it is printed", () => {
  const credential = ringOf("sk-canary").pick(openai, 0);
  expect(`${inspect(credential, { depth: 9, showHidden: true })}${JSON.stringify(credential)}`).not.toContain("canary");
  expect(credential?.label).toBe("openai#0");
});

test("whatever rests, the ring never gives a credential that rests, and gives one while any is ready", () => {
  const rests = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(rests, fc.integer({ min: 0, max: 100 }), (untilMs, nowMs) => {
      const ring = ringOf(...untilMs.map(String));
      for (const until of untilMs) {
        const credential = ring.pick(openai, 0);
        if (credential !== undefined) ring.rest(credential, until);
      }
      const picked = ring.pick(openai, nowMs);
      expect(picked !== undefined).toBe(ring.restsForMs(openai, nowMs) === 0);
    }),
  );
});
