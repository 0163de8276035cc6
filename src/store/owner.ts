// Asks a socket who is there.
import { type IncomingMessage, request } from "node:http";
import { isObject, number, parseJson, text } from "../canonical/json.js";

export type Owner =
  | { readonly alive: true; readonly pid?: number; readonly version?: string }
  | { readonly alive: false };

/** An owner that is there but frozen answers nothing within this, milliseconds. */
const answerTimeoutMs = 1_000;
const longestAnswerBytes = 64 * 1024;

/**
 * `GET /health` over the socket. Only a socket that nobody listens on counts as dead; one that takes the connection and
 * does not answer, or answers something else, has an owner that gives no pid.
 */
export function askOwner(socketPath: string): Promise<Owner> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: "/health", agent: false, signal: AbortSignal.timeout(answerTimeoutMs) });
    asking.once("error", (error: NodeJS.ErrnoException) => resolve({ alive: !isNobody(error.code) }));
    asking.once("response", (response) => {
      readBody(response).then(
        (body) => resolve(ownerOf(body)),
        () => resolve({ alive: true }),
      );
    });
    asking.end();
  });
}

function isNobody(code: string | undefined): boolean {
  return code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTDIR";
}

async function readBody(response: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) {
    body += String(chunk);
    if (body.length > longestAnswerBytes) break;
  }
  return body;
}

function ownerOf(body: string): Owner {
  const health = parseJson(body);
  if (!isObject(health)) return { alive: true };
  const pid = number(health.pid);
  const version = text(health.version);
  return { alive: true, ...(pid === undefined ? {} : { pid }), ...(version === undefined ? {} : { version }) };
}
