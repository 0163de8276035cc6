// Retries and fallbacks draw from one budget, so that a total outage adds little load: 10 % of requests plus one a second.

export interface RetryBudget {
  /** Called once per request. */
  earn(): void;
  /** Takes one retry; false where the budget is spent. */
  spend(nowMs: number): boolean;
}

const perRequest = 0.1;
const perSecond = 1;
const mostSaved = 10;

/** @param nowMs monotonic milliseconds at which the budget starts, full. */
export function createRetryBudget(nowMs: number): RetryBudget {
  let saved = mostSaved;
  let atMs = nowMs;
  return {
    earn() {
      saved = Math.min(mostSaved, saved + perRequest);
    },
    spend(now) {
      saved = Math.min(mostSaved, saved + ((now - atMs) / 1_000) * perSecond);
      atMs = now;
      if (saved < 1) return false;
      saved -= 1;
      return true;
    },
  };
}
