import { describe, expect, it } from "vitest";
import type { Timers } from "../canonical/clock.js";
import { memoryGenerations } from "../store/memory/generations.js";
import { memoryJournal } from "../store/memory/journal.js";
import type { Generation, HoldEntry } from "./generation.js";
import { createLedger, type LedgerOptions } from "./ledger.js";
import type { GenerationStore, Journal } from "./ports.js";
import { killedGeneration, recover } from "./recover.js";

function hold(id: string, createdMs = 1): HoldEntry {
  return {
    id,
    createdMs,
    keyHash: undefined,
    modelAsked: "m",
    provider: "p",
    upstreamModel: "u",
    dialect: "openai-chat",
    streamed: false,
    holdNanoUsd: undefined,
  };
}

function settled(id: string, createdMs = 1): Generation {
  return { ...killedGeneration(hold(id, createdMs)), ending: "done", status: 200 };
}

/** Time that passes when the test says so. */
function manualTime() {
  let nowMs = 0;
  const due = new Map<object, { readonly atMs: number; readonly run: () => void }>();
  const timers: Timers = {
    after(ms, run) {
      const timer = { cancel: () => void due.delete(timer) };
      due.set(timer, { atMs: nowMs + ms, run });
      return timer;
    },
  };
  function pass(ms: number): void {
    const untilMs = nowMs + ms;
    for (;;) {
      const next = [...due].filter(([, task]) => task.atMs <= untilMs).sort(([, a], [, b]) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      due.delete(next[0]);
      nowMs = next[1].atMs;
      next[1].run();
    }
    nowMs = untilMs;
  }
  return { timers, pass, clock: { wallMs: () => nowMs, monotonicMs: () => nowMs } };
}

/** A store that can be broken and mended. */
function fragileStore(inner: GenerationStore) {
  const batches: number[] = [];
  const store = {
    ...inner,
    broken: false,
    batches,
    put(rows: readonly Generation[]) {
      if (store.broken) throw new Error("disk full");
      if (rows.some((row) => row.id === "poison")) throw new Error("a row that no table takes");
      batches.push(rows.length);
      inner.put(rows);
    },
  };
  return store;
}

function setUp(options: Partial<LedgerOptions> = {}) {
  const time = manualTime();
  const inner = memoryGenerations(100_000);
  const store = fragileStore(inner);
  const journal = options.journal ?? memoryJournal();
  const troubles: string[] = [];
  const ledger = createLedger({
    store,
    journal,
    timers: time.timers,
    clock: time.clock,
    observer: (observation) => {
      if (observation.type === "trouble") troubles.push(observation.sentence);
    },
    ...options,
  });
  return { ...time, inner, store, journal, troubles, ledger };
}

describe("settling", () => {
  it("happens once: the first stays, before and after it was stored", () => {
    const { ledger, inner, pass } = setUp();
    ledger.hold(hold("a"));
    expect(ledger.settle(settled("a"))).toBe(true);
    expect(ledger.settle({ ...settled("a"), status: 499 })).toBe(false);
    pass(50);
    expect(ledger.settle({ ...settled("a"), status: 504 })).toBe(false);
    pass(50);
    expect(inner.list({ limit: 9 })).toEqual([settled("a")]);
  });

  it("needs no hold: a refused request has none", () => {
    const { ledger } = setUp();
    expect(ledger.settle(settled("a"))).toBe(true);
    expect(ledger.settle(settled("a"))).toBe(false);
  });

  it("is in the journal before it is in the store", () => {
    const { ledger, journal, inner } = setUp();
    ledger.hold(hold("a"));
    ledger.settle(settled("a"));
    expect(inner.get("a")).toBeUndefined();
    expect([...journal.replay()].map((entry) => entry.kind)).toEqual(["hold", "settle"]);
  });

  it("closes the hold that a fallback took again", () => {
    const { ledger } = setUp();
    ledger.hold(hold("a"));
    ledger.hold({ ...hold("a"), provider: "second" });
    expect(ledger.state().openHolds).toBe(1);
    ledger.settle(settled("a"));
    expect(ledger.state().openHolds).toBe(0);
  });
});

describe("shipping to the store", () => {
  it("waits 50 ms, and then ships what has gathered as one batch", () => {
    const { ledger, store, pass } = setUp();
    for (const id of ["a", "b", "c"]) ledger.settle(settled(id));
    pass(49);
    expect(store.batches).toEqual([]);
    pass(1);
    expect(store.batches).toEqual([3]);
  });

  it("ships at once when 500 have gathered, and never in the call that settles", () => {
    const { ledger, store, pass } = setUp();
    for (let n = 0; n < 1100; n += 1) ledger.settle(settled(`g${n}`));
    expect(store.batches).toEqual([]);
    pass(0);
    expect(store.batches).toEqual([500, 500]);
    pass(50);
    expect(store.batches).toEqual([500, 500, 100]);
  });

  it("keeps the rows of a store that fails, tries again ever more slowly, and says so", () => {
    const { ledger, store, inner, troubles, pass } = setUp();
    store.broken = true;
    for (let n = 0; n < 700; n += 1) ledger.settle(settled(`g${n}`));
    pass(60_000);
    expect(troubles.length).toBeGreaterThan(5);
    expect(troubles.length).toBeLessThan(30);
    expect(troubles[0]).toContain("disk full");
    expect(ledger.state()).toMatchObject({ unstoredRows: 700, storeFailingForMs: expect.any(Number) });
    store.broken = false;
    pass(10_000);
    expect(inner.list({ limit: 9999 })).toHaveLength(700);
    expect(ledger.state()).toMatchObject({ unstoredRows: 0, storeFailingForMs: undefined });
  });

  it("does not let one row that the store refuses block the others", () => {
    const { ledger, inner, pass } = setUp();
    ledger.settle(settled("poison"));
    for (let n = 0; n < 600; n += 1) ledger.settle(settled(`g${n}`));
    pass(10 * 60_000);
    expect(inner.list({ limit: 9999 })).toHaveLength(600);
    expect(ledger.get("poison")).toBeDefined();
  });

  it("leaves to the journal what is too much for memory, and reads it back once the store answers", () => {
    const { ledger, store, inner, pass } = setUp({ maxUnstoredRows: 100 });
    store.broken = true;
    for (let n = 0; n < 2_000; n += 1) ledger.settle(settled(`g${n}`));
    expect(ledger.state().unstoredRows).toBe(100);
    pass(20_000);
    store.broken = false;
    pass(20_000);
    expect(inner.list({ limit: 9999 })).toHaveLength(2_000);
  });
});

describe("reading", () => {
  it("finds rows that are not stored yet", () => {
    const { ledger } = setUp();
    ledger.settle(settled("a"));
    expect(ledger.get("a")).toEqual(settled("a"));
    expect(ledger.get("b")).toBeUndefined();
  });

  it("lists stored and unstored rows as one, newest first, each once", () => {
    const { ledger, inner, pass } = setUp();
    for (const createdMs of [1, 4, 5]) ledger.settle(settled(`g${createdMs}`, createdMs));
    pass(50);
    for (const createdMs of [2, 3, 6]) ledger.settle(settled(`g${createdMs}`, createdMs));
    inner.put([settled("g6", 6)]);
    expect(ledger.list({ limit: 4 }).map((row) => row.createdMs)).toEqual([6, 5, 4, 3]);
    expect(ledger.list({ limit: 9, beforeMs: 4 }).map((row) => row.createdMs)).toEqual([3, 2, 1]);
    expect(ledger.list({ limit: 9, model: "other" })).toEqual([]);
  });
});

describe("the journal", () => {
  it("is restarted with the open holds when it has grown, once its rows are stored", () => {
    const { ledger, journal, pass } = setUp({ maxJournalBytes: 2_000 });
    ledger.hold(hold("open"));
    for (let n = 0; n < 20; n += 1) ledger.settle(settled(`g${n}`));
    expect(journal.sizeBytes).toBeGreaterThan(2_000);
    pass(50);
    expect([...journal.replay()]).toEqual([{ kind: "hold", hold: hold("open") }]);
  });

  it("is not restarted while rows wait in it alone", () => {
    const { ledger, journal, store, pass } = setUp({ maxJournalBytes: 100, maxUnstoredRows: 1 });
    store.broken = true;
    for (let n = 0; n < 20; n += 1) ledger.settle(settled(`g${n}`));
    ledger.close();
    pass(60_000);
    expect([...journal.replay()]).toHaveLength(20);
  });

  it("that cannot be written refuses the hold with a 503, and no settling", () => {
    const full: Journal = {
      ...memoryJournal(),
      append() {
        throw new Error("no space left on device");
      },
    };
    const { ledger, inner, troubles, pass } = setUp({ journal: full });
    expect(() => ledger.hold(hold("a"))).toThrow(expect.objectContaining({ status: 503 }));
    expect(ledger.state()).toMatchObject({ openHolds: 0, journalWell: false });
    expect(ledger.settle(settled("b"))).toBe(true);
    expect(troubles).toHaveLength(1);
    pass(50);
    expect(inner.get("b")).toEqual(settled("b"));
  });

  it("that cannot be restarted is said, and grows on", () => {
    const stuck: Journal = {
      ...memoryJournal(),
      sizeBytes: 1e9,
      restart() {
        throw new Error("read-only file system");
      },
    };
    const { ledger, inner, troubles, pass } = setUp({ journal: stuck });
    ledger.settle(settled("a"));
    pass(50);
    expect(inner.get("a")).toBeDefined();
    expect(troubles[0]).toContain("read-only file system");
  });
});

describe("closing", () => {
  it("stores everything and leaves an empty journal", () => {
    const { ledger, inner, journal, pass } = setUp();
    ledger.hold(hold("a"));
    ledger.settle(settled("a"));
    ledger.close();
    ledger.close();
    pass(1_000);
    expect(inner.get("a")).toBeDefined();
    expect(journal.sizeBytes).toBe(0);
  });

  it("leaves open holds and rows that could not be stored to the next start", () => {
    const { ledger, store, inner, journal } = setUp();
    store.broken = true;
    ledger.hold(hold("open"));
    ledger.settle(settled("unstored"));
    ledger.close();
    expect(recover({ store: inner, journal })).toEqual({ settled: 1, killed: 1, damagedLines: 0 });
    expect(inner.get("open")?.ending).toBe("gateway_killed");
    expect(inner.get("unstored")?.ending).toBe("done");
  });
});
