// Steps 5 to 7 for one call: write the request, follow the answer, hand the client its bytes with back-pressure.
import type { Clock, Timer } from "../canonical/clock.js";
import { TrunklineError } from "../canonical/error.js";
import type { ReceiptNote } from "../canonical/receipt.js";
import type { Credential } from "../credentials/ring.js";
import {
  type AnswerFacts,
  type AnswerStream,
  newFacts,
  type Relay,
  type Served,
  type UpstreamDialect,
  type UpstreamRequest,
  type WholeAnswer,
} from "../dialects/dialect.js";
import { translateStream, translateWhole } from "../dialects/translate.js";
import { costOfUsage } from "../pricing/cost.js";
import type { PlannedEndpoint } from "../routing/resolve.js";
import { type AttemptHandle, type AttemptOrder, startAttempt } from "../upstream/attempt.js";
import type { Timeouts } from "../upstream/timeouts.js";
import type { Commit } from "./commit.js";
import type { Held, Received } from "./exchange.js";
import { type Interrupt, interruptError } from "./interrupt.js";
import type { GatewayParts } from "./parts.js";
import type { Sink } from "./sink.js";

export interface EndpointCall {
  readonly held: Held;
  readonly endpoint: PlannedEndpoint;
  readonly credential: Credential | undefined;
  readonly timeouts: Timeouts;
  readonly deadline: AttemptOrder["deadline"];
  readonly sink: Sink;
  readonly commit: Commit;
  readonly interrupt: Interrupt;
}

export interface EndpointResult {
  readonly facts: AnswerFacts;
  readonly error: TrunklineError | undefined;
  readonly status: number | undefined;
  readonly receipt: readonly ReceiptNote[];
  readonly firstContentMs: number | undefined;
  readonly tail: Buffer | string | undefined;
  /** How a stream that had begun ends with an error, where its dialect's own closer depends on what went before. */
  readonly closeWith?: (error: TrunklineError) => string | undefined;
}

/** The dialects of one call: what the provider speaks, and whether bytes may go through. */
interface Speech {
  readonly upstream: UpstreamDialect;
  readonly relay: Relay | undefined;
}

/** After the provider's terminal event, so long for late usage and for its closing; then the call is ended. Milliseconds. */
const lingerMs = 2_000;

export function attemptEndpoint(parts: GatewayParts, call: EndpointCall): Promise<EndpointResult> {
  const { received } = call.held.fitted.admitted;
  const speech = speechWith(parts, call.endpoint, received);
  let request: UpstreamRequest;
  try {
    const { notes } = call.held.fitted;
    const written = writeRequest(speech, call, received);
    request = notes.length === 0 ? written : { ...written, notes: [...notes, ...written.notes] };
  } catch (cause) {
    if (!TrunklineError.is(cause)) throw cause;
    return Promise.resolve({ ...nothingYet, facts: newFacts(), error: cause });
  }
  return received.request.outline.stream ? stream(parts, call, speech, request) : whole(parts, call, speech, request);
}

const nothingYet = { status: undefined, receipt: [], firstContentMs: undefined, tail: undefined } as const;

function speechWith(parts: GatewayParts, endpoint: PlannedEndpoint, received: Received): Speech {
  const { dialects } = endpoint.provider;
  const own = received.dialect.name;
  const name = dialects.includes(own) ? own : dialects[0];
  const upstream = name === undefined ? undefined : parts.upstreamDialects.get(name);
  if (name === undefined || upstream === undefined)
    throw new Error(`provider ${endpoint.provider.id} has no known dialect`);
  return { upstream, relay: name === own ? (received.dialect.relay ?? parts.relays.get(name)) : undefined };
}

function writeRequest(
  { upstream, relay }: Speech,
  { held, endpoint }: EndpointCall,
  received: Received,
): UpstreamRequest {
  const { request } = received;
  const target = {
    model: endpoint.upstreamModel,
    stream: request.outline.stream,
    maxOutputTokens: roomForOutput(endpoint, held.fitted.countFor(endpoint)?.atMost),
    keepsExtensions: endpoint.provider.keepsExtensions,
    outputLimitField: endpoint.provider.outputLimitField,
  };
  const written =
    relay === undefined
      ? upstream.writeRequest(request.canonical(), target)
      : relay.request(request, target, endpoint.provider.keepsExtensions);
  const lost =
    request.outline.own.strict === true ? written.notes.find((note) => note.action === "dropped") : undefined;
  if (lost !== undefined) {
    throw new TrunklineError(
      "unsupported_parameter",
      `${endpoint.provider.name} cannot take "${lost.field}": ${lost.why}.`,
      {
        param: lost.field,
        whatToDo: "Leave it out, choose another model, or send the request without `strict`.",
      },
    );
  }
  return written;
}

/** Where nobody names a limit and the provider demands one: the model's own, or what the input leaves of the window. */
function roomForOutput({ maxOutputTokens, windowTokens }: PlannedEndpoint, inputTokens: number | undefined) {
  if (maxOutputTokens === undefined || windowTokens === undefined || inputTokens === undefined) return maxOutputTokens;
  return Math.max(1, Math.min(maxOutputTokens, windowTokens - inputTokens));
}

