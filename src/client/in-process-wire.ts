// The library's way to the core: no socket, no server, the same steps. Speaks the Chat dialect in OpenAI's profile.

import type { NewId } from "../canonical/clock.js";
import { TrunklineError } from "../canonical/error.js";
import type { ClientDialect } from "../dialects/dialect.js";
import { handle } from "../gateway/handle.js";
import { createInterrupt } from "../gateway/interrupt.js";
import { createMemorySink } from "../gateway/memory-sink.js";
import type { OpenExchanges } from "../gateway/open-exchanges.js";
import type { GatewayParts } from "../gateway/parts.js";
import { receive } from "../gateway/receive.js";
import type { Wire } from "./wire.js";

export interface InProcessParts {
  readonly gateway: GatewayParts;
  readonly chat: ClientDialect;
  readonly newId: NewId;
  readonly open: OpenExchanges;
}

export function createInProcessWire({ gateway, chat, newId, open }: InProcessParts): Wire {
  return {
    async send({ method, path, body, signal }) {
      if (method !== "POST" || path !== "/v1/chat/completions") {
        throw new TrunklineError("not_found", `The core in process has no ${method} ${path}.`);
      }
      const sink = createMemorySink();
      const interrupt = createInterrupt();
      sink.onGone = () => interrupt.raise("client_gone");
      signal?.addEventListener("abort", () => sink.leave(), { once: true });
      if (signal?.aborted === true) sink.leave();
      const refuse = (cause: unknown) => {
        const error = TrunklineError.is(cause)
          ? cause
          : new TrunklineError("internal", "Trunkline failed to serve this request.");
        const written = chat.writeError(error, undefined, "openai");
        sink.head(written.status, { "content-type": "application/json" });
        sink.end(written.body);
      };
      try {
        const received = receive(gateway.clock, newId, {
          dialect: chat,
          profile: "openai",
          principal: { keyHash: undefined },
          bytes: Buffer.from(body ?? ""),
          startedMs: gateway.clock.monotonicMs(),
          timeoutMs: undefined,
          app: {},
        });
        open.track(interrupt, handle(gateway, received, sink, interrupt)).catch(refuse);
      } catch (cause) {
        refuse(cause);
      }
      const left = new Promise<never>((_, reject) => {
        const leave = () => reject(new TrunklineError("client_gone", "The call was aborted."));
        if (signal?.aborted === true) leave();
        else signal?.addEventListener("abort", leave, { once: true });
      });
      const { status, headers } = await (signal === undefined ? sink.answered : Promise.race([sink.answered, left]));
      return { status, headers, body: sink.chunks };
    },
  };
}
