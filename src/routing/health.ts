// How each endpoint has done lately. One that failed is tried after the others until its penalty is over.

export interface Health {
  succeeded(endpoint: string): void;
  /** @param nowMs monotonic milliseconds. */
  failed(endpoint: string, nowMs: number): void;
  /** True while the endpoint should wait behind the others. */
  ailing(endpoint: string, nowMs: number): boolean;
}

const firstPenaltyMs = 1_000;
const longestPenaltyMs = 30_000;
/** One failure may be chance. */
const failuresUntilAiling = 3;
const mostEndpoints = 10_000;

export function createHealth(): Health {
  const failures = new Map<string, { inARow: number; untilMs: number }>();
  return {
    succeeded(endpoint) {
      if (failures.size > 0) failures.delete(endpoint);
    },
    failed(endpoint, nowMs) {
      const known = failures.get(endpoint);
      const inARow = (known?.inARow ?? 0) + 1;
      const over = inARow - failuresUntilAiling;
      const untilMs = over < 0 ? 0 : nowMs + Math.min(longestPenaltyMs, firstPenaltyMs * 2 ** over);
      if (known === undefined && failures.size >= mostEndpoints) failures.clear();
      failures.set(endpoint, { inARow, untilMs });
    },
    ailing: (endpoint, nowMs) => failures.size > 0 && (failures.get(endpoint)?.untilMs ?? 0) > nowMs,
  };
}
