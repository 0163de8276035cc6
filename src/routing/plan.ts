// Step 3: the ordered endpoints that a request may be sent to, each that was left out with its reason.

import type { Health } from "./health.js";
import { type LeftOut, type PlannedEndpoint, type RoutingParts, resolveAll, resolveModel } from "./resolve.js";

export interface Plan {
  /** Never empty. */
  readonly endpoints: readonly [PlannedEndpoint, ...PlannedEndpoint[]];
  readonly leftOut: readonly LeftOut[];
}

export interface PlanParts extends RoutingParts {
  readonly health: Health;
}

/** Names an endpoint across requests: health is kept under it. */
export function endpointKey(endpoint: PlannedEndpoint): string {
  return `${endpoint.provider.id}/${endpoint.upstreamModel}`;
}

/**
 * @param names the model asked for and its fallbacks, in order.
 * @throws TrunklineError `model_not_found`, `provider_not_configured`
 */
export function planRequest(
  parts: PlanParts,
  names: readonly [string, ...string[]],
  now: { readonly day: string; readonly monotonicMs: number },
): Plan {
  const [name] = names;
  const found = names.length === 1 ? resolveModel(parts, name, now.day) : resolveAll(parts, names, now.day);
  const [first, ...others] = healthyFirst(parts.health, withoutRepeats(found.endpoints), now.monotonicMs);
  if (first === undefined) throw new Error("a resolution is never empty");
  return { endpoints: [first, ...others], leftOut: found.leftOut };
}

function withoutRepeats(endpoints: readonly PlannedEndpoint[]): readonly PlannedEndpoint[] {
  if (endpoints.length === 1) return endpoints;
  const seen = new Set<string>();
  return endpoints.filter((endpoint) => {
    const key = endpointKey(endpoint);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Ailing endpoints go to the back; where all are ailing the order stays. */
function healthyFirst(
  health: Health,
  endpoints: readonly PlannedEndpoint[],
  nowMs: number,
): readonly PlannedEndpoint[] {
  if (endpoints.length === 1) return endpoints;
  const ailing = endpoints.filter((endpoint) => health.ailing(endpointKey(endpoint), nowMs));
  if (ailing.length === 0 || ailing.length === endpoints.length) return endpoints;
  return [...endpoints.filter((endpoint) => !ailing.includes(endpoint)), ...ailing];
}
