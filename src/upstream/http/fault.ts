// Reads undici's and Node's errors as one of the few things that can go wrong on the wire.
import type { TransportFault } from "../transport.js";

const byCode: Readonly<Record<string, { readonly kind: TransportFault["kind"]; readonly message: string }>> = {
  ECONNREFUSED: { kind: "connect", message: "nothing listens at its address" },
  EHOSTUNREACH: { kind: "connect", message: "its host cannot be reached" },
  ENETUNREACH: { kind: "connect", message: "its network cannot be reached" },
  EADDRNOTAVAIL: { kind: "connect", message: "no local address is free for the connection" },
  UND_ERR_CONNECT_TIMEOUT: { kind: "timeout-connect", message: "the connection did not stand in time" },
  ETIMEDOUT: { kind: "timeout-connect", message: "the connection did not stand in time" },
  ENOTFOUND: { kind: "dns", message: "its host name does not exist" },
  EAI_AGAIN: { kind: "dns", message: "its host name could not be looked up" },
  EAI_FAIL: { kind: "dns", message: "its host name could not be looked up" },
  CERT_HAS_EXPIRED: { kind: "tls", message: "its certificate has expired" },
  DEPTH_ZERO_SELF_SIGNED_CERT: { kind: "tls", message: "its certificate is self-signed" },
  SELF_SIGNED_CERT_IN_CHAIN: { kind: "tls", message: "its certificate chain holds a self-signed one" },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { kind: "tls", message: "its certificate cannot be verified" },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { kind: "tls", message: "its certificate's issuer is not known" },
  ERR_TLS_CERT_ALTNAME_INVALID: { kind: "tls", message: "its certificate is for another name" },
  EPROTO: { kind: "tls", message: "it does not speak TLS as expected" },
  ECONNRESET: { kind: "reset", message: "it reset the connection" },
  EPIPE: { kind: "reset", message: "it closed the connection" },
  UND_ERR_SOCKET: { kind: "reset", message: "it closed the connection" },
  UND_ERR_HEADERS_OVERFLOW: { kind: "invalid", message: "its answer's headers are too large" },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: { kind: "invalid", message: "its answer is not as long as it said" },
  UND_ERR_ABORTED: { kind: "aborted", message: "the call was aborted" },
};

function codesOf(error: Error): readonly string[] {
  const codes: string[] = [];
  let at: unknown = error;
  for (let depth = 0; depth < 4 && at instanceof Error; depth++) {
    if ("code" in at && typeof at.code === "string") codes.push(at.code);
    // Not every version of the parser says which of its codes it was.
    else if (at.name === "HTTPParserError") codes.push("HPE_UNKNOWN");
    // Several addresses were tried: the first one's reason stands for all.
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return codes;
}

/** @param requestStarted the request may have left; @param headSeen an answer had begun. */
export function readFault(error: Error, requestStarted: boolean, headSeen: boolean): TransportFault {
  for (const code of codesOf(error)) {
    const known = byCode[code];
    if (known !== undefined) return { ...known, sent: requestStarted };
    if (code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS")) {
      return { kind: "tls", message: "its TLS handshake failed", sent: requestStarted };
    }
    if (code.startsWith("HPE_")) return { kind: "invalid", message: "its answer is not HTTP", sent: true };
  }
  return headSeen
    ? { kind: "reset", message: "its answer broke off", sent: true }
    : { kind: "invalid", message: "its answer could not be read", sent: requestStarted };
}
