// GET /health: alive, who, and whether new requests are taken.
import { type Route, sendJson } from "../route.js";

export interface HealthRouteParts {
  readonly version: string;
  readonly pid: number;
  readonly draining: () => boolean;
}

export function healthRoutes({ version, pid, draining }: HealthRouteParts): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/health",
      access: "none",
      serve({ response }) {
        const stopping = draining();
        sendJson(response, stopping ? 503 : 200, {
          status: stopping ? "draining" : "ok",
          service: "trunkline",
          version,
          pid,
        });
      },
    },
  ];
}
