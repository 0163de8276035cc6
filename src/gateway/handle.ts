// The way of one request, in one page. Each step takes the type that the step before it gave: the order is checked by the compiler.
import { TrunklineError } from "../canonical/error.js";
import { admit } from "./admit.js";
import { attempt } from "./attempt-plan.js";
import type { Admitted, Held, Received } from "./exchange.js";
import { fitPlan } from "./fit.js";
import { hold, release } from "./hold.js";
import type { Interrupt } from "./interrupt.js";
import type { GatewayParts } from "./parts.js";
import { plan } from "./plan.js";
import { refuse } from "./refuse.js";
import { settle, settleFailed, settleRefused } from "./settle.js";
import type { Sink } from "./sink.js";

/**
 * Steps 2 to 8; step 1, read, is the caller's. Answers through the sink and never throws for anything that a client,
 * a provider or the network did. Throws `gateway_overloaded` before admission, where there is no row to settle.
 */
export async function handle(parts: GatewayParts, received: Received, sink: Sink, interrupt: Interrupt): Promise<void> {
  const admitted = await admit(parts, received);
  let held: Held | undefined;
  try {
    const planned = plan(parts, admitted);
    const fitting = fitPlan(parts, planned);
    held = hold(parts, fitting instanceof Promise ? await fitting : fitting);
    const answered = await attempt(parts, held, sink, interrupt);
    settle(parts, answered, sink.gone);
    if (answered.error !== undefined && !answered.committed) refuse(received, sink, answered.error);
    else if (!sink.gone) sink.end(answered.tail);
  } catch (cause) {
    refuseAdmitted(parts, admitted, held, sink, cause);
  } finally {
    if (held !== undefined) release(parts, held);
    parts.capacity.leave();
  }
}

function refuseAdmitted(
  parts: GatewayParts,
  admitted: Admitted,
  held: Held | undefined,
  sink: Sink,
  cause: unknown,
): void {
  const error = TrunklineError.is(cause)
    ? cause
    : new TrunklineError("internal", "Trunkline failed to serve this request.");
  if (!TrunklineError.is(cause)) {
    const where = cause instanceof Error ? (cause.stack ?? cause.message) : "gateway/handle";
    parts.observe({ type: "trouble", where, sentence: "A request failed inside the gateway." });
  }
  if (held === undefined) settleRefused(parts, admitted, error);
  else settleFailed(parts, held, error);
  refuse(admitted.received, sink, error);
}
