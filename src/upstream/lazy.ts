// A transport whose code is loaded when it is first needed, or soon after the start: listening does not wait for it.
import type { Transport, TransportCall } from "./transport.js";

export interface LazyTransport extends Transport {
  /** Loads it now, so that the first call need not wait. */
  warm(): Promise<void>;
}

export function createLazyTransport(load: () => Promise<Transport>): LazyTransport {
  let loading: Promise<Transport> | undefined;
  let loaded: Transport | undefined;
  const ready = () => {
    loading ??= load().then((transport) => {
      loaded = transport;
      return transport;
    });
    return loading;
  };
  return {
    async warm() {
      await ready();
    },
    call(request, handler) {
      if (loaded !== undefined) return loaded.call(request, handler);
      let call: TransportCall | undefined;
      let aborted = false;
      ready().then(
        (transport) => {
          if (!aborted) call = transport.call(request, handler);
        },
        () => {
          if (!aborted) handler.onFault({ kind: "connect", message: "its transport could not be loaded", sent: false });
        },
      );
      return {
        resume: () => call?.resume(),
        abort() {
          aborted = true;
          call?.abort();
        },
      };
    },
    async close() {
      const transport = await loading?.catch(() => undefined);
      await transport?.close();
    },
  };
}
