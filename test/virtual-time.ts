// Time that passes when a test says so, and a provider and a gateway that live in it. Timers due at the same instant run
// in the order in which they were set.

import { type CapacityLimits, createCapacity, defaultCapacity } from "../src/admission/capacity.js";
import { createHolds } from "../src/admission/hold.js";
import type { Clock, Timers } from "../src/canonical/clock.js";
import { TrunklineError } from "../src/canonical/error.js";
import { createCatalog } from "../src/catalog/catalog.js";
import { knownProviders } from "../src/catalog/providers.js";
import { createCredentialRing } from "../src/credentials/ring.js";
import type { Profile } from "../src/dialects/dialect.js";
import { openaiChat } from "../src/dialects/openai-chat/dialect.js";
import { handle } from "../src/gateway/handle.js";
import { createInterrupt } from "../src/gateway/interrupt.js";
import { createMemorySink } from "../src/gateway/memory-sink.js";
import type { GatewayParts } from "../src/gateway/parts.js";
import { receive } from "../src/gateway/receive.js";
import type { Generation } from "../src/ledger/generation.js";
import type { Ledger } from "../src/ledger/ledger.js";
import { createHealth } from "../src/routing/health.js";
import type { ModelSettings } from "../src/routing/settings.js";
import { createRetryBudget } from "../src/upstream/retry-budget.js";
import type { Transport, TransportFault } from "../src/upstream/transport.js";
import { createLetterCounter } from "./letter-counter.js";

export interface VirtualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Timers that are set and have neither run nor been cancelled. */
  pending(): number;
  /** Lets time pass, running what falls due; between two timers everything that was promised is settled first. */
  advance(ms: number): Promise<void>;
}

/** 2026-07-01T12:00:00Z: a wall clock that no test confuses with the monotonic one. */
const startWallMs = Date.UTC(2026, 6, 1, 12);

export function createVirtualTime(): VirtualTime {
  let nowMs = 0;
  const due = new Map<object, { readonly atMs: number; readonly run: () => void }>();
  const next = (untilMs: number) => {
    let first: [object, { readonly atMs: number; readonly run: () => void }] | undefined;
    for (const entry of due)
      if (entry[1].atMs <= untilMs && (first === undefined || entry[1].atMs < first[1].atMs)) first = entry;
    return first;
  };
  return {
    clock: { wallMs: () => startWallMs + nowMs, monotonicMs: () => nowMs },
    timers: {
      after(ms, run) {
        const timer = { cancel: () => void due.delete(timer) };
        due.set(timer, { atMs: nowMs + ms, run });
        return timer;
      },
    },
    pending: () => due.size,
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settled();
      for (let task = next(untilMs); task !== undefined; task = next(untilMs)) {
        due.delete(task[0]);
        nowMs = Math.max(nowMs, task[1].atMs);
        task[1].run();
        await settled();
      }
      nowMs = untilMs;
    },
  };
}

/** Resolves when every promise that can go on now has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What a provider does in one call: waits milliseconds, sends a text, begins with a status, breaks, or ends. Then it hangs. */
export type ProviderStep =
  | number
  | string
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly fault: TransportFault["kind"] }
  | "end";

export type ProviderScript = readonly ProviderStep[];

const chunk = (choice: object, rest: object = {}) =>
  `data: ${JSON.stringify({ id: "up-1", model: "m", choices: [{ index: 0, ...choice }], ...rest })}\n\n`;
