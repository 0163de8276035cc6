// What a provider's refusal means: its status and its own words become one code of the taxonomy. Shared by all dialects,
// as providers that speak one dialect borrow the words of another.
import type { Buffer } from "node:buffer";
import { type ErrorCode, TrunklineError } from "../canonical/error.js";
import { isArray, isObject, type Json, parseJson, text } from "../canonical/json.js";

const maxMessageBytes = 2048;

export interface Refusal {
  readonly status: number;
  /** The provider's own code or type, as far as it gave them. */
  readonly words: readonly string[];
  readonly message: string | undefined;
}

/** Reads a refusal whose shape is not known: JSON in one of the usual shapes, HTML or plain text. */
export function readRefusal(status: number, body: Buffer): Refusal {
  const source = body.toString("utf8", 0, 64 * 1024).trim();
  const json = parseJson(source);
  if (json !== undefined) return fromJson(status, json);
  return { status, words: [], message: source.startsWith("<") || source === "" ? undefined : source };
}

/** `{error: {message, code, type}}`, `{error: "…"}`, `{message}`, `{detail}`, `{errors: […]}`, or an array of one of these. */
function fromJson(status: number, json: Json): Refusal {
  const outer = isArray(json) ? json[0] : json;
  if (typeof outer === "string") return { status, words: [], message: outer };
  if (!isObject(outer)) return { status, words: [], message: undefined };
  const listed = isArray(outer.errors) ? outer.errors[0] : undefined;
  const inner = isObject(outer.error) ? outer.error : isObject(listed) ? listed : outer;
  const words = [inner.code, inner.type, inner.status, outer.code, outer.type]
    .map((word) => (typeof word === "number" ? String(word) : text(word)))
    .filter((word) => word !== undefined && word !== "" && word !== "error");
  return { status, words: [...new Set(words.filter((word) => word !== undefined))], message: messageOf(inner, outer) };
}

function messageOf(inner: { readonly [key: string]: Json | undefined }, outer: typeof inner): string | undefined {
  const detail = inner.detail ?? outer.detail;
  const first = isArray(detail) ? detail[0] : detail;
  const metadata = isObject(inner.metadata) ? text(inner.metadata.raw) : undefined;
  const message =
    text(inner.message) ??
    text(outer.error) ??
    text(outer.message) ??
    (isObject(inner.message) ? (text(inner.message.detail) ?? JSON.stringify(inner.message)) : undefined) ??
    text(first) ??
    (isObject(first) ? (text(first.msg) ?? text(first.message)) : undefined);
  // OpenRouter wraps the provider's words; its own sentence says nothing.
  return message !== undefined && metadata !== undefined ? `${message}: ${metadata}` : message;
}

/** Every provider's words for an input that does not fit. */
const overflow = new RegExp(
  [
    "context[ _-]?(?:length|window|size).{0,40}(?:exceed|too|limit|maximum|larger)",
    "(?:exceed|larger than|longer than|over|beyond).{0,60}(?:context[ _-]?(?:length|window|size)|maximum (?:number of )?(?:input )?tokens)",
    "maximum context length",
    "prompt is too long",
    "input (?:is )?too long",
    "input token count.{0,80}exceeds",
    "too many (?:input )?tokens",
    "reduce the length of the messages",
    "request too large for model",
    "prompt contains \\d+ tokens",
    "exceed_context_size",
    "tokens? in (?:the )?(?:prompt|input).{0,40}exceed",
    "input length and `?max_tokens`? exceed context limit",
  ].join("|"),
  "i",
);
const noCredit =
  /insufficient[ _](?:quota|balance|credit|funds)|exceeded your current quota|credit balance|billing_|billing (?:hard limit|is not|not|account)|payment required|out of credits?|no credits|spending limit/i;
const policy = /content[ _]?(?:policy|filter|management)|responsibleai|safety (?:system|filter)|moderation|flagged/i;

const codes: ReadonlyMap<number, ErrorCode> = new Map([
  [401, "upstream_auth"],
  [402, "upstream_credit"],
  [403, "upstream_auth"],
  [404, "upstream_not_found"],
  [408, "upstream_overloaded"],
  [409, "upstream_overloaded"],
  [425, "upstream_overloaded"],
  [429, "upstream_rate_limit"],
  [498, "upstream_overloaded"],
  [503, "upstream_overloaded"],
  [529, "upstream_overloaded"],
]);

