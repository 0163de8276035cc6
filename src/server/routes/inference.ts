// Where clients ask for an answer: one row per path, with the dialect that is spoken there. The path chooses the profile too.
import type { IncomingHttpHeaders } from "node:http";
import type { NewId } from "../../canonical/clock.js";
import { TrunklineError } from "../../canonical/error.js";
import type { ClientDialect, ClientHeaders, DialectName } from "../../dialects/dialect.js";
import type { Received } from "../../gateway/exchange.js";
import { handle } from "../../gateway/handle.js";
import { createInterrupt } from "../../gateway/interrupt.js";
import type { OpenExchanges } from "../../gateway/open-exchanges.js";
import type { GatewayParts } from "../../gateway/parts.js";
import { receive } from "../../gateway/receive.js";
import { readBody } from "../body.js";
import { createResponseSink } from "../response-sink.js";
import type { Call, Route } from "../route.js";

export interface InferenceRouteParts {
  readonly gateway: GatewayParts;
  /** Rows whose dialect is missing are left out. */
  readonly dialects: ReadonlyMap<DialectName, ClientDialect>;
  readonly newId: NewId;
  readonly open: OpenExchanges;
  readonly bodyBytes: number;
}

interface InferenceRow extends Omit<Route, "serve"> {
  readonly dialect: DialectName;
}

const rows: readonly InferenceRow[] = [
  { method: "POST", path: "/v1/chat/completions", access: "key", dialect: "openai-chat" },
  { method: "POST", path: "/api/v1/chat/completions", access: "key", dialect: "openai-chat" },
  { method: "POST", path: "/v1/responses", access: "key", dialect: "openai-responses" },
  { method: "POST", path: "/api/v1/responses", access: "key", dialect: "openai-responses" },
  { method: "POST", path: "/v1/messages", access: "key", dialect: "anthropic-messages" },
  { method: "POST", path: "/api/v1/messages", access: "key", dialect: "anthropic-messages" },
];

export function inferenceRoutes(parts: InferenceRouteParts): readonly Route[] {
  return rows.flatMap(({ dialect: name, ...row }) => {
    const dialect = parts.dialects.get(name);
    return dialect === undefined ? [] : [{ ...row, serve: (call: Call) => serveInference(parts, dialect, call) }];
  });
}

/**
 * In which dialect an error is told: that of the path or of a path before it (`/v1/messages/batches`), else that of the
 * client, which Anthropic's name by a header of their own. Undefined where neither says.
 */
export function dialectSpoken(path: string, headers: ClientHeaders): DialectName | undefined {
  const row = rows.find((one) => path === one.path || path.startsWith(`${one.path}/`));
  return row?.dialect ?? (headers["anthropic-version"] === undefined ? undefined : "anthropic-messages");
}

/** One exchange: the body read, then everything that follows from it. */
export async function serveInference(
  parts: Omit<InferenceRouteParts, "dialects">,
  dialect: ClientDialect,
  call: Call,
): Promise<void> {
  const { request, response } = call;
  const interrupt = createInterrupt();
  const bytes = await readBody(request, response, parts.bodyBytes);
  const sink = createResponseSink(response);
  sink.onGone = () => interrupt.raise("client_gone");
  const received = receive(parts.gateway.clock, parts.newId, {
    dialect,
    profile: call.profile,
    headers: request.headers,
    principal: call.principal,
    bytes,
    startedMs: call.startedMs,
    timeoutMs: readTimeout(request.headers),
    app: readApp(request.headers),
  });
  await parts.open.track(interrupt, handle(parts.gateway, received, sink, interrupt));
}

const mostTimeoutMs = 86_400_000;

function readTimeout(headers: IncomingHttpHeaders): number | undefined {
  const value = headers["x-trunkline-timeout-ms"];
  if (value === undefined) return undefined;
  const ms = Number(value);
  if (Number.isInteger(ms) && ms > 0 && ms <= mostTimeoutMs) return ms;
  throw new TrunklineError("invalid_request", "x-trunkline-timeout-ms must be a whole number of milliseconds.", {
    param: "x-trunkline-timeout-ms",
    whatToDo: `Send a number from 1 to ${mostTimeoutMs}.`,
  });
}

const longestAppText = 256;

/** Who calls, as OpenRouter's clients tell it. */
function readApp(headers: IncomingHttpHeaders): Received["app"] {
  const text = (name: string) => {
    const value = headers[name];
    return typeof value === "string" ? value.slice(0, longestAppText) : undefined;
  };
  const referer = text("http-referer");
  const title = text("x-openrouter-title") ?? text("x-title");
  const userAgent = text("user-agent");
  const app: { referer?: string; title?: string; userAgent?: string } = {};
  if (referer !== undefined) app.referer = referer;
  if (title !== undefined) app.title = title;
  if (userAgent !== undefined) app.userAgent = userAgent;
  return app;
}
