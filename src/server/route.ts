// A row of the route table, and what a route is given.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Principal } from "../admission/keys.js";
import type { Profile } from "../dialects/dialect.js";

export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly principal: Principal;
  readonly profile: Profile;
  /** Monotonic milliseconds at which the head of the request came. */
  readonly startedMs: number;
  /** What follows the route's path: an id. Percent-decoded. */
  readonly rest: string;
  readonly query: () => URLSearchParams;
}

export interface Route {
  readonly method: "GET" | "POST";
  /** Exact, or a prefix when it ends in a slash. */
  readonly path: string;
  /** `none`: anyone; `key`: the key check; `owner`: only over the socket in the data folder. */
  readonly access: "none" | "key" | "owner";
  serve(call: Call): Promise<void> | void;
}

export function profileOf(path: string): Profile {
  return path.startsWith("/api/v1") ? "openrouter" : "openai";
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}
