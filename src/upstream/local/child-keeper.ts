// Keeps at most one child process alive: starts it when first asked for, and after a death waits longer each time.
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Clock, Timers } from "../../canonical/clock.js";
import { isObject } from "../../canonical/json.js";

/** Starts the child, which is to listen on the socket and to say `{ kind: "ready" }` over its IPC channel. */
export type StartChild = (socketPath: string) => ChildProcess;

export type ChildState =
  | { readonly kind: "ready"; readonly socketPath: string }
  /** `message` continues a sentence about the local model. */
  | { readonly kind: "unready"; readonly message: string };

export interface ChildKeeper {
  readonly running: boolean;
  /** @param maxWaitMs how long the pause after a death may be waited for; longer pauses are refused at once. */
  ready(maxWaitMs: number): Promise<ChildState>;
  /** Nobody listens on that socket any more: ends the child if it is still there, and waits until it is gone. */
  lost(socketPath: string): Promise<void>;
  /** The child did its work: the next death counts as the first. */
  served(): void;
  close(): Promise<void>;
}

export interface ChildKeeperOptions {
  readonly start: StartChild;
  readonly timers: Timers;
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly startLimitMs: number;
}

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
const closeLimitMs = 2_000;
/** The kernel's bound for socket paths is 104 on macOS and 108 on Linux. */
const longestSocketPath = 100;

export function createChildKeeper({ start, timers, clock, startLimitMs }: ChildKeeperOptions): ChildKeeper {
  let child: ChildProcess | undefined;
  let childSocket: string | undefined;
  let state: Promise<ChildState> | undefined;
  let pausing: Promise<void> | undefined;
  let deaths = 0;
  let startAgainMs = 0;
  let closed = false;

  function startNow(): Promise<ChildState> {
    const folder = socketFolder();
    const socketPath = process.platform === "win32" ? `\\\\.\\pipe\\${basename(folder)}` : join(folder, "s");
    const started = start(socketPath);
    child = started;
    childSocket = socketPath;
    return new Promise((resolve) => {
      const limit = timers.after(startLimitMs, () => {
        resolve({ kind: "unready", message: `did not start within ${startLimitMs / 1_000} seconds` });
        started.kill("SIGKILL");
      });
      started.on("message", (message: unknown) => {
        if (!isObject(message)) return;
        if (message.kind === "ready") {
          limit.cancel();
          letParentEnd(started);
          resolve({ kind: "ready", socketPath });
        } else if (message.kind === "failed") {
          resolve({ kind: "unready", message: `could not be loaded: ${String(message.sentence)}` });
        }
      });
      const ended = () => {
        limit.cancel();
        rmSync(folder, { recursive: true, force: true });
        resolve({ kind: "unready", message: "ended while it was starting" });
        if (child !== started) return;
        child = undefined;
        state = undefined;
        startAgainMs = clock.monotonicMs() + Math.min(longestPauseMs, firstPauseMs * 2 ** deaths);
        deaths++;
      };
      started.once("exit", ended);
      started.once("error", ended);
    });
  }

  async function startAfterPause(maxWaitMs: number): Promise<ChildState> {
    const pauseMs = startAgainMs - clock.monotonicMs();
    if (deaths > 0 && pauseMs > maxWaitMs) {
      const seconds = Math.ceil(pauseMs / 1_000);
      return { kind: "unready", message: `ended ${deaths} times in a row and may start again in ${seconds} s` };
    }
    if (deaths > 0 && pauseMs > 0) {
      pausing ??= new Promise((resolve) => timers.after(pauseMs, resolve));
      await pausing;
      pausing = undefined;
    }
    if (closed) return { kind: "unready", message: "is closed" };
    state ??= startNow();
    return state;
  }

  return {
    get running() {
      return child !== undefined;
    },
    ready(maxWaitMs) {
      if (closed) return Promise.resolve({ kind: "unready", message: "is closed" });
      return state ?? startAfterPause(maxWaitMs);
    },
    async lost(socketPath) {
      const last = child;
      if (!last || childSocket !== socketPath) return;
      await new Promise<void>((resolve) => {
        last.once("exit", () => resolve());
        last.kill("SIGKILL");
      });
    },
    served() {
      deaths = 0;
    },
    async close() {
      closed = true;
      const last = child;
      if (!last || last.exitCode !== null || last.signalCode !== null) return;
      await new Promise<void>((resolve) => {
        const force = timers.after(closeLimitMs, () => last.kill("SIGKILL"));
        last.once("exit", () => {
          force.cancel();
          resolve();
        });
        // The child ends when its parent lets go of it; signals that a whole group gets leave it alone meanwhile.
        if (last.connected) last.disconnect();
        else last.kill("SIGKILL");
      });
    },
  };
}

/** A folder of our own, which nobody else may enter: `mkdtemp` makes it with mode 0700. */
function socketFolder(): string {
  const named = join(tmpdir(), "trunkline-");
  const short = process.platform === "win32" || named.length + "XXXXXX/s".length < longestSocketPath;
  return mkdtempSync(short ? named : "/tmp/trunkline-");
}

/** An idle child must not keep its parent's event loop alive. */
function letParentEnd(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}
