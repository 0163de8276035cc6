// The gateway as a server: its listener, the owner's beside it,, and a stop that lets open answers finish.
import type { RequestListener } from "node:http";
import type { Timers } from "../canonical/clock.js";
import type { OpenExchanges } from "../gateway/open-exchanges.js";
import { createDoor, type DoorParts } from "./dispatch.js";
import { createHttpServer, listen } from "./listen.js";
import type { Address } from "./options.js";

export interface GatewayServer {
  /** Resolves with the port once clients can connect. */
  listen(): Promise<number>;
  /** For the socket in the data folder: the same routes, and the owner's. */
  readonly ownerListener: RequestListener;
  /** Takes no new requests, waits for open ones up to `drainMs`, then ends them with a word. */
  close(): Promise<void>;
}

export interface GatewayServerParts extends Omit<DoorParts, "draining"> {
  readonly address: Address;
  readonly open: OpenExchanges;
  readonly timers: Timers;
  readonly drainMs: number;
  readonly drain: { draining: boolean };
}

/** After the last word: so long for it to reach slow clients, milliseconds. */
const lastWordMs = 2_000;

export function createGatewayServer(parts: GatewayServerParts): GatewayServer {
  const door = { ...parts, draining: () => parts.drain.draining };
  const server = createHttpServer(createDoor(door, false), parts.dialect);
  /** Until no exchange is open, or until patience ends. */
  const idleWithin = async (ms: number) => {
    if (parts.open.count === 0) return;
    await new Promise<void>((resolve) => {
      const timer = parts.timers.after(ms, resolve);
      void parts.open.idle().then(() => {
        timer.cancel();
        resolve();
      });
    });
  };
  return {
    ownerListener: createDoor(door, true),
    listen: () => listen(server, parts.address),
    async close() {
      parts.drain.draining = true;
      server.close();
      server.closeIdleConnections();
      await idleWithin(parts.drainMs);
      parts.open.cut();
      await idleWithin(lastWordMs);
      // Answers that were just ended may still be on their way out.
      await new Promise(setImmediate);
      server.closeAllConnections();
    },
  };
}
