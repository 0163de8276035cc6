// Step 2. The key was checked on the headers alone; what is left is room.
import type { Admitted, Received } from "./exchange.js";
import type { GatewayParts } from "./parts.js";

/** @throws TrunklineError `gateway_overloaded` */
export async function admit(parts: GatewayParts, received: Received): Promise<Admitted> {
  const wait = parts.capacity.enter();
  if (wait !== undefined) await wait;
  return { received };
}
