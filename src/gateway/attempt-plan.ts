// Step 5 over the whole plan: retry here, another credential, the next endpoint. One deadline and one budget for all of it.
import { type AttemptSummary, TrunklineError } from "../canonical/error.js";
import { newFacts } from "../dialects/dialect.js";
import type { Attempt } from "../ledger/generation.js";
import { endpointKey } from "../routing/plan.js";
import type { PlannedEndpoint } from "../routing/resolve.js";
import { decideRetry } from "../upstream/retry.js";
import { type Timeouts, timeoutsFor } from "../upstream/timeouts.js";
import { attemptEndpoint, type EndpointResult, servedBy } from "./attempt-endpoint.js";
import { type Commit, createCommit } from "./commit.js";
import type { Answered, Held } from "./exchange.js";
import { servedHeaders } from "./headers.js";
import { type Interrupt, interruptError } from "./interrupt.js";
import type { GatewayParts } from "./parts.js";
import type { Sink } from "./sink.js";

/** A credential that was rejected rests this long, milliseconds. */
const rejectedRestMs = 60_000;
/** One that was limited rests as long as the provider says, and at least this long. */
const limitedRestMs = 1_000;

export async function attempt(parts: GatewayParts, held: Held, sink: Sink, interrupt: Interrupt): Promise<Answered> {
  const { received } = held.fitted.admitted;
  const { outline } = received.request;
  const attempts: Attempt[] = [];
  let endpoint: PlannedEndpoint | undefined;
  let receipt: EndpointResult["receipt"] = [];
  parts.retryBudget.earn();

  const head = () =>
    servedHeaders({
      generationId: received.generationId,
      idHeader: received.dialect.requestIdHeader,
      endpoint,
      stream: true,
      streamType: received.dialect.streamType,
      attempts: attempts.length + 1,
      costNanoUsd: undefined,
      receipt,
    });
  const commit = createCommit(sink, parts.timers, outline.stream, head, received.dialect.keepAlive);
  const deadline = deadlineOf(parts, held);
  let result: EndpointResult = { ...noResult, facts: newFacts() };

  try {
    plan: for (const candidate of held.fitted.plan.endpoints) {
      for (let triesHere = 1; ; triesHere++) {
        if (interrupt.reason !== undefined) {
          result = { ...noResult, facts: newFacts(), error: interruptError(interrupt.reason) };
          break plan;
        }
        if (attempts.length > 0 && !parts.retryBudget.spend(parts.clock.monotonicMs())) break plan;
        endpoint = candidate;
        const startedMs = parts.clock.monotonicMs() - received.startedMs;
        result = await callOnce(parts, held, endpoint, { sink, commit, interrupt, deadline });
        receipt = result.receipt;
        const { error } = result;
        attempts.push({
          provider: endpoint.provider.id,
          model: endpoint.upstreamModel,
          startedMs,
          endedMs: parts.clock.monotonicMs() - received.startedMs,
          status: result.status,
          code: error?.code,
        });
        keepHealth(parts, endpoint, error);
        if (error === undefined || result.firstContentMs !== undefined || interrupt.reason !== undefined) break plan;
        commit.discard();
        const nowMs = parts.clock.monotonicMs();
        const decision = decideRetry({
          error,
          triesHere,
          otherCredential: parts.credentials.hasAnother(endpoint.provider, nowMs),
          leftMs: deadline.atMs - nowMs,
          chance: parts.random(),
        });
        if (decision.type === "give-up") break plan;
        if (decision.type === "next-endpoint") break;
        if (decision.afterMs > 0) await pause(parts, decision.afterMs, interrupt);
      }
    }
  } finally {
    commit.close();
  }
  return finish(held, sink, { endpoint, result, attempts, commit });
}

const noResult = {
  error: undefined,
  status: undefined,
  receipt: [],
  firstContentMs: undefined,
  tail: undefined,
} as const;

interface CallContext {
  readonly sink: Sink;
  readonly commit: Commit;
  readonly interrupt: Interrupt;
  readonly deadline: { readonly atMs: number; readonly code: "timeout_total" | "deadline_exceeded" };
}

