// An error before anything of the answer went out: the client's dialect gives it its shape and status.
import type { TrunklineError } from "../canonical/error.js";
import type { Received } from "./exchange.js";
import { errorHeaders } from "./headers.js";
import type { Sink } from "./sink.js";

export function refuse(
  received: Pick<Received, "dialect" | "profile" | "generationId">,
  sink: Sink,
  error: TrunklineError,
): void {
  if (sink.gone) return;
  const { status, body } = received.dialect.writeError(error, received.generationId, received.profile);
  sink.head(status, errorHeaders(error, received.generationId, received.dialect.requestIdHeader));
  sink.end(body);
}
