// Step 2, admit: who is it? Keys are compared by hash, on the headers alone, before a byte of the body is read.
import { createHash } from "node:crypto";
import { TrunklineError } from "../canonical/error.js";

export interface Principal {
  /** SHA-256 of the key, hex; undefined on a gateway that is open to its own machine. */
  readonly keyHash: string | undefined;
}

export interface KeyRing {
  /** No key is configured: whoever reaches the gateway may use it. */
  readonly open: boolean;
  /** The principal of a configured key, or undefined. */
  find(key: string): Principal | undefined;
}

export function hashKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** @param keyHashes of `hashKey`: keys in clear are not kept anywhere. */
export function createKeyRing(keyHashes: readonly string[]): KeyRing {
  const principals = new Map(keyHashes.map((keyHash) => [keyHash, { keyHash }]));
  return { open: principals.size === 0, find: (key) => principals.get(hashKey(key)) };
}

const anybody: Principal = { keyHash: undefined };
/** Longer ones are not ours, and not worth hashing. */
const longestKey = 512;

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Headers that hold nothing but a key, as the clients of Anthropic and of Google send it. */
const keyHeaders = ["x-api-key", "x-goog-api-key"];

/** The key a client sent: `Authorization: Bearer`, `x-api-key` or `x-goog-api-key`. */
export function readKey(headers: Headers): string | undefined {
  const { authorization } = headers;
  if (typeof authorization === "string") {
    const match = /^bearer +(\S+)\s*$/i.exec(authorization);
    if (match?.[1] !== undefined) return match[1];
  }
  for (const name of keyHeaders) {
    const apiKey = headers[name];
    if (typeof apiKey === "string" && apiKey !== "") return apiKey;
  }
  return undefined;
}

export interface Visit {
  readonly headers: Headers;
  /** From the URL, on the paths where a key may stand there. */
  readonly queryKey?: string | undefined;
  /** The page that sent the request is not the gateway's own (foreign or null `Origin`): only a key opens. */
  readonly foreignOrigin: boolean;
  /** It came over the socket in the data folder, which only its owner can open. */
  readonly trusted: boolean;
}

/** @throws TrunklineError `invalid_api_key`, `origin_not_allowed` */
export function identify(ring: KeyRing, visit: Visit): Principal {
  if (visit.trusted) return anybody;
  if (ring.open) {
    if (!visit.foreignOrigin) return anybody;
    throw new TrunklineError("origin_not_allowed", "Web pages of other origins may not use a gateway without keys.", {
      whatToDo: "Set TRUNKLINE_KEYS and send one of the keys.",
    });
  }
  const key = readKey(visit.headers) ?? visit.queryKey;
  if (key === undefined) {
    throw new TrunklineError("invalid_api_key", "No API key was sent.", {
      whatToDo: "Send `Authorization: Bearer <key>` with a key of this gateway.",
    });
  }
  const principal = key.length <= longestKey ? ring.find(key) : undefined;
  if (principal !== undefined) return principal;
  throw new TrunklineError("invalid_api_key", "The API key is not one of this gateway's.", {
    whatToDo: "Use a key from `keys:` in trunkline.yaml or from TRUNKLINE_KEYS; provider keys belong in .env.",
  });
}
