// The contract of a generation store. Both implementations pass the same tests.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Generation } from "../ledger/generation.js";
import type { GenerationStore } from "../ledger/ports.js";
import { killedGeneration } from "../ledger/recover.js";
import { memoryGenerations } from "./memory/generations.js";
import { sqliteGenerations } from "./sqlite/generations.js";
import { openSqlite } from "./sqlite/open.js";

const full: Generation = {
  id: "gen-1700000000-abcdefghijklmnopqrst",
  createdMs: 1_700_000_000_123,
  keyHash: "a".repeat(64),
  modelAsked: "openai/gpt-4o-mini:floor",
  model: "openai/gpt-4o-mini",
  provider: "openai",
  upstreamModel: "gpt-4o-mini-2024-07-18",
  upstreamId: "chatcmpl-1",
  dialect: "openai-chat",
  streamed: true,
  status: 200,
  ending: "done",
  code: undefined,
  finishReason: "stop",
  nativeFinishReason: "end_turn",
  usage: {
    inputTokens: 1000,
    cacheReadTokens: 200,
    cacheWriteTokens: 100,
    cacheWrite1hTokens: 50,
    outputTokens: 500,
    reasoningTokens: 400,
    provenance: "reported",
  },
  countedInputTokens: 11,
  countMethod: "estimated",
  costNanoUsd: 9_007_199_254_740_991,
  holdNanoUsd: 1,
  firstContentMs: 123.456,
  totalMs: 7890.5,
  attempts: [
    { provider: "azure", model: "gpt", startedMs: 0.5, endedMs: 20, status: 503, code: "upstream_overloaded" },
    { provider: "openai", model: "gpt-4o-mini", startedMs: 21, endedMs: 7890, status: 200, code: undefined },
  ],
  receipt: [{ field: "top_k", action: "dropped", why: "OpenAI has no such parameter: “ü” 🙂" }],
  app: { referer: "https://example.com/", title: "Títle", userAgent: "OpenAI/JS 6.49.0" },
};

function sparse(id: string, changes: Partial<Generation> = {}): Generation {
  const hold = {
    id,
    createdMs: 1,
    keyHash: undefined,
    modelAsked: "m",
    provider: "p",
    upstreamModel: "u",
    dialect: "openai-chat",
    streamed: false,
    holdNanoUsd: undefined,
  };
  return { ...killedGeneration(hold), ...changes };
}

const folders: string[] = [];
const stores: readonly (readonly [string, () => Promise<GenerationStore>])[] = [
  ["in memory", async () => memoryGenerations()],
  [
    "SQLite",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "trunkline-store-"));
      folders.push(folder);
      return sqliteGenerations(await openSqlite(join(folder, "trunkline.db")));
    },
  ],
];

describe.each(stores)("a generation store, %s", (_name, open) => {
  let store: GenerationStore;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => {
    store.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  it("gives back every field of a row as it was put", () => {
    store.put([full, sparse("gen-1-sparse")]);
    expect(store.get(full.id)).toEqual(full);
    expect(store.get("gen-1-sparse")).toEqual(sparse("gen-1-sparse"));
  });

  it("knows no row that was never put", () => {
    store.put([]);
    expect(store.get("gen-1-nobody")).toBeUndefined();
    expect(store.list({ limit: 10 })).toEqual([]);
  });

  it("keeps the first row of an id, in one batch and in two", () => {
    store.put([sparse("gen-1-a", { status: 200 }), sparse("gen-1-a", { status: 201 })]);
    store.put([sparse("gen-1-a", { status: 202 }), sparse("gen-1-b")]);
    expect(store.get("gen-1-a")?.status).toBe(200);
    expect(store.list({ limit: 10 })).toHaveLength(2);
  });

  it("tells an unknown price from a price of zero", () => {
    store.put([sparse("gen-1-free", { costNanoUsd: 0 }), sparse("gen-1-unknown")]);
    expect(store.get("gen-1-free")?.costNanoUsd).toBe(0);
    expect(store.get("gen-1-unknown")?.costNanoUsd).toBeUndefined();
  });

  it("lists the newest first, whatever the order of putting, and no more than the limit", () => {
    store.put([2, 5, 1, 4, 3].map((createdMs) => sparse(`gen-1-${createdMs}`, { createdMs })));
    expect(store.list({ limit: 3 }).map((row) => row.createdMs)).toEqual([5, 4, 3]);
    expect(store.list({ limit: 0 })).toEqual([]);
  });

  it("orders the rows of one millisecond by id", () => {
    store.put(["b", "c", "a"].map((name) => sparse(`gen-1-${name}`)));
    expect(store.list({ limit: 9 }).map((row) => row.id)).toEqual(["gen-1-c", "gen-1-b", "gen-1-a"]);
  });

  it("lists what is older than an instant, not at it", () => {
    store.put([1, 2, 3].map((createdMs) => sparse(`gen-1-${createdMs}`, { createdMs })));
    expect(store.list({ limit: 9, beforeMs: 3 }).map((row) => row.createdMs)).toEqual([2, 1]);
  });

  it("lists by the model that served, or by the one asked for where none did", () => {
    store.put([
      sparse("gen-1-served", { createdMs: 2, modelAsked: "auto", model: "openai/gpt" }),
      sparse("gen-1-failed", { createdMs: 1, modelAsked: "openai/gpt", model: undefined }),
      sparse("gen-1-other", { modelAsked: "openai/gpt", model: "openai/gpt-mini" }),
    ]);
    const found = store.list({ limit: 9, model: "openai/gpt" });
    expect(found.map((row) => row.id)).toEqual(["gen-1-served", "gen-1-failed"]);
  });

  it("lists by ending, the usual one and the others, together with the other conditions", () => {
    store.put([
      sparse("gen-1-done", { ending: "done" }),
      sparse("gen-1-gone", { ending: "client_gone" }),
      sparse("gen-1-late", { ending: "client_gone", createdMs: 7 }),
    ]);
    expect(store.list({ limit: 9, ending: "done" }).map((row) => row.id)).toEqual(["gen-1-done"]);
    const gone = { limit: 9, ending: "client_gone", model: "m" };
    expect(store.list(gone).map((row) => row.id)).toEqual(["gen-1-late", "gen-1-gone"]);
    expect(store.list({ ...gone, beforeMs: 7 }).map((row) => row.id)).toEqual(["gen-1-gone"]);
  });

  it("takes numbers that a mad provider reported without losing the row or its neighbours", () => {
    const usage = { ...full.usage, inputTokens: 1e300, outputTokens: 1.5, reasoningTokens: Number.NaN };
    store.put([sparse("gen-1-mad", { usage }), sparse("gen-1-sane")]);
    expect(store.get("gen-1-mad")?.id).toBe("gen-1-mad");
    expect(store.list({ limit: 9 })).toHaveLength(2);
  });
});

it("the store in memory drops the rows put first when it is full", () => {
  const store = memoryGenerations(2);
  store.put(["a", "b", "c"].map((name) => sparse(`gen-1-${name}`)));
  expect(store.get("gen-1-a")).toBeUndefined();
  expect(store.list({ limit: 9 })).toHaveLength(2);
});
