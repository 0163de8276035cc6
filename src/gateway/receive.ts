// Step 1. Client bytes become a request, by the client's dialect, and get their name and their time.
import type { Principal } from "../admission/keys.js";
import type { Clock, NewId } from "../canonical/clock.js";
import type { ClientDialect, ClientHeaders, Profile } from "../dialects/dialect.js";
import type { Received } from "./exchange.js";

export interface Reception {
  readonly dialect: ClientDialect;
  readonly profile: Profile;
  readonly principal: Principal;
  readonly bytes: Buffer;
  /** The dialect takes from them what is its own. */
  readonly headers?: ClientHeaders;
  /** Monotonic milliseconds at which the request's head came. */
  readonly startedMs: number;
  /** From `x-trunkline-timeout-ms`; the body's own field wins. */
  readonly timeoutMs: number | undefined;
  readonly app: Received["app"];
}

/** @throws TrunklineError `invalid_request`, `invalid_json` */
export function receive(clock: Clock, newId: NewId, reception: Reception): Received {
  const { dialect, profile, principal, startedMs, app } = reception;
  const request = dialect.readRequest(reception.bytes, profile, reception.headers);
  return {
    generationId: newId(),
    createdMs: clock.wallMs(),
    startedMs,
    principal,
    dialect,
    profile,
    request,
    clientTimeoutMs: request.outline.own.timeoutMs ?? reception.timeoutMs,
    app,
  };
}
