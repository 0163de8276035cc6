// Watches growing text for stop sequences: lets through what is certainly not part of one, and nothing from the first on.

export interface StopScanner {
  /** Takes more text; returns what may be shown now. */
  push(text: string): string;
  /** What was still held back when the text came to its end. */
  rest(): string;
  readonly stopped: boolean;
}

export function createStopScanner(stops: readonly string[]): StopScanner {
  const longest = Math.max(0, ...stops.map((stop) => stop.length));
  let held = "";
  let stopped = false;
  return {
    push(text) {
      if (stopped) return "";
      held += text;
      const at = firstOf(held, stops);
      stopped = at !== undefined;
      const safe = at ?? safeLength(held, stops, longest);
      const shown = held.slice(0, safe);
      held = stopped ? "" : held.slice(safe);
      return shown;
    },
    rest() {
      const shown = held;
      held = "";
      return shown;
    },
    get stopped() {
      return stopped;
    },
  };
}

function firstOf(text: string, stops: readonly string[]): number | undefined {
  const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return found.length > 0 ? Math.min(...found) : undefined;
}

/** How much of the text can't be the beginning of a stop sequence. */
function safeLength(text: string, stops: readonly string[], longest: number): number {
  for (let at = Math.max(0, text.length - longest + 1); at < text.length; at++) {
    const tail = text.slice(at);
    if (stops.some((stop) => stop.startsWith(tail))) return at;
  }
  return text.length;
}
