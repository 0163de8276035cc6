import { expect, test } from "vitest";
import { createLazyTransport } from "./lazy.js";
import type { Transport, TransportHandler, TransportRequest } from "./transport.js";

const request: TransportRequest = {
  method: "GET",
  url: "http://x/",
  headers: {},
  body: undefined,
  connectTimeoutMs: 1,
};

function recorder() {
  const seen: string[] = [];
  const handler: TransportHandler = {
    onHead: () => seen.push("head"),
    onData: () => seen.push("data") > 0,
    onEnd: () => seen.push("end"),
    onFault: (fault) => seen.push(fault.message),
  };
  return { seen, handler };
}

function inner() {
  const log: string[] = [];
  const transport: Transport = {
    call(_request, handler) {
      log.push("call");
      handler.onEnd();
      return { resume: () => log.push("resume"), abort: () => log.push("abort") };
    },
    close: async () => {
      log.push("close");
    },
  };
  return { log, transport };
}

test("a call made before the code is there is made once it is", async () => {
  const { log, transport } = inner();
  const { seen, handler } = recorder();
  const lazy = createLazyTransport(async () => transport);
  const call = lazy.call(request, handler);
  expect(log).toEqual([]);
  await lazy.warm();
  expect(seen).toEqual(["end"]);
  call.resume();
  call.abort();
  expect(log).toEqual(["call", "resume", "abort"]);
});

test("a call that was aborted meanwhile is never made", async () => {
  const { log, transport } = inner();
  const { seen, handler } = recorder();
  const lazy = createLazyTransport(async () => transport);
  lazy.call(request, handler).abort();
  await lazy.warm();
  expect(log).toEqual([]);
  expect(seen).toEqual([]);
});

test("the code is loaded once, and closed only where it was loaded", async () => {
  let loads = 0;
  const { log, transport } = inner();
  const lazy = createLazyTransport(async () => {
    loads += 1;
    return transport;
  });
  await lazy.close();
  expect(log).toEqual([]);
  await Promise.all([lazy.warm(), lazy.warm()]);
  lazy.call(request, recorder().handler);
  await lazy.close();
  expect(loads).toBe(1);
  expect(log).toEqual(["call", "close"]);
});

test("code that cannot be loaded is a fault of the call", async () => {
  const { seen, handler } = recorder();
  const lazy = createLazyTransport(() => Promise.reject(new Error("broken")));
  lazy.call(request, handler);
  await lazy.warm().catch(() => {});
  await Promise.resolve();
  expect(seen).toEqual(["its transport could not be loaded"]);
  await lazy.close();
});
