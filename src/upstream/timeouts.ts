// The four timers of a call: connect, first token, idle, total. Pure: defaults and how long each is for this request.

/** All in milliseconds. */
export interface Timeouts {
  readonly connect: number;
  /** Streams only: until the first content. Reasoning is content, pings are not. */
  readonly firstToken: number;
  /** Streams only: between whole events or comments. */
  readonly idle: number;
  /** From the request's arrival, shared by retries and fallbacks. */
  readonly total: number;
}

export type TimeoutSettings = { readonly [Name in keyof Timeouts]?: number | undefined };

export interface TimeoutOccasion {
  readonly maxOutputTokens: number | undefined;
  /** Reasoning is asked for, or the catalogue says that the model reasons. */
  readonly reasons: boolean;
}

const connectMs = 5_000;
const idleMs = 30_000;
const totalMs = 600_000;
const firstTokenMs = { short: 30_000, long: 60_000, reasoning: 300_000 };
/** Output limits above this may hide a long silence before the first token. */
const longOutputTokens = 2_048;

function defaultFirstToken({ maxOutputTokens, reasons }: TimeoutOccasion): number {
  if (reasons) return firstTokenMs.reasoning;
  return maxOutputTokens === undefined || maxOutputTokens > longOutputTokens ? firstTokenMs.long : firstTokenMs.short;
}

/** @param layers settings from the nearest (request, model) to the farthest (configuration); the first that speaks wins. */
export function timeoutsFor(occasion: TimeoutOccasion, ...layers: readonly (TimeoutSettings | undefined)[]): Timeouts {
  const setting = (name: keyof Timeouts): number | undefined => {
    for (const layer of layers) if (layer?.[name] !== undefined) return layer[name];
    return undefined;
  };
  return {
    connect: setting("connect") ?? connectMs,
    firstToken: setting("firstToken") ?? defaultFirstToken(occasion),
    idle: setting("idle") ?? idleMs,
    total: setting("total") ?? totalMs,
  };
}
