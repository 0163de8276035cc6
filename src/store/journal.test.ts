// The contract of a journal, for both implementations.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { HoldEntry } from "../ledger/generation.js";
import type { Journal } from "../ledger/ports.js";
import { killedGeneration } from "../ledger/recover.js";
import { openJournal } from "./journal/open.js";
import { memoryJournal } from "./memory/journal.js";

const journals: readonly (readonly [string, () => Journal])[] = [
  ["in memory", memoryJournal],
  ["in a file", () => openJournal(mkdtempSync(join(tmpdir(), "trunkline-journal-")))],
];

function hold(id: string): HoldEntry {
  return {
    id,
    createdMs: 1_700_000_000_000,
    keyHash: undefined,
    modelAsked: "ü/🙂\n",
    provider: "openai",
    upstreamModel: "gpt",
    dialect: "openai-chat",
    streamed: true,
    holdNanoUsd: 17,
  };
}

function replayedIds(journal: Journal): string[] {
  return [...journal.replay()].map((entry) => (entry.kind === "hold" ? entry.hold.id : entry.generation.id));
}

describe.each(journals)("a journal, %s", (_name, open) => {
  it("replays what was appended, in order and unchanged", () => {
    const journal = open();
    journal.append({ kind: "hold", hold: hold("gen-1-a") });
    journal.append({ kind: "settle", generation: killedGeneration(hold("gen-1-a")) });
    expect([...journal.replay()]).toEqual([
      { kind: "hold", hold: hold("gen-1-a") },
      { kind: "settle", generation: killedGeneration(hold("gen-1-a")) },
    ]);
    expect(journal.damagedLines).toBe(0);
    journal.close();
  });

  it("starts afresh with the open holds and the rows that are not stored yet", () => {
    const journal = open();
    for (const name of ["a", "b", "c"]) journal.append({ kind: "hold", hold: hold(`gen-1-${name}`) });
    const sizeBytes = journal.sizeBytes;
    journal.restart([hold("gen-1-b")], [killedGeneration(hold("gen-1-c"))]);
    expect(journal.sizeBytes).toBeLessThan(sizeBytes * 2);
    journal.append({ kind: "hold", hold: hold("gen-1-d") });
    expect(replayedIds(journal)).toEqual(["gen-1-b", "gen-1-c", "gen-1-d"]);
    journal.restart([]);
    expect(journal.sizeBytes).toBe(0);
    expect(replayedIds(journal)).toEqual([]);
    journal.close();
  });

  it("replays up to where it was when the replay began, while lines are appended", () => {
    const journal = open();
    journal.append({ kind: "hold", hold: hold("gen-1-a") });
    journal.append({ kind: "hold", hold: hold("gen-1-b") });
    const replayed: string[] = [];
    for (const entry of journal.replay()) {
      if (entry.kind === "hold") replayed.push(entry.hold.id);
      journal.append({ kind: "hold", hold: hold("gen-1-new") });
    }
    expect(replayed).toEqual(["gen-1-a", "gen-1-b"]);
    journal.close();
  });
});
