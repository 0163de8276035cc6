import { expect, test } from "vitest";
import { createSchemeTransport } from "./by-scheme.js";
import type { Transport, TransportFault, TransportRequest } from "./transport.js";

function recording() {
  const seen: string[] = [];
  let closed = 0;
  const transport: Transport = {
    call(request) {
      seen.push(request.url);
      return { resume() {}, abort() {} };
    },
    async close() {
      closed++;
    },
  };
  return { transport, seen, closed: () => closed };
}

const request = (url: string): TransportRequest => ({
  method: "POST",
  url,
  headers: {},
  body: undefined,
  connectTimeoutMs: 1,
});

function handler() {
  const faults: TransportFault[] = [];
  return {
    faults,
    onHead() {},
    onData: () => true,
    onEnd() {},
    onFault: (fault: TransportFault) => void faults.push(fault),
  };
}

test("the scheme of a URL chooses the transport", () => {
  const http = recording();
  const local = recording();
  const transport = createSchemeTransport({ http: http.transport, https: http.transport, local: local.transport });
  for (const url of ["https://a/v1", "http://b/v1", "local:///v1"]) transport.call(request(url), handler());
  expect(http.seen).toEqual(["https://a/v1", "http://b/v1"]);
  expect(local.seen).toEqual(["local:///v1"]);
});

test.each(["ftp://a/v1", "no url at all", ""])("%j is a fault before anything was sent", (url) => {
  const told = handler();
  createSchemeTransport({}).call(request(url), told).abort();
  expect(told.faults).toMatchObject([{ kind: "connect", sent: false }]);
});

test("closing closes each transport once", async () => {
  const http = recording();
  await createSchemeTransport({ http: http.transport, https: http.transport }).close();
  expect(http.closed()).toBe(1);
});
