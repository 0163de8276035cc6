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

export async function reachGateway(settings: Settings): Promise<Reached> {
  const owner = await probeOwner(settings.dataDir);
  return owner.alive
    ? reachOwner(createHttpWire({ socketPath: socketPath(settings.dataDir) }))
    : reachInProcess(settings);
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
