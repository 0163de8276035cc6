import { expect, it } from "vitest";
import { memoryGenerations } from "../store/memory/generations.js";
import { memoryJournal } from "../store/memory/journal.js";
import type { Generation, HoldEntry } from "./generation.js";
import { killedGeneration, recover } from "./recover.js";

function hold(id: string): HoldEntry {
  return {
    id,
    createdMs: 1_700_000_000_000,
    keyHash: "k",
    modelAsked: "openai/gpt",
    provider: "openai",
    upstreamModel: "gpt",
    dialect: "openai-chat",
    streamed: true,
    holdNanoUsd: 17,
  };
}

function settled(id: string): Generation {
  return { ...killedGeneration(hold(id)), ending: "done", status: 200 };
}

it("makes a row of every settling, and one of every hold that was never settled", () => {
  const store = memoryGenerations();
  const journal = memoryJournal();
  for (const id of ["a", "b", "c"]) journal.append({ kind: "hold", hold: hold(id) });
  journal.append({ kind: "settle", generation: settled("b") });
  journal.append({ kind: "settle", generation: settled("refused-without-a-hold") });

  expect(recover({ store, journal })).toEqual({ settled: 2, killed: 2, damagedLines: 0 });
  expect(store.list({ limit: 9, ending: "done" })).toHaveLength(2);
  expect(store.get("a")).toMatchObject({
    ending: "gateway_killed",
    status: 500,
    costNanoUsd: undefined,
    holdNanoUsd: 17,
    provider: undefined,
    usage: { provenance: "unknown" },
    attempts: [{ provider: "openai", model: "gpt" }],
  });
  expect(journal.sizeBytes).toBe(0);
});

it("changes nothing when it runs again, and nothing when it was cut off before the journal was emptied", () => {
  const store = memoryGenerations();
  const journal = memoryJournal();
  journal.append({ kind: "hold", hold: hold("a") });
  journal.append({ kind: "hold", hold: hold("b") });
  journal.append({ kind: "settle", generation: settled("b") });
  const cutOff = {
    ...journal,
    restart() {
      throw new Error("cut off");
    },
  };
  expect(() => recover({ store, journal: cutOff })).toThrow("cut off");
  const before = store.list({ limit: 9 });

  recover({ store, journal });
  expect(store.list({ limit: 9 })).toEqual(before);
  expect(recover({ store, journal })).toEqual({ settled: 0, killed: 0, damagedLines: 0 });
});

it("leaves a stored row alone when only the line of its settling is lost", () => {
  const store = memoryGenerations();
  const journal = memoryJournal();
  store.put([settled("a")]);
  journal.append({ kind: "hold", hold: hold("a") });
  recover({ store, journal });
  expect(store.get("a")?.ending).toBe("done");
});

it("leaves the journal as it is when the store fails", () => {
  const journal = memoryJournal();
  journal.append({ kind: "hold", hold: hold("a") });
  const dead = {
    ...memoryGenerations(),
    put() {
      throw new Error("disk full");
    },
  };
  expect(() => recover({ store: dead, journal })).toThrow("disk full");
  const store = memoryGenerations();
  expect(recover({ store, journal }).killed).toBe(1);
});

it("recovers more rows than one batch holds", () => {
  const store = memoryGenerations();
  const journal = memoryJournal();
  for (let n = 0; n < 1201; n += 1) journal.append({ kind: "hold", hold: hold(`killed-${n}`) });
  for (let n = 0; n < 1201; n += 1) journal.append({ kind: "settle", generation: settled(`done-${n}`) });
  expect(recover({ store, journal })).toEqual({ settled: 1201, killed: 1201, damagedLines: 0 });
  expect(store.list({ limit: 9999 })).toHaveLength(2402);
});
