// Lets web pages call the API with a key. Header names are listed, because `*` does not cover `Authorization`; never cookies.
import type { IncomingHttpHeaders } from "node:http";

const exposed = [
  "x-generation-id",
  "x-request-id",
  "request-id",
  "x-trunkline-provider",
  "x-trunkline-model",
  "x-trunkline-cost-usd",
  "x-trunkline-attempts",
  "x-trunkline-receipt",
  "retry-after",
].join(", ");

export function corsHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  if (headers.origin === undefined) return {};
  return { "access-control-allow-origin": headers.origin, vary: "origin", "access-control-expose-headers": exposed };
}

export function preflightHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const asked = headers["access-control-request-headers"];
  return {
    ...corsHeaders(headers),
    "access-control-allow-methods": "GET, POST, OPTIONS",
    // The names that the page asks for: official SDKs send `x-stainless-*`, OpenRouter's clients theirs.
    "access-control-allow-headers":
      asked !== undefined && /^[\w, -]{1,2000}$/.test(asked) ? asked : "authorization, content-type",
    "access-control-max-age": "600",
  };
}
