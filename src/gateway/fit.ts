// Step 3, too: does it fit? Before anybody is paid, input and output are held against each endpoint's window. What fits by its
// bytes alone is not counted; what may not fit is, in steps; what is too long is refused, or shortened on the client's wish.
import { isArray, isObject } from "../canonical/json.js";
import type { ReceiptNote } from "../canonical/receipt.js";
import type { Request } from "../canonical/request.js";
import type { ClientRequest } from "../dialects/dialect.js";
import {
  checkFit,
  endpointsToCompressFor,
  type FitQuestion,
  fitsByBytes,
  type InputCount,
  roomForInput,
} from "../routing/fit.js";
import type { LeftOut, PlannedEndpoint } from "../routing/resolve.js";
import { tooLong } from "../routing/too-long.js";
import { estimateTokens } from "../tokens/estimated-usage.js";
import { middleOut } from "../tokens/middle-out.js";
import type { ModelCount } from "../tokens/request-counter.js";
import type { Fitted, Planned } from "./exchange.js";
import type { GatewayParts } from "./parts.js";

/** Up to so many bytes a request is counted in any case: for its hold, and to learn from the usage that comes back. */
const alwaysCounted = 4_096;

type CountFor = (endpoint: PlannedEndpoint) => ModelCount | undefined;

/** @throws TrunklineError `context_length_exceeded`, or `invalid_request` where the output limit alone is too high */
export function fitPlan(parts: GatewayParts, planned: Planned): Fitted | Promise<Fitted> {
  const { request, dialect } = planned.admitted.received;
  const { bodyBytes, maxOutputTokens, hasImages } = request.outline;
  const { endpoints } = planned.plan;
  const wished = dialect.shortening?.asked(request) === true;
  if (!hasImages && !wished && fitsByBytes(bodyBytes, maxOutputTokens, endpoints)) {
    const countFor = bodyBytes <= alwaysCounted ? countNow(parts, request, endpoints) : uncounted;
    return { admitted: planned.admitted, plan: planned.plan, countFor, notes: noNotes };
  }
  return fitCounted(parts, planned);
}

const uncounted: CountFor = () => undefined;
const noNotes: readonly ReceiptNote[] = [];

function countNow(parts: GatewayParts, request: ClientRequest, endpoints: Planned["plan"]["endpoints"]): CountFor {
  const canonical = canonicalOf(request);
  if (canonical === undefined) return uncounted;
  const [{ model }] = endpoints;
  if (endpoints.every((endpoint) => endpoint.model === model)) {
    const count = parts.counter.now(canonical, model);
    return () => count;
  }
  const counts = new Map<string, ModelCount | undefined>();
  for (const endpoint of endpoints)
    if (!counts.has(endpoint.model)) counts.set(endpoint.model, parts.counter.now(canonical, endpoint.model));
  return (endpoint) => counts.get(endpoint.model);
}

/** What only a provider of the same dialect understands is relayed, not read: undefined. */
function canonicalOf(request: ClientRequest): Request | undefined {
  try {
    return request.canonical();
  } catch {
    return undefined;
  }
}

async function fitCounted(parts: GatewayParts, planned: Planned): Promise<Fitted> {
  const { request } = planned.admitted.received;
  const countFor = await countSoon(parts, request, planned.plan.endpoints);
  const question = questionOf(planned, countFor);
  const { endpoints, leftOut } = checkFit(planned.plan.endpoints, question);
  const [first, ...others] = endpoints;
  if (first !== undefined) return fitted(withoutWish(planned), [first, ...others], leftOut, countFor);
  const compressed = await compress(parts, planned, question);
  if (compressed !== undefined) return compressed;
  throw tooLong(planned.plan.endpoints, question);
}

async function countSoon(
  parts: GatewayParts,
  request: ClientRequest,
  endpoints: readonly PlannedEndpoint[],
): Promise<CountFor> {
  const canonical = canonicalOf(request);
  const counts = new Map<string, ModelCount>();
  if (canonical !== undefined)
    for (const { model } of endpoints)
      if (!counts.has(model)) counts.set(model, await parts.counter.soon(canonical, model));
  return (endpoint) => counts.get(endpoint.model);
}

function questionOf({ admitted }: Planned, countFor: CountFor): FitQuestion {
  const { dialect, request } = admitted.received;
  const { outline } = request;
  // A request that cannot be read is not refused for its length: anything from nothing to all its bytes.
  const unknown: InputCount = {
    tokens: estimateTokens(outline.bodyBytes),
    atMost: outline.bodyBytes,
    method: "estimated",
    errorPercent: 100,
  };
  return {
    countFor: (endpoint) => countFor(endpoint) ?? unknown,
    askedOutput: outline.maxOutputTokens,
    canShorten: dialect.shortening !== undefined,
  };
}

function fitted(
  planned: Planned,
  endpoints: Planned["plan"]["endpoints"],
  leftOut: readonly LeftOut[],
  countFor: CountFor,
  notes = noNotes,
): Fitted {
  const plan = { endpoints, leftOut: [...planned.plan.leftOut, ...leftOut] };
  return { admitted: planned.admitted, plan, countFor, notes };
}

/** A wish to be shortened that needs nothing done is fulfilled: no provider need be asked, and nothing is lost. */
function withoutWish(planned: Planned): Planned {
  const { received } = planned.admitted;
  const { shortening } = received.dialect;
  const { messages } = received.request.body;
  if (shortening?.asked(received.request) !== true || !isArray(messages)) return planned;
  const request = shortening.withMessages(received.request, messages.filter(isObject));
  return { ...planned, admitted: { received: { ...received, request } } };
}

/** Leaves out the middle where the client asks for that; undefined where it doesn't, or where even that is not enough. */
async function compress(parts: GatewayParts, planned: Planned, question: FitQuestion): Promise<Fitted | undefined> {
  const { received } = planned.admitted;
  const shortening = received.dialect.shortening;
  if (shortening === undefined || !shortening.asked(received.request)) return undefined;
  const endpoints = endpointsToCompressFor(planned.plan.endpoints, question);
  const [first] = endpoints;
  const rooms = endpoints.map((endpoint) => roomForInput(endpoint, question.askedOutput) ?? Number.POSITIVE_INFINITY);
  if (first === undefined) return undefined;
  const { messages } = received.request.body;
  if (!isArray(messages)) return undefined;
  const shown = messages.filter(isObject);
  const messageTokens = await parts.counter.texts(shown.map(shortening.textOf), first.model);
  const counted = question.countFor(first);
  const meter = await parts.counter.meterFor(first.model);
  const shortened = middleOut(shown, shortening.kind, {
    messageTokens,
    otherTokens: Math.max(0, counted.atMost - messageTokens.reduce((sum, tokens) => sum + tokens, 0)),
    roomTokens: Math.min(...rooms),
    countText: (text) => meter.atMost(text),
  });
  if (shortened === undefined) return undefined;
  const request = shortening.withMessages(received.request, shortened.messages);
  const admitted = { received: { ...received, request } };
  const countFor = await countSoon(parts, request, endpoints);
  const check = checkFit(endpoints, questionOf({ ...planned, admitted }, countFor));
  const [going, ...others] = check.endpoints;
  if (going === undefined) return undefined;
  return fitted({ ...planned, admitted }, [going, ...others], check.leftOut, countFor, shortened.notes);
}
