// Step 8, exactly once: usage, cost, cause of ending and attempts become one row.
import type { TrunklineError } from "../canonical/error.js";
import type { NanoUsd } from "../canonical/money.js";
import { noUsage, type Usage } from "../canonical/usage.js";
import type { Ending, Generation } from "../ledger/generation.js";
import { costOfUsage } from "../pricing/cost.js";
import { estimateTokens, estimateUsage } from "../tokens/estimated-usage.js";
import type { Admitted, Answered, Held, Received } from "./exchange.js";
import type { GatewayParts } from "./parts.js";

export function settle(parts: GatewayParts, answered: Answered, clientGone: boolean): void {
  const { held, error } = answered;
  const { received } = held.fitted.admitted;
  const ending = endingOf(error, answered.facts.terminal, clientGone);
  if (ending === "done") learn(parts, answered);
  record(parts, received, {
    status: statusOf(answered, ending),
    ending,
    code: ending === "done" ? undefined : (error?.code ?? "client_gone"),
    usage: usageOf(answered, received),
    held,
    answered,
  });
}

/** What the provider counted corrects what was counted here. Media and a provider's own tools are no matter of the text. */
function learn(parts: GatewayParts, { held, endpoint, facts }: Answered): void {
  if (endpoint === undefined || facts.usage?.provenance !== "reported") return;
  const count = held.fitted.countFor(endpoint);
  if (count?.method !== "estimated" || count.parts.media > 0) return;
  parts.counter.corrections.learn(endpoint.model, count.uncorrectedTokens, facts.usage.inputTokens);
}

/** Held, and then a fault of our own: nobody knows whether it was sent, and what it cost. */
export function settleFailed(parts: GatewayParts, held: Held, error: TrunklineError): void {
  const { status, code } = error;
  record(parts, held.fitted.admitted.received, { status, ending: "failed", code, usage: noUsage, held });
}

/** Admitted, but never sent: an unknown model, no key for its provider. It cost nothing. */
export function settleRefused(parts: GatewayParts, admitted: Admitted, error: TrunklineError): void {
  const { status, code } = error;
  record(parts, admitted.received, { status, ending: "refused", code, usage: noUsage });
}

interface Settlement {
  readonly status: number;
  readonly ending: Ending;
  readonly code: Generation["code"];
  readonly usage: Usage;
  /** Absent where it was refused before anything was set aside. */
  readonly held?: Held;
  readonly answered?: Answered;
}

/** Field by field, as this runs in every exchange: a spread would cost more than the rest of the row. */
function generationOf(parts: GatewayParts, received: Received, settlement: Settlement): Generation {
  const { status, ending, code, usage, held, answered } = settlement;
  const { outline } = received.request;
  const endpoint = answered?.endpoint;
  const count = endpoint === undefined ? undefined : held?.fitted.countFor(endpoint);
  const facts = answered?.facts;
  return {
    id: received.generationId,
    createdMs: received.createdMs,
    keyHash: received.principal.keyHash,
    modelAsked: outline.model,
    model: endpoint?.model,
    provider: endpoint?.provider.id,
    upstreamModel: endpoint?.upstreamModel,
    upstreamId: facts?.upstreamId,
    dialect: received.dialect.name,
    streamed: outline.stream,
    status,
    ending,
    code,
    finishReason: facts?.finish?.reason,
    nativeFinishReason: facts?.finish?.native,
    usage,
    countedInputTokens: count?.uncorrectedTokens,
    countMethod: count?.method,
    costNanoUsd: answered === undefined ? (held === undefined ? 0 : undefined) : costOf(answered, usage),
    holdNanoUsd: held?.holdNanoUsd,
    firstContentMs: answered?.firstContentMs,
    totalMs: parts.clock.monotonicMs() - received.startedMs,
    attempts: answered?.attempts ?? [],
    receipt: answered?.receipt ?? [],
    app: received.app,
  };
}

function record(parts: GatewayParts, received: Received, settlement: Settlement): void {
  const generation = generationOf(parts, received, settlement);
  parts.ledger.settle(generation);
  parts.observe({
    type: "settled",
    id: received.generationId,
    provider: generation.provider,
    model: generation.model ?? generation.modelAsked,
    ending: generation.ending,
    status: generation.status,
    totalMs: generation.totalMs,
  });
}

/** What the provider reported; else an estimate where it has worked for us; else nothing. */
function usageOf({ facts, error, attempts, endpoint, held }: Answered, received: Received): Usage {
  if (facts.usage !== undefined) return facts.usage;
  const count = endpoint === undefined ? undefined : held.fitted.countFor(endpoint);
  const inputTokens = count?.tokens ?? estimateTokens(received.request.outline.bodyBytes);
  if (facts.content || error === undefined) return estimateUsage(inputTokens, estimateTokens(facts.outputBytes));
  const last = attempts.at(-1);
  // It was sent and then interrupted: the provider has read the input, whatever came of it.
  const sent = last !== undefined && (last.code === "client_gone" || last.code === "draining");
  return sent ? estimateUsage(inputTokens, 0) : noUsage;
}

/** Undefined where the price is not known, but not for what was never sent: that cost nothing. */
function costOf({ attempts, endpoint, facts }: Answered, usage: Usage): NanoUsd | undefined {
  if (attempts.length === 0) return 0;
  if (endpoint?.price === undefined) return undefined;
  const unused = usage.provenance === "unknown" && facts.usage === undefined && !facts.content;
  return unused ? 0 : costOfUsage(endpoint.price, usage);
}

function endingOf(error: TrunklineError | undefined, terminal: boolean, clientGone: boolean): Ending {
  if (error === undefined) return clientGone && !terminal ? "client_gone" : "done";
  switch (error.code) {
    case "client_gone":
      return terminal ? "done" : "client_gone";
    case "draining":
      return "draining";
    case "upstream_truncated":
    case "upstream_reset":
      return "upstream_cut";
    case "timeout_connect":
    case "timeout_first_token":
    case "timeout_idle":
    case "timeout_total":
    case "deadline_exceeded":
      return "timeout";
    default:
      return "failed";
  }
}

function statusOf({ committed, error }: Answered, ending: Ending): number {
  if (ending === "client_gone") return 499;
  return committed || error === undefined ? 200 : error.status;
}
