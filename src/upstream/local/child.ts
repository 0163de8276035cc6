// The child process of the local model: loads it, answers on the socket that its parent names, ends with its parent.
// Arguments: the data folder, the socket's path, slots and queue as JSON. Tells the parent `{ kind: "ready" }` or `{ kind: "failed", sentence }`.
import { randomUUID } from "node:crypto";
import { rmdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import type { Timers } from "../../canonical/clock.js";
import { isObject, number, parseJson } from "../../canonical/json.js";
import { loadEngine } from "./engine.js";
import { weightsInstalled } from "./installed.js";
import { localPlaces } from "./places.js";
import { createLocalServer } from "./serve.js";
import { createSlots, defaultSlotLimits, type SlotLimits } from "./slots.js";
import { smollm2Weights } from "./weights.js";

const contextTokens = 8192;
const mostThreads = 4;

/** Leaves one core to the gateway. */
const threads = Math.max(1, Math.min(mostThreads, availableParallelism() - 1));

async function main(dataDir: string, socketPath: string, limits: SlotLimits): Promise<void> {
  const weightsPath = weightsInstalled(dataDir);
  if (!weightsPath) throw new Error("its weights are not installed");
  const runtimeFolder = localPlaces(dataDir).runtime;
  const engine = await loadEngine({ runtimeFolder, weightsPath, contextTokens, threads });
  const first = await engine.createGenerator();
  const spare = [first];
  const create = async () => spare.pop() ?? engine.createGenerator();
  const server = createLocalServer({
    modelId: smollm2Weights.modelId,
    engine,
    slots: createSlots({ ...limits, create, timers, clock: { monotonicMs: () => performance.now() } }),
    newId: () => `chatcmpl-${randomUUID()}`,
    nowSeconds: () => Math.floor(Date.now() / 1_000),
  });
  server.once("error", fail);
  server.listen(socketPath, () => process.send?.({ kind: "ready" }));
}

const timers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** As the parent wrote them. */
function readLimits(source: string): SlotLimits {
  const given = parseJson(source);
  if (!isObject(given)) return defaultSlotLimits;
  const {
    slots = defaultSlotLimits.slots,
    waiting = defaultSlotLimits.waiting,
    waitMs = defaultSlotLimits.waitMs,
  } = { slots: number(given.slots), waiting: number(given.waiting), waitMs: number(given.waitMs) };
  return { slots, waiting, waitMs };
}

function fail(error: unknown): void {
  const sentence = error instanceof Error ? error.message : "it could not be loaded";
  if (process.send) process.send({ kind: "failed", sentence }, () => process.exit(1));
  else process.exit(1);
}

const [dataDir = "", socketPath = "", limits = ""] = process.argv.slice(2);
// Ctrl-C and a service manager's stop reach the whole group: the parent drains first, and this process ends with it.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
process.once("disconnect", () => {
  if (process.platform !== "win32") {
    rmSync(socketPath, { force: true });
    try {
      rmdirSync(dirname(socketPath));
    } catch {
      // Not empty or already gone: not ours to remove.
    }
  }
  process.exit(0);
});
main(dataDir, socketPath, readLimits(limits)).catch(fail);
