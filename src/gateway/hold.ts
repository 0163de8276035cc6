// Step 4. What the dearest endpoint of the plan may cost is set aside, and the journal gets its line before the first upstream byte.
import type { NanoUsd } from "../canonical/money.js";
import { costAtMost } from "../pricing/cost.js";
import type { PlannedEndpoint } from "../routing/resolve.js";
import type { Fitted, Held } from "./exchange.js";
import type { GatewayParts } from "./parts.js";

/** Where neither the request nor the catalogue names an output limit. */
const defaultOutputTokens = 4_096;

export function hold(parts: GatewayParts, fitted: Fitted): Held {
  const { received } = fitted.admitted;
  const { outline } = received.request;
  const [first] = fitted.plan.endpoints;
  let holdNanoUsd: NanoUsd | undefined;
  for (const endpoint of fitted.plan.endpoints) {
    // A text token is at least one byte, so the body's bytes bound its tokens where nobody counted them.
    const inputTokens = fitted.countFor(endpoint)?.atMost ?? outline.bodyBytes;
    const most = atMost(endpoint, inputTokens, outline.maxOutputTokens, outline.choices);
    if (most !== undefined) holdNanoUsd = Math.max(holdNanoUsd ?? 0, most);
  }
  parts.ledger.hold({
    id: received.generationId,
    createdMs: received.createdMs,
    keyHash: received.principal.keyHash,
    modelAsked: outline.model,
    provider: first.provider.id,
    upstreamModel: first.upstreamModel,
    dialect: received.dialect.name,
    streamed: outline.stream,
    holdNanoUsd,
  });
  parts.holds.take(received.principal.keyHash, holdNanoUsd);
  return { fitted, holdNanoUsd };
}

/** Gives back what was set aside. Once per hold, however the exchange ended. */
export function release(parts: GatewayParts, held: Held): void {
  parts.holds.release(held.fitted.admitted.received.principal.keyHash, held.holdNanoUsd);
}

function atMost(endpoint: PlannedEndpoint, input: number, asked: number | undefined, choices: number) {
  if (endpoint.price === undefined) return undefined;
  const inputTokens = endpoint.windowTokens === undefined ? input : Math.min(input, endpoint.windowTokens);
  const outputTokens = (asked ?? endpoint.maxOutputTokens ?? defaultOutputTokens) * choices;
  return costAtMost(endpoint.price, inputTokens, outputTokens);
}
