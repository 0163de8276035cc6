// The local model behind the seam: starts its child process when first called and carries bytes over a private socket.
import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { fileURLToPath } from "node:url";
import type { Clock, Timers } from "../../canonical/clock.js";
import type { Transport, TransportCall, TransportFault, TransportHandler, TransportRequest } from "../transport.js";
import { errorBody } from "./chat-answer.js";
import { type ChildKeeper, createChildKeeper, type StartChild } from "./child-keeper.js";
import { localModelInstalled } from "./installed.js";
import { defaultSlotLimits, type SlotLimits } from "./slots.js";

export interface LocalTransportOptions {
  readonly dataDir: string;
  /** How many answers at a time, how many wait, how long; what is left out is the default. */
  readonly limits?: Partial<SlotLimits>;
  /** Starts another child than the model's: for tests. */
  readonly start?: StartChild;
  /** Whether there is something to start; asked on each call while no child runs. */
  readonly installed?: () => boolean;
  readonly timers?: Timers;
  readonly clock?: Pick<Clock, "monotonicMs">;
  /** Milliseconds that the child may take to load the model. Default 30 s. */
  readonly startLimitMs?: number;
}

export interface LocalTransport extends Transport {
  /** Starts the model before the first call. Returns a sentence where that isn't possible. */
  warm(): Promise<string | undefined>;
}

const defaultStartLimitMs = 30_000;
const notInstalled = "The local model is not installed. Run `trunkline pull` to fetch it (about 150 MB).";

const realTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

export function createLocalTransport(options: LocalTransportOptions): LocalTransport {
  const { dataDir, timers = realTimers, clock = { monotonicMs: () => performance.now() } } = options;
  const installed = options.installed ?? (() => localModelInstalled(dataDir));
  const limits = JSON.stringify({ ...defaultSlotLimits, ...options.limits });
  const start = options.start ?? ((socketPath: string) => startModel(dataDir, socketPath, limits));
  const startLimitMs = options.startLimitMs ?? defaultStartLimitMs;
  const keeper = createChildKeeper({ start, timers, clock, startLimitMs });
  return {
    call: (request, handler) => callLocal(request, handler, { keeper, timers, installed }),
    async warm() {
      if (!installed()) return notInstalled;
      const state = await keeper.ready(0);
      return state.kind === "ready" ? undefined : `The local model ${state.message}.`;
    },
    close: () => keeper.close(),
  };
}

interface CallParts {
  readonly keeper: ChildKeeper;
  readonly timers: Timers;
  readonly installed: () => boolean;
}

function callLocal(request: TransportRequest, handler: TransportHandler, parts: CallParts): TransportCall {
  let over = false;
  let outgoing: ClientRequest | undefined;
  let incoming: IncomingMessage | undefined;
  const fault = (kind: TransportFault["kind"], message: string, sent: boolean) => {
    if (over) return;
    over = true;
    handler.onFault({ kind, message, sent });
  };

  async function run(again = false): Promise<void> {
    if (!parts.keeper.running && !parts.installed()) {
      await null;
      if (over) return;
      over = true;
      return answerNotInstalled(handler);
    }
    const state = await parts.keeper.ready(request.connectTimeoutMs);
    if (over) return;
    if (state.kind === "unready") return fault("connect", `the local model ${state.message}`, false);
    send(state.socketPath, again);
  }

  function send(socketPath: string, again: boolean): void {
    let sent = false;
    const { pathname, search } = new URL(request.url);
    const length = request.body ? { "content-length": String(request.body.length) } : {};
    const headers = { ...request.headers, ...length };
    const call = httpRequest({ socketPath, path: pathname + search, method: request.method, headers, agent: false });
    outgoing = call;
    const limit = parts.timers.after(request.connectTimeoutMs, () => {
      fault("timeout-connect", "the connection did not stand in time", false);
      call.destroy();
    });
    call.once("socket", (socket) =>
      socket.once("connect", () => {
        sent = true;
        limit.cancel();
      }),
    );
    call.once("error", () => {
      limit.cancel();
      if (over) return;
      if (sent) {
        // Its end may not be noticed yet: the next call must not meet the dying one.
        const ended = () => fault("reset", "the local model's process ended", true);
        parts.keeper.lost(socketPath).then(ended, ended);
        return;
      }
      if (again) return fault("connect", "the local model's process ended", false);
      // The child died before this call and its end wasn't noticed yet. Nothing was sent, so the next child gets it.
      parts.keeper
        .lost(socketPath)
        .then(() => run(true))
        .catch(failed);
    });
    call.once("response", (response) => receive(response));
    call.end(request.body);
  }

  function receive(response: IncomingMessage): void {
    if (over) return;
    incoming = response;
    const status = response.statusCode ?? 502;
    handler.onHead(status, flat(response.headers));
    response.on("data", (bytes: Buffer) => {
      if (!over && !handler.onData(bytes)) response.pause();
    });
    response.once("end", () => {
      if (over || !response.complete) return;
      over = true;
      if (status < 500) parts.keeper.served();
      handler.onEnd();
    });
    response.once("error", () => fault("reset", "its answer broke off", true));
    response.once("close", () => fault("reset", "its answer broke off", true));
  }

  const failed = () => fault("connect", "the local model's process could not be started", false);
  run().catch(failed);
  return {
    resume() {
      incoming?.resume();
    },
    abort() {
      over = true;
      outgoing?.destroy();
    },
  };
}

function answerNotInstalled(handler: TransportHandler): void {
  const code = "local_model_not_installed";
  const body = Buffer.from(errorBody({ status: 503, message: notInstalled, type: "server_error", code, param: null }));
  const headers = { "content-type": "application/json", "content-length": String(body.length) };
  handler.onHead(503, headers);
  handler.onData(body);
  handler.onEnd();
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return result;
}

/** What the child needs to find its libraries and a place for sockets. Keys of providers are none of its business. */
const passedOn = ["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot", "LANG", "LD_LIBRARY_PATH"];

const startModel = (dataDir: string, socketPath: string, limits: string) =>
  fork(childEntry(), [dataDir, socketPath, limits], {
    env: Object.fromEntries(passedOn.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });

/** The compiled child. Run from the sources (in tests), this file takes the child of the last build. */
function childEntry(): string {
  const beside = fileURLToPath(new URL("./child.js", import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL("../../../dist/upstream/local/child.js", import.meta.url));
}
