// What a new start does first: the journal's settlings become rows, and a hold that was never settled becomes one too.
import { noUsage } from "../canonical/usage.js";
import type { Generation, HoldEntry } from "./generation.js";
import type { GenerationStore, Journal } from "./ports.js";

export interface Recovered {
  /** Settlings found in the journal. Those that the store already had changed nothing there. */
  readonly settled: number;
  /** Holds without a settling, now rows with the ending `gateway_killed`. */
  readonly killed: number;
  readonly damagedLines: number;
}

const rowsPerPut = 500;

/**
 * Replays the journal into the store and restarts it empty. Safe to run again at any point where it was cut off:
 * the store keeps the first row of an id, and the journal is emptied last.
 */
export function recover(options: { readonly store: GenerationStore; readonly journal: Journal }): Recovered {
  const { store, journal } = options;
  const damagedBefore = journal.damagedLines;
  const open = new Map<string, HoldEntry>();
  let settled = 0;
  let rows: Generation[] = [];
  for (const entry of journal.replay()) {
    if (entry.kind === "hold") {
      open.set(entry.hold.id, entry.hold);
      continue;
    }
    open.delete(entry.generation.id);
    settled += 1;
    if (rows.push(entry.generation) < rowsPerPut) continue;
    store.put(rows);
    rows = [];
  }
  // Settlings first: where a hold's settling was stored but its line is damaged, the stored row stays.
  store.put(rows);
  const killed = [...open.values()].map(killedGeneration);
  for (let from = 0; from < killed.length; from += rowsPerPut) store.put(killed.slice(from, from + rowsPerPut));
  journal.restart([]);
  return { settled, killed: killed.length, damagedLines: journal.damagedLines - damagedBefore };
}

/**
 * The row of an exchange that the gateway did not live to settle. Nobody knows what the client saw (its socket was
 * cut) or what the provider bills: status 500, usage and cost unknown, and the attempt that was under way is named.
 */
export function killedGeneration(hold: HoldEntry): Generation {
  return {
    id: hold.id,
    createdMs: hold.createdMs,
    keyHash: hold.keyHash,
    modelAsked: hold.modelAsked,
    model: undefined,
    provider: undefined,
    upstreamModel: undefined,
    upstreamId: undefined,
    dialect: hold.dialect,
    streamed: hold.streamed,
    status: 500,
    ending: "gateway_killed",
    code: "internal",
    finishReason: undefined,
    nativeFinishReason: undefined,
    usage: noUsage,
    countedInputTokens: undefined,
    countMethod: undefined,
    costNanoUsd: undefined,
    holdNanoUsd: hold.holdNanoUsd,
    firstContentMs: undefined,
    totalMs: 0,
    attempts: [
      {
        provider: hold.provider,
        model: hold.upstreamModel,
        startedMs: 0,
        endedMs: 0,
        status: undefined,
        code: "internal",
      },
    ],
    receipt: [],
    app: {},
  };
}
