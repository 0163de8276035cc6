// Fetches one source of the catalogue: bounded in time, bytes and redirects. Whatever goes wrong becomes one sentence.
import { parseJson } from "../canonical/json.js";
import type { SourceFacts } from "../catalog/sync/difference.js";
import type { Facts } from "../catalog/sync/facts.js";
import type { CatalogSource } from "../catalog/sync/sources.js";
import { readFault } from "../upstream/http/fault.js";

export interface SourceRequest {
  readonly source: CatalogSource;
  /** Sent to the source's own origin only, never to one that it redirects to. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface FetchLimits {
  /** For the whole answer, redirects included. */
  readonly timeoutMs: number;
  /** Of the answer when it is unpacked. */
  readonly mostBytes?: number;
  readonly signal: AbortSignal;
}

export type Fetched =
  | { readonly ok: true; readonly facts: SourceFacts; readonly reading: Facts }
  | { readonly ok: false; readonly source: CatalogSource; readonly sentence: string };

const mostBytes = 64 * 1024 * 1024;
const mostRedirects = 3;

/** Never throws, except where the signal ends it. */
export async function fetchSource(request: SourceRequest, limits: FetchLimits): Promise<Fetched> {
  const { source } = request;
  const failed = (sentence: string): Fetched => ({ ok: false, source, sentence });
  const answer = await textOf(request, limits);
  limits.signal.throwIfAborted();
  if (!answer.ok) return failed(answer.sentence);
  const document = parseJson(answer.text);
  if (document === undefined) return failed(whyNotJson(answer.text));
  const reading = source.read(document);
  if (!reading.ok) return failed(reading.sentence);
  const { name, url, licence, standing, wholeListOf } = source;
  const isWhole = wholeListOf !== undefined && source.isPart?.(document) !== true;
  const facts: SourceFacts = {
    source: name,
    url,
    licence,
    standing,
    ...(isWhole ? { wholeListOf } : {}),
    facts: reading.facts,
  };
  return { ok: true, facts, reading };
}

type Answer = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly sentence: string };

async function textOf({ source, headers }: SourceRequest, limits: FetchLimits): Promise<Answer> {
  const late = AbortSignal.timeout(limits.timeoutMs);
  const signal = AbortSignal.any([late, limits.signal]);
  const failed = (sentence: string): Answer => ({ ok: false, sentence });
  let url = new URL(source.url);
  const { origin } = url;
  let headSeen = false;
  try {
    for (let redirects = 0; ; redirects += 1) {
      const sent = url.origin === origin ? headers : {};
      const response = await fetch(url.href, {
        headers: { accept: "application/json", ...sent },
        redirect: "manual",
        signal,
      });
      headSeen = true;
      const location = response.headers.get("location");
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel();
        if (redirects === mostRedirects) return failed(`It redirects more than ${mostRedirects} times.`);
        const next = followed(location, url);
        if (next === undefined) return failed("It redirects to an address that cannot be followed.");
        url = next;
        continue;
      }
      if (response.status !== 200) {
        await response.body?.cancel();
        return failed(`It answered with the status ${response.status}${isKeyFault(response.status, headers)}.`);
      }
      return await bodyOf(response, limits.mostBytes ?? mostBytes);
    }
  } catch (error) {
    if (late.aborted) return failed(`It did not answer whole within ${limits.timeoutMs / 1_000} seconds.`);
    const fault = readFault(error instanceof Error ? error : new Error(String(error)), true, headSeen);
    return failed(`It could not be read: ${fault.message}.`);
  }
}

/** Undefined for what is no address, no HTTP, or a step down from https to http. */
function followed(location: string, from: URL): URL | undefined {
  if (!URL.canParse(location, from.href)) return undefined;
  const next = new URL(location, from);
  return next.protocol === "https:" || (next.protocol === "http:" && from.protocol === "http:") ? next : undefined;
}

const isKeyFault = (status: number, headers: Readonly<Record<string, string>>) =>
  (status === 401 || status === 403) && Object.keys(headers).length > 0 ? ": it refuses the key" : "";

async function bodyOf(response: Response, most: number): Promise<Answer> {
  if (response.body === null) return { ok: true, text: "" };
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > most) {
      await reader.cancel();
      return { ok: false, sentence: `It sent more than ${Math.floor(most / 1024 / 1024)} MiB.` };
    }
    chunks.push(value);
  }
  return { ok: true, text: new TextDecoder().decode(Buffer.concat(chunks)) };
}

function whyNotJson(text: string): string {
  const start = text.trimStart().slice(0, 1);
  if (start === "") return "It sent an empty answer.";
  if (start === "<") return "It sent a web page where JSON was expected.";
  return start === "{" || start === "[" ? "Its JSON is damaged or cut off." : "It sent text that is no JSON.";
}
