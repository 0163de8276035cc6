// Which gateway a command talks to: the one that owns the data folder, if it answers, else a core in this process.
import { build } from "../build.js";
import { TrunklineError } from "../canonical/error.js";
import { isArray, isObject, type Json, parseJson } from "../canonical/json.js";
import { createHttpWire, type HttpWire } from "../client/http-wire.js";
import type { ClientParts } from "../client/stream.js";
import type { Settings } from "../config/settings.js";
import type { Generation } from "../ledger/generation.js";
import type { GenerationFilter } from "../ledger/ports.js";
import { readGeneration } from "../ledger/record.js";
import { probeOwner, socketPath } from "../store/ownership.js";
import { realClock, realTimers } from "../surroundings.js";

export interface Reached {
  readonly parts: ClientParts;
  list(filter: Pick<GenerationFilter, "limit" | "model">): Promise<readonly Generation[]>;
  get(id: string): Promise<Generation | undefined>;
  close(): Promise<void>;
}

/** An owner that does not serve is a gateway that starts, or another command that will soon be done. */
const patienceMs = 60_000;
/** Between an owner's end and the next one's claim the folder is neither served nor free. */
const claimPatienceMs = 1_000;
const lookAgainMs = 50;
/** After this the user is told what is waited for. */
const silentMs = 1_000;
/** An owner that takes connections but is frozen answers nothing within this. */
const firstAnswerMs = 2_000;

/** @param tell takes a sentence for the user, where it takes a while. */
export async function reachGateway(settings: Settings, tell: (sentence: string) => void): Promise<Reached> {
  let told = false;
  const startedMs = realClock.monotonicMs();
  for (;;) {
    const waitedMs = realClock.monotonicMs() - startedMs;
    const owner = await probeOwner(settings.dataDir);
    if (owner.alive) {
      const wire = createHttpWire({ socketPath: socketPath(settings.dataDir) });
      if ((await isServing(wire)) || waitedMs > patienceMs) return reachOwner(wire);
      await wire.close();
      if (waitedMs > silentMs && !told) {
        told = true;
        tell(`Waiting for the process ${owner.pid ?? ""} that uses ${settings.dataDir}.`);
      }
    } else {
      try {
        return await reachInProcess(settings);
      } catch (error) {
        if (waitedMs > claimPatienceMs && !(await probeOwner(settings.dataDir)).alive) throw error;
        if (!TrunklineError.is(error)) throw error;
      }
    }
    await new Promise<void>((resolve) => void realTimers.after(lookAgainMs, resolve));
  }
}

async function isServing(wire: HttpWire): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(firstAnswerMs);
    const { status, body } = await wire.send({ method: "GET", path: "/_trunkline/generations?limit=1", signal });
    for await (const _ of body);
    return status !== 503;
  } catch (error) {
    if (TrunklineError.is(error)) return false;
    throw error;
  }
}

async function reachInProcess(settings: Settings): Promise<Reached> {
  const gateway = await build(settings, { ledger: "data-folder" });
  return {
    parts: { wire: gateway.wire, clock: realClock, timers: realTimers },
    list: async (filter) => gateway.ledger.list(filter),
    get: async (id) => gateway.ledger.get(id),
    close: () => gateway.close(),
  };
}

function reachOwner(wire: HttpWire): Reached {
  const read = async (path: string): Promise<Json | undefined> => {
    const { status, body } = await wire.send({ method: "GET", path });
    const chunks: Buffer[] = [];
    for await (const bytes of body) chunks.push(bytes);
    if (status === 404) return undefined;
    const parsed = parseJson(Buffer.concat(chunks).toString("utf8"));
    if (status === 200 && isObject(parsed)) return parsed.data;
    throw new TrunklineError("internal", `The running gateway answered with status ${status}.`, {
      whatToDo: "It may be another version: stop it and start it again.",
    });
  };
  return {
    parts: { wire, clock: realClock, timers: realTimers },
    async list({ limit, model }) {
      const query = new URLSearchParams({ limit: String(limit), ...(model === undefined ? {} : { model }) });
      const rows = await read(`/_trunkline/generations?${query}`);
      return isArray(rows) ? rows.map(readGeneration).filter((row) => row !== undefined) : [];
    },
    async get(id) {
      const row = await read(`/_trunkline/generations/${encodeURIComponent(id)}`);
      return row === undefined ? undefined : readGeneration(row);
    },
    close: () => wire.close(),
  };
}
