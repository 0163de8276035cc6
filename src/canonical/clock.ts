// Time, chance and names as arguments of the core, so that a simulation can own them.

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  wallMs(): number;
  /** Milliseconds that never jump; only differences mean anything. */
  monotonicMs(): number;
}

export interface Timer {
  cancel(): void;
}

export interface Timers {
  /** Runs `run` once, `ms` milliseconds from now at the earliest. */
  after(ms: number, run: () => void): Timer;
}

/** A number in [0, 1). */
export type Random = () => number;

/** A new generation id: `gen-<unix seconds>-<20 letters and digits>`. */
export type NewId = () => string;
