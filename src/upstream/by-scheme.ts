// One transport in front of several: the scheme of a row's base URL chooses (`https:`, `local:`, `simulator:`).
import type { Transport } from "./transport.js";

export function createSchemeTransport(byScheme: Readonly<Record<string, Transport>>): Transport {
  return {
    call(request, handler) {
      const scheme = request.url.slice(0, request.url.indexOf(":"));
      const transport = byScheme[scheme];
      if (transport !== undefined) return transport.call(request, handler);
      handler.onFault({ kind: "connect", message: `no transport speaks "${scheme}:"`, sent: false });
      return { resume() {}, abort() {} };
    },
    async close() {
      await Promise.all([...new Set(Object.values(byScheme))].map((transport) => transport.close()));
    },
  };
}
