// Where a request comes from: whether its `Host` is one of ours, and whether a foreign web page sent it.
import type { IncomingHttpHeaders } from "node:http";
import { TrunklineError } from "../canonical/error.js";
import { type Address, isLoopback } from "./options.js";

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** The host of a `Host` header, without its port. */
const nameOf = (host: string) => host.replace(/:\d+$/, "").toLowerCase();

/**
 * Refuses names that are not ours, so that a web page cannot reach a loopback gateway through a name that it controls
 * (DNS rebinding). Off loopback every request needs a key, and any name will do.
 * @throws TrunklineError `host_not_allowed`
 */
export function checkHost(headers: IncomingHttpHeaders, listen: Address, hosts: readonly string[]): void {
  if (!isLoopback(listen.host)) return;
  const name = nameOf(headers.host ?? "");
  if (loopbackNames.has(name) || name === listen.host || hosts.some((host) => host.toLowerCase() === name)) return;
  throw new TrunklineError("host_not_allowed", "The Host header names a host that is not this gateway's.", {
    whatToDo: "Use http://127.0.0.1 or http://localhost, or add the name to `hosts:` in trunkline.yaml.",
  });
}

/**
 * Refuses a request with more than one `Host`: node keeps the first, another server on the way may have gone by the last.
 * @throws TrunklineError `invalid_request`
 */
export function checkOneHost(rawHeaders: readonly string[]): void {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts++;
  }
  if (hosts > 1) throw new TrunklineError("invalid_request", "The request has more than one Host header.");
}

/** True where `Origin` is there and is not the gateway's own: another web page, or a sandboxed one (`null`). */
export function isForeignOrigin(headers: IncomingHttpHeaders): boolean {
  const { origin, host } = headers;
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
}
