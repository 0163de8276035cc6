// Step 3. The name, and the names to fall back to, become an ordered list of endpoints.
import { planRequest } from "../routing/plan.js";
import type { Admitted, Planned } from "./exchange.js";
import type { GatewayParts } from "./parts.js";

/** @throws TrunklineError `model_not_found`, `provider_not_configured` */
export function plan(parts: GatewayParts, admitted: Admitted): Planned {
  const { request, createdMs, startedMs } = admitted.received;
  const { model, fallbackModels } = request.outline;
  const now = { day: dayOf(createdMs), monotonicMs: startedMs };
  const names: [string, ...string[]] = fallbackModels.length === 0 ? [model] : [model, ...fallbackModels];
  return { admitted, plan: planRequest(parts.planning, names, now) };
}

const msPerDay = 86_400_000;
let lastDay = -1;
let lastDayText = "";

/** YYYY-MM-DD in UTC; made once a day. */
export function dayOf(wallMs: number): string {
  const day = Math.floor(wallMs / msPerDay);
  if (day !== lastDay) {
    lastDay = day;
    lastDayText = new Date(day * msPerDay).toISOString().slice(0, 10);
  }
  return lastDayText;
}
