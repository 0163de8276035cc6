// What the usage that comes back says of the estimates, per model: by how much they are off, and what to make of the next one.

export interface CalibrationRow {
  readonly model: string;
  /** Requests that were learnt from. */
  readonly count: number;
  /** Reported tokens by estimated ones; 1 where the estimate is right. */
  readonly factor: number;
  /** Absolute error in percent of what was reported, as estimated and as corrected by what was known then. */
  readonly before: { readonly median: number; readonly p95: number };
  readonly after: { readonly median: number; readonly p95: number };
}

export interface Corrections {
  /** @param estimated tokens as they were estimated, not corrected. */
  learn(model: string, estimated: number, reported: number): void;
  /** By how much to multiply an estimate for this model; 1 where nothing is known. */
  factor(model: string): number;
  summary(): readonly CalibrationRow[];
}

/** Requests of fewer tokens are mostly what the provider adds around them. */
const leastTokens = 20;
/** Outside of this the numbers speak of something else: media, hidden prompts, another model. */
const least = 0.5;
const most = 2;
/** Weight of the newest request once many were seen; the first ones weigh more. */
const weight = 0.05;
/** Weight of the estimate itself, in requests: one odd request must not move it far. */
const trust = 4;
/** One request moves the factor as if it were at most so far off, in logarithms: about a quarter. */
const mostSurprise = 0.22;
/** A request of so many tokens weighs half: what the provider adds around a short one is a large part of it. */
const halfWeightTokens = 100;
const mostModels = 1_000;
/** Errors that are kept for the summary. */
const keptErrors = 200;

interface State {
  count: number;
  /** Natural logarithm of the factor. */
  log: number;
  readonly before: number[];
  readonly after: number[];
}

export function createCorrections(): Corrections {
  const states = new Map<string, State>();
  const factorOf = (state: State | undefined) => (state === undefined ? 1 : Math.exp(state.log));
  return {
    learn(model, estimated, reported) {
      if (!(reported >= leastTokens) || !(estimated >= 1)) return;
      const ratio = reported / estimated;
      if (ratio < least || ratio > most) return;
      const state = states.get(model) ?? { count: 0, log: 0, before: [], after: [] };
      // Put behind the others, so that the first is the one that was not heard of for the longest time.
      states.delete(model);
      if (states.size >= mostModels) forgetFirst(states);
      states.set(model, state);
      keep(state.before, errorOf(estimated, reported));
      keep(state.after, errorOf(estimated * factorOf(state), reported));
      state.count++;
      const surprise = Math.min(mostSurprise, Math.max(-mostSurprise, Math.log(ratio) - state.log));
      const share = reported / (reported + halfWeightTokens);
      state.log += Math.max(weight, 1 / (state.count + trust)) * share * surprise;
    },
    factor: (model) => factorOf(states.get(model)),
    summary: () =>
      [...states].map(([model, state]) => ({
        model,
        count: state.count,
        factor: factorOf(state),
        before: quantiles(state.before),
        after: quantiles(state.after),
      })),
  };
}

function forgetFirst(states: Map<string, State>): void {
  const [first] = states.keys();
  if (first !== undefined) states.delete(first);
}

function errorOf(estimated: number, reported: number): number {
  return (Math.abs(estimated - reported) / reported) * 100;
}

function keep(errors: number[], error: number): void {
  errors.push(error);
  if (errors.length > keptErrors) errors.shift();
}

function quantiles(errors: readonly number[]): { readonly median: number; readonly p95: number } {
  const sorted = errors.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { median: at(0.5), p95: at(0.95) };
}