/** @param clock tells when the answer was complete; not needed where none is written. */
export function servedBy(endpoint: PlannedEndpoint, received: Received, clock?: Clock): Served {
  const { price } = endpoint;
  return {
    generationId: received.generationId,
    createdSeconds: Math.floor(received.createdMs / 1_000),
    providerId: endpoint.provider.id,
    providerName: endpoint.provider.name,
    model: endpoint.model,
    costOf: (usage) => (price === undefined ? undefined : costOfUsage(price, usage)),
    asked: received.request.body,
    ...(clock !== undefined && { nowSeconds: () => Math.floor(clock.wallMs() / 1_000) }),
  };
}

function orderOf(
  call: EndpointCall,
  upstream: UpstreamDialect,
  request: UpstreamRequest,
  streamed: boolean,
): AttemptOrder {
  return {
    provider: call.endpoint.provider,
    credential: call.credential,
    dialect: upstream,
    request,
    stream: streamed,
    timeouts: call.timeouts,
    deadline: call.deadline,
  };
}

function whole(
  parts: GatewayParts,
  call: EndpointCall,
  speech: Speech,
  request: UpstreamRequest,
): Promise<EndpointResult> {
  const { received } = call.held.fitted.admitted;
  const { profile } = received;
  const served = servedBy(call.endpoint, received, parts.clock);
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const finish = (answer: WholeAnswer | undefined, error: TrunklineError | undefined, status?: number) => {
      call.interrupt.listen(undefined);
      const facts = answer?.facts ?? newFacts();
      const now = parts.clock.monotonicMs();
      const firstContentMs = facts.content ? now - received.startedMs : undefined;
      resolve({ facts, error, status, receipt: request.notes, firstContentMs, tail: error ? undefined : answer?.body });
    };
    const handle = startAttempt(parts, orderOf(call, speech.upstream, request, false), {
      data(bytes) {
        chunks.push(bytes);
        return true;
      },
      end() {
        const [only] = chunks;
        const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
        const answer =
          speech.relay === undefined
            ? translateWhole(speech.upstream, received.dialect, body, served, profile)
            : speech.relay.response(body, served, profile);
        finish(answer, answer.facts.fault?.with({ provider: served.providerId }), 200);
      },
      fault: (error, status) => finish(undefined, error, status),
    });
    call.interrupt.listen((reason) => {
      handle.abort();
      finish(undefined, interruptError(reason));
    });
  });
}

function stream(
  parts: GatewayParts,
  call: EndpointCall,
  speech: Speech,
  request: UpstreamRequest,
): Promise<EndpointResult> {
  const { received } = call.held.fitted.admitted;
  const { outline } = received.request;
  const { commit, sink } = call;
  const served = servedBy(call.endpoint, received, parts.clock);
  const answer: AnswerStream =
    speech.relay === undefined
      ? translateStream(speech.upstream, received.dialect, served, outline, received.profile)
      : speech.relay.stream(served, outline, received.profile);
  const { facts } = answer;

  return new Promise((resolve) => {
    let handle: AttemptHandle | undefined;
    let firstContentMs: number | undefined;
    let finished = false;
    let heard = false;
    let linger: Timer | undefined;

    const finish = (error: TrunklineError | undefined, status: number | undefined, tail?: Buffer | string) => {
      if (finished) return;
      finished = true;
      call.interrupt.listen(undefined);
      sink.onDrain = undefined;
      const closeWith = (cause: TrunklineError) => answer.fail?.(cause);
      resolve({ facts, error, status, receipt: request.notes, firstContentMs, tail, closeWith });
    };
    const fail = (error: TrunklineError) => {
      handle?.abort();
      linger?.cancel();
      finish(error.with({ provider: served.providerId }), heard ? 200 : undefined);
    };
    const succeed = () => {
      const tail = answer.end();
      if (facts.fault !== undefined) return fail(facts.fault);
      commit.write(undefined, true);
      finish(undefined, 200, tail);
    };
    const sawTerminal = () => {
      linger = parts.timers.after(lingerMs, () => {
        handle?.abort();
        succeed();
      });
    };

    handle = startAttempt(parts, orderOf(call, speech.upstream, request, true), {
      data(bytes) {
        // The answer is complete; what still comes is read so that the connection can serve again.
        if (finished) return true;
        heard = true;
        const out = answer.push(bytes);
        if (answer.alive) handle?.alive();
        if (facts.content && firstContentMs === undefined) {
          firstContentMs = parts.clock.monotonicMs() - received.startedMs;
          handle?.content();
        }
        const flowing = commit.write(out, facts.content);
        if (facts.fault !== undefined) {
          fail(facts.fault);
          return true;
        }
        if (facts.terminal && linger === undefined) sawTerminal();
        if (answer.done) succeed();
        return flowing || finished;
      },
      end() {
        linger?.cancel();
        if (!finished) succeed();
      },
      fault(error, status) {
        linger?.cancel();
        if (facts.terminal) return finished ? undefined : succeed();
        finish(error, status);
      },
    });
    sink.onDrain = () => handle?.resume();
    call.interrupt.listen((reason) => fail(interruptError(reason)));
  });
}
