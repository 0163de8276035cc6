// Step 6. Frames before the first real content are held back: until then another endpoint may answer. A client that waits
// long gets comments meanwhile, or what its dialect has for that; they commit the status 200, not the endpoint.
import type { Timer, Timers } from "../canonical/clock.js";
import { sseComment } from "../framing/sse.js";
import type { Sink } from "./sink.js";

const keepAliveMs = 10_000;

export interface Commit {
  /** True once the status line went out, be it for a comment. */
  readonly headSent: boolean;
  /** Takes client bytes; `content` true opens the gate. Returns false when the client reads slower than we write. */
  write(bytes: Buffer | string | undefined, content: boolean): boolean;
  /** Forgets what an endpoint that failed had held back. */
  discard(): void;
  /** No more comments. */
  close(): void;
}

/**
 * @param head called when the first byte is due; gives the headers of whoever serves at that moment.
 * @param alive what a stream of the client's dialect may hold while nothing happens.
 */
export function createCommit(
  sink: Sink,
  timers: Timers,
  stream: boolean,
  head: () => Readonly<Record<string, string>>,
  alive = sseComment("waiting for the model"),
): Commit {
  let headSent = false;
  let open = false;
  let heldBack: (Buffer | string)[] = [];
  let silent = true;
  let timer: Timer | undefined;

  const sendHead = () => {
    if (headSent) return;
    headSent = true;
    sink.head(200, head());
  };
  const keepAlive = () => {
    if (silent) {
      sendHead();
      sink.write(alive);
    }
    silent = true;
    timer = timers.after(keepAliveMs, keepAlive);
  };
  if (stream) timer = timers.after(keepAliveMs, keepAlive);

  return {
    get headSent() {
      return headSent;
    },
    write(bytes, content) {
      if (open) {
        if (bytes === undefined) return true;
        silent = false;
        return sink.write(bytes);
      }
      if (bytes !== undefined) heldBack.push(bytes);
      if (!content) return true;
      open = true;
      silent = false;
      sendHead();
      let flowing = true;
      for (const held of heldBack) flowing = sink.write(held);
      heldBack = [];
      return flowing;
    },
    discard() {
      heldBack = [];
    },
    close() {
      timer?.cancel();
    },
  };
}