const usage = { prompt_tokens: 500, completion_tokens: 200, total_tokens: 700 };
const ok = { status: 200 };
const say = (content: string) => chunk({ delta: { content }, finish_reason: null });
const stop = chunk({ delta: {}, finish_reason: "stop" }, { usage });
const done = "data: [DONE]\n\n";
const message = { index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" };
const wholeAnswer = JSON.stringify({ id: "up-1", choices: [message], usage });
const refuses = (status: number, headers: Readonly<Record<string, string>> = {}): ProviderScript => [
  { status, headers },
  "{}",
  "end",
];

/** Steps and whole scripts of a provider that speaks the Chat dialect. */
export const chatSteps = {
  ok,
  say,
  stop,
  done,
  refuses,
  failure: 'data: {"error":{"message":"Out of order.","type":"server_error"}}\n\n',
  good: [ok, say(""), say("Hi"), stop, done, "end"],
  plain: [ok, wholeAnswer, "end"],
} satisfies Readonly<Record<string, ProviderStep | ProviderScript | ((text: string) => string) | typeof refuses>>;

export interface ProviderCall {
  /** Host of the URL. */
  readonly host: string;
  readonly key: string | undefined;
  readonly body: string;
  readonly atMs: number;
  aborted: boolean;
  pauses: number;
}

export interface ScriptedProvider {
  readonly transport: Transport;
  readonly calls: readonly ProviderCall[];
}

/** A wire whose n-th call follows the n-th script; calls beyond the last one are refused with 500. */
export function createScriptedProvider(
  time: Pick<VirtualTime, "clock" | "timers">,
  scripts: readonly ProviderScript[],
): ScriptedProvider {
  const calls: ProviderCall[] = [];
  const transport: Transport = {
    call(request, handler) {
      const steps = [...(scripts[calls.length] ?? [{ status: 500 }, "{}", "end" as const])];
      const call: ProviderCall = {
        host: new URL(request.url).host,
        key: request.headers.authorization?.replace("Bearer ", ""),
        body: request.body?.toString() ?? "",
        atMs: time.clock.monotonicMs(),
        aborted: false,
        pauses: 0,
      };
      calls.push(call);
      let paused = false;
      const go = () => {
        while (!paused && !call.aborted) {
          const step = steps.shift();
          if (step === undefined) return;
          if (typeof step === "number") return void time.timers.after(step, go);
          if (step === "end") handler.onEnd();
          else if (typeof step === "string") paused = !handler.onData(Buffer.from(step));
          else if ("status" in step) handler.onHead(step.status, step.headers ?? {});
          else handler.onFault({ kind: step.fault, message: "it broke", sent: true });
          if (paused) call.pauses++;
        }
      };
      time.timers.after(0, go);
      return {
        resume() {
          if (!paused) return;
          paused = false;
          go();
        },
        abort() {
          call.aborted = true;
        },
      };
    },
    async close() {},
  };
  return { transport, calls };
}

export interface Ask {
  readonly model?: string;
  readonly stream?: boolean;
  readonly body?: object;
  readonly profile?: Profile;
  readonly timeoutMs?: number;
  /** False: the client reads nothing until `read` is called. */
  readonly reads?: boolean;
}

/**
 * The core with providers that follow scripts, clients that read from memory and a ledger that counts.
 * Providers `a` and `b` have a key each, `two` has two; the model `both` means `a/m`, then `b/m`.
 */
export function createVirtualGateway(
  scripts: readonly ProviderScript[],
  limits: Partial<CapacityLimits> = {},
  change: Partial<GatewayParts> = {},
) {
  const time = createVirtualTime();
  const { transport, calls } = createScriptedProvider(time, scripts);
  const rows: Generation[] = [];
  const held: string[] = [];
  const ledger: Ledger = {
    hold: (entry) => void held.push(entry.id),
    settle: (generation) => rows.push(generation) > 0,
    get: () => undefined,
    list: () => rows,
    state: () => ({ openHolds: 0, unstoredRows: 0, storeFailingForMs: undefined, journalWell: true }),
    flush: () => true,
    close() {},
  };
  const secrets: [string, string[]][] = [
    ["a", ["a0"]],
    ["b", ["b0"]],
    ["two", ["two0", "two1"]],
  ];
  const credentials = createCredentialRing(new Map(secrets));
  const [openai] = knownProviders;
  if (openai === undefined) throw new Error("there are providers");
  const price = { inputPicoUsd: 2_500_000, outputPicoUsd: 10_000_000 };
  const parts: GatewayParts = {
    ...time,
    random: () => 0.5,
    observe() {},
    capacity: createCapacity({ ...defaultCapacity, ...limits }, time.timers),
    holds: createHolds(),
    counter: createLetterCounter(),
    planning: {
      catalog: createCatalog({ schema: 1, generated: "2026-07-01", sources: [], models: [] }),
      providers: new Map(
        secrets.map(([id]) => [id, { ...openai, id, name: id.toUpperCase(), baseUrl: `https://${id}` }]),
      ),
      models: new Map<string, ModelSettings>([
        ["both", { try: ["a/m", "b/m"] }],
        ["a/m", { price }],
        ["b/m", { price }],
        ["two/m", { price }],
      ]),
      usable: (provider) => credentials.usable(provider),
      health: createHealth(),
    },
    credentials,
    transport,
    upstreamDialects: new Map([[openaiChat.name, openaiChat]]),
    relays: new Map([[openaiChat.name, openaiChat.relay]]),
    retryBudget: createRetryBudget(0),
    ledger,
    timeouts: {},
    modelTimeouts: new Map(),
    ...change,
  };
  let asked = 0;
  const ask = ({ model = "both", stream = true, body = {}, profile = "openai", timeoutMs, reads = true }: Ask = {}) => {
    const sink = createMemorySink();
    const interrupt = createInterrupt();
    sink.onGone = () => interrupt.raise("client_gone");
    const client = {
      text: "",
      status: 0,
      headers: new Map<string, string>(),
      /** `open`, `over`, or the code with which it was refused before admission. */
      state: "open",
      get left() {
        return sink.gone;
      },
      leave: () => sink.leave(),
      cut: () => interrupt.raise("draining"),
      async read() {
        for await (const piece of sink.chunks) client.text += piece.toString();
      },
    };
    void sink.answered.then(({ status, headers }) => {
      client.status = status;
      client.headers = new Map(Object.entries(headers));
    });
    if (reads) void client.read();
    const messages = [{ role: "user", content: "Hello" }];
    const received = receive(time.clock, () => `gen-${asked++}`, {
      dialect: openaiChat,
      profile,
      principal: { keyHash: "k" },
      bytes: Buffer.from(JSON.stringify({ model, stream, messages, max_tokens: 200, ...body })),
      startedMs: time.clock.monotonicMs(),
      timeoutMs,
      app: {},
    });
    handle(parts, received, sink, interrupt).then(
      () => {
        client.state = "over";
      },
      (cause: unknown) => {
        client.state = TrunklineError.is(cause) ? cause.code : String(cause);
      },
    );
    return client;
  };
  /** Everything that was taken is given back, and no timer is left. */
  const clean = () => ({ inFlight: parts.capacity.inFlight, held: parts.holds.held("k"), timers: time.pending() });
  return { ...time, parts, ask, calls, rows, held, clean };
}