/** Words that decide where the status is 200 or says little. */
const codeWords: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["authentication_error", "upstream_auth"],
  ["invalid_api_key", "upstream_auth"],
  ["permission_error", "upstream_auth"],
  ["billing_error", "upstream_credit"],
  ["insufficient_quota", "upstream_credit"],
  ["rate_limit_error", "upstream_rate_limit"],
  ["rate_limit_exceeded", "upstream_rate_limit"],
  ["overloaded_error", "upstream_overloaded"],
  ["not_found_error", "upstream_not_found"],
  ["model_not_found", "upstream_not_found"],
  ["timeout_error", "upstream_error"],
  ["api_error", "upstream_error"],
  ["server_error", "upstream_error"],
  ["internal_server_error", "upstream_error"],
  ["invalid_request_error", "upstream_refused"],
  ["request_too_large", "upstream_refused"],
]);

function codeOf({ status, words, message }: Refusal): ErrorCode {
  const said = `${words.join(" ")} ${message ?? ""}`;
  const isRefused = status < 500;
  // Groq says it with a 413 too, and advertises its billing page in the same breath.
  if (words.includes("rate_limit_exceeded")) return "upstream_rate_limit";
  if (words.some((word) => word.includes("context_length")) || (isRefused && status !== 429 && overflow.test(said)))
    return "context_length_exceeded";
  if (isRefused && noCredit.test(said) && status !== 404) return "upstream_credit";
  if (
    words.some((word) => /content_policy|content_filter|moderation/i.test(word)) ||
    (status === 403 && policy.test(said))
  )
    return "content_policy_violation";
  if (status < 400) return byWord(words);
  const byStatus = codes.get(status);
  if (byStatus !== undefined) return byStatus;
  if (status < 500) return "upstream_refused";
  return words.some((word) => codeWords.get(word) === "upstream_overloaded") ? "upstream_overloaded" : "upstream_error";
}

/** An error inside a 200 carries its status, if at all, as its code. */
function byWord(words: readonly string[]): ErrorCode {
  for (const word of words) {
    const code = codeWords.get(word);
    if (code !== undefined) return code;
    const status = Number(word);
    if (Number.isInteger(status) && status >= 400 && status < 600)
      return codes.get(status) ?? (status < 500 ? "upstream_refused" : "upstream_error");
  }
  return "upstream_error";
}

export function refusalError(refusal: Refusal): TrunklineError {
  const code = codeOf(refusal);
  const message = clean(refusal.message);
  const [providerCode] = refusal.words;
  const isOwnStatus = code === "upstream_refused" && refusal.status >= 400 && refusal.status < 500;
  const inside = refusal.status >= 400 ? ` with HTTP ${refusal.status}` : "";
  return new TrunklineError(code, message ?? `The provider refused${inside} and gave no reason that can be read.`, {
    ...(isOwnStatus && { status: refusal.status }),
    ...(providerCode !== undefined && { providerCode: redact(providerCode).slice(0, 100) }),
    ...(message !== undefined && { providerMessage: message }),
  });
}

/** Tags of web pages; `<string>` in a message about types is none. */
const markup = /<\/?(?:html|head|title|body|script|style|div|span|center|h[1-6]|p|br|a|hr|img|iframe)\b[^>]*>/i;

function clean(message: string | undefined): string | undefined {
  if (message === undefined) return undefined;
  const shown = redact(message.replace(/\p{Cc}+/gu, " ").trim());
  if (shown === "" || markup.test(shown)) return undefined;
  return cutBytes(shown, maxMessageBytes);
}

/** At most `max` bytes of UTF-8, cut between characters. */
function cutBytes(value: string, max: number): string {
  const bytes = new TextEncoder().encode(value);
  if (bytes.length <= max) return value;
  let end = max - 3;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${new TextDecoder().decode(bytes.subarray(0, end))}…`;
}

const secrets = [
  /\b(?:sk|pk|rk|gsk|xai|csk|fw|r8|hf|nvapi|pplx|tgp|glpat|key)[-_][A-Za-z0-9_*.-]{6,}/g,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/*=-]{6,}/gi,
  /\bAIza[A-Za-z0-9_*-]{6,}/g,
  /\bya29\.[A-Za-z0-9_.-]+/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_.-]+/g,
  /\b[0-9a-f]{32,}\b/gi,
];

/** Takes out what looks like a key: providers quote the one they refuse. */
export function redact(value: string): string {
  return secrets.reduce((shown, secret) => shown.replace(secret, "[redacted]"), value);
}
