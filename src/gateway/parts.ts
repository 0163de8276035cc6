// What the sequence is made of. `build.ts` joins it; a simulation may put its own time, chance and wire in.
import type { Capacity } from "../admission/capacity.js";
import type { Holds } from "../admission/hold.js";
import type { Clock, Random, Timers } from "../canonical/clock.js";
import type { Observer } from "../canonical/observer.js";
import type { CredentialRing } from "../credentials/ring.js";
import type { DialectName, Relay, UpstreamDialect } from "../dialects/dialect.js";
import type { Ledger } from "../ledger/ledger.js";
import type { PlanParts } from "../routing/plan.js";
import type { RequestCounter } from "../tokens/request-counter.js";
import type { RetryBudget } from "../upstream/retry-budget.js";
import type { TimeoutSettings } from "../upstream/timeouts.js";
import type { Transport } from "../upstream/transport.js";

export interface GatewayParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly observe: Observer;
  readonly capacity: Capacity;
  readonly holds: Holds;
  readonly planning: PlanParts;
  readonly counter: RequestCounter;
  readonly credentials: CredentialRing;
  readonly transport: Transport;
  readonly upstreamDialects: ReadonlyMap<DialectName, UpstreamDialect>;
  readonly relays: ReadonlyMap<DialectName, Relay>;
  readonly retryBudget: RetryBudget;
  readonly ledger: Ledger;
  readonly timeouts: TimeoutSettings;
  /** By the name that the client asks for. */
  readonly modelTimeouts: ReadonlyMap<string, TimeoutSettings>;
}