async function callOnce(
  parts: GatewayParts,
  held: Held,
  endpoint: PlannedEndpoint,
  context: CallContext,
): Promise<EndpointResult> {
  const nowMs = parts.clock.monotonicMs();
  const credential = parts.credentials.pick(endpoint.provider, nowMs);
  if (credential === undefined && endpoint.provider.authentication.type !== "none") {
    const restsForMs = parts.credentials.restsForMs(endpoint.provider, nowMs);
    const error = new TrunklineError(
      "upstream_rate_limit",
      `Every key of ${endpoint.provider.name} was refused or is limited for now.`,
      { retryAfterMs: restsForMs, provider: endpoint.provider.id },
    );
    return { ...noResult, facts: newFacts(), error };
  }
  const timeouts = timeoutsOf(parts, held, endpoint);
  const result = await attemptEndpoint(parts, {
    held,
    endpoint,
    credential,
    timeouts,
    deadline: context.deadline,
    sink: context.sink,
    commit: context.commit,
    interrupt: context.interrupt,
  });
  if (result.error?.rule.blames === "credential" && credential !== undefined) {
    const limited = result.error.code === "upstream_rate_limit";
    const restMs = limited ? Math.max(result.error.details.retryAfterMs ?? 0, limitedRestMs) : rejectedRestMs;
    // The only credential never rests for a rejection: the owner may have mended it at the provider.
    const only = !parts.credentials.hasSeveral(endpoint.provider);
    if (!only) parts.credentials.rest(credential, parts.clock.monotonicMs() + restMs);
  }
  return result;
}

function timeoutsOf(parts: GatewayParts, held: Held, endpoint: PlannedEndpoint): Timeouts {
  const { outline } = held.fitted.admitted.received.request;
  const occasion = { maxOutputTokens: outline.maxOutputTokens, reasons: outline.wantsReasoning || endpoint.reasons };
  return timeoutsFor(occasion, parts.modelTimeouts.get(outline.model), parts.timeouts);
}

function deadlineOf(parts: GatewayParts, held: Held): CallContext["deadline"] {
  const { received } = held.fitted.admitted;
  const [first] = held.fitted.plan.endpoints;
  const { total } = timeoutsOf(parts, held, first);
  const own = received.clientTimeoutMs;
  return own !== undefined && own < total
    ? { atMs: received.startedMs + own, code: "deadline_exceeded" }
    : { atMs: received.startedMs + total, code: "timeout_total" };
}

function keepHealth(parts: GatewayParts, endpoint: PlannedEndpoint, error: TrunklineError | undefined): void {
  const { health } = parts.planning;
  if (error === undefined) health.succeeded(endpointKey(endpoint));
  else if (error.rule.blames === "endpoint") health.failed(endpointKey(endpoint), parts.clock.monotonicMs());
}

/** Waits, unless the exchange is interrupted meanwhile. */
function pause(parts: GatewayParts, ms: number, interrupt: Interrupt): Promise<void> {
  return new Promise((resolve) => {
    const timer = parts.timers.after(ms, () => {
      interrupt.listen(undefined);
      resolve();
    });
    interrupt.listen(() => {
      timer.cancel();
      resolve();
    });
  });
}

interface Ended {
  readonly endpoint: PlannedEndpoint | undefined;
  readonly result: EndpointResult;
  readonly attempts: readonly Attempt[];
  readonly commit: Commit;
}

/** The last bytes: a plain answer, a stream's closer, or an error in the shape that still fits. */
function finish(held: Held, sink: Sink, ended: Ended): Answered {
  const { endpoint, result, attempts, commit } = ended;
  const { received } = held.fitted.admitted;
  const error = result.error?.with({ attempts: attempts.map(summary) });
  let { tail } = result;
  if (error === undefined && endpoint !== undefined) {
    if (!received.request.outline.stream) {
      const { usage } = result.facts;
      const costNanoUsd = usage === undefined ? undefined : servedBy(endpoint, received).costOf(usage);
      const headers = servedHeaders({
        generationId: received.generationId,
        idHeader: received.dialect.requestIdHeader,
        endpoint,
        stream: false,
        attempts: attempts.length,
        costNanoUsd,
        receipt: result.receipt,
      });
      headers["content-length"] = String(tail === undefined ? 0 : Buffer.byteLength(tail));
      sink.head(200, headers);
    }
  } else if (error !== undefined && commit.headSent) {
    const began = result.firstContentMs !== undefined && endpoint !== undefined;
    const served = began ? servedBy(endpoint, received) : undefined;
    const closer = began ? result.closeWith?.(error.with({ provider: endpoint.provider.id })) : undefined;
    tail = closer ?? received.dialect.writeStreamError(error, served, received.profile);
  }
  return {
    held,
    attempts,
    endpoint,
    facts: result.facts,
    error,
    committed: commit.headSent,
    receipt: result.receipt,
    firstContentMs: result.firstContentMs,
    tail,
  };
}

function summary(attempt: Attempt): AttemptSummary {
  const { provider, model, status, code } = attempt;
  return { provider, model, status, code: code ?? "internal" };
}
